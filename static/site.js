// Extras. Every page works without this file.
// The live count of an open petition: asked for every ten seconds, less often when nothing changes or the server is
// busy, and not at all while nobody is looking.
(() => {
  const heading = document.querySelector("[data-live]");
  if (!heading) return;
  const number = heading.querySelector("b");
  const bar = document.querySelector("progress");
  const words = document.getElementById("progress");
  const format = new Intl.NumberFormat("en-GB");
  const SHORTEST = 10, LONGEST = 300;
  let pause = SHORTEST, told = 0, timer;

  const show = (count) => {
    const text = format.format(count.signature_count);
    if (number.textContent === text) return false;
    number.textContent = text;
    heading.lastChild.textContent = count.signature_count === 1 ? " signature" : " signatures";
    if (bar) {
      bar.max = count.progress.goal;
      bar.value = Math.min(count.signature_count, count.progress.goal);
    }
    if (words) words.textContent = count.progress.text;
    return true;
  };

  const ask = async () => {
    try {
      const answer = await fetch(heading.dataset.live);
      if (answer.status === 404 || answer.status === 410) return;
      // A busy server says how long it wants to be left alone.
      told = Number(answer.headers.get("Retry-After")) || 0;
      if (!answer.ok) throw new Error(answer.status);
      pause = show(await answer.json()) ? SHORTEST : Math.min(pause * 1.5, 60);
    } catch {
      pause = Math.min(pause * 2, LONGEST);
    }
    wait();
  };

  const wait = () => {
    clearTimeout(timer);
    // A little chance keeps a million browsers from asking in step.
    if (!document.hidden) timer = setTimeout(ask, Math.max(pause, told) * 1000 * (1 + 0.4 * Math.random()));
  };

  document.addEventListener("visibilitychange", () => {
    pause = Math.max(SHORTEST, told);
    wait();
  });
  wait();
})();

// Forms. The mistakes get the focus where `autofocus` is not for every element. The postcode is asked for where
// there are some. What has been sent is not sent again by a second click.
(() => {
  if (!("autofocus" in HTMLElement.prototype)) document.querySelector("main [autofocus]")?.focus();

  const country = document.querySelector("[data-postcode-for]");
  const postcode = document.getElementById("postcode-field");
  if (country && postcode) {
    const show = () => { postcode.hidden = country.value !== country.dataset.postcodeFor; };
    country.addEventListener("change", show);
    // The browser may fill in what was chosen before, going back, and says so late or not at all.
    addEventListener("pageshow", show);
    show();
  }

  const AGAIN = 10_000;
  for (const form of document.querySelectorAll("form[method=post]")) {
    const sent = (yes) => {
      form.toggleAttribute("data-sent", yes);
      for (const button of form.querySelectorAll("button")) button.toggleAttribute("data-sent", yes);
    };
    form.addEventListener("submit", (event) => {
      if (form.hasAttribute("data-sent")) return event.preventDefault();
      sent(true);
      // An answer that has not come by then may never come.
      setTimeout(sent, AGAIN, false);
    });
    addEventListener("pageshow", () => sent(false));
  }
})();

// Long texts: how much room is left, counted as a person counts letters.
(() => {
  const letters = "Segmenter" in Intl ? new Intl.Segmenter("en-GB") : null;
  const count = (text) => text.length > 200_000 ? text.length : letters && text.length < 20_000 ? [...letters.segment(text)].length : [...text].length;
  const format = new Intl.NumberFormat("en-GB");
  // As the server tidies it (domain::text::tidy): line breaks of all kinds, nothing that steers machines, nothing around it.
  const tidy = (text) => text.replace(/\r\n|[\r\v\f\u0085\u2028\u2029]/g, "\n").replace(/[^\P{Cc}\n\t]/gu, "").replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
  for (const text of document.querySelectorAll("textarea[data-most]")) {
    const left = document.createElement("p");
    left.className = "left";
    left.setAttribute("role", "status");
    let timer;
    const show = () => {
      const room = text.dataset.most - count(tidy(text.value));
      const many = Math.abs(room) === 1 ? "character" : "characters";
      left.textContent = room < 0 ? `${format.format(-room)} ${many} too many` : `${format.format(room)} ${many} left`;
      left.classList.toggle("over", room < 0);
    };
    text.after(left);
    // A screen reader says it once somebody pauses, not at every letter.
    text.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 400); });
    show();
  }
})();

// A form of a petition that somebody of the staff is filling in: while they type, colleagues are told, once a minute.
(() => {
  const form = document.querySelector("form[data-editing]");
  if (!form) return;
  let told = Date.now();
  form.addEventListener("input", () => {
    if (Date.now() - told < 60_000) return;
    told = Date.now();
    fetch(form.dataset.editing, { method: "POST", body: new URLSearchParams({ form: form.dataset.form }) }).catch(() => {});
  });
})();

// The map of constituencies: what the pointer or a finger is on, or the arrow keys have come to, is said beside it.
(() => {
  const figure = document.querySelector("[data-places]");
  const map = figure?.querySelector("svg");
  if (!map) return;
  const told = document.createElement("p");
  told.className = "told";
  told.setAttribute("role", "status");
  figure.append(told);
  figure.tabIndex = 0;
  figure.setAttribute("aria-label", "Map of constituencies; the arrow keys move over it");

  const mark = document.createElementNS(map.namespaceURI, "g");
  mark.setAttribute("class", "pointed");
  mark.innerHTML = '<path d="M0-6 5-3v6L0 6l-5-3v-6z"/><path d="M0-6 5-3v6L0 6l-5-3v-6z"/>';
  const format = new Intl.NumberFormat("en-GB");
  const short = new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 2 });
  let hexagons = [], asked, at;

  // The figures are fetched when somebody wants to know them.
  const ask = () => asked ??= fetch(figure.dataset.places)
    .then((answer) => answer.ok ? answer.json() : Promise.reject(answer.status))
    .then(({ places }) => {
      hexagons = places.filter((place) => place.hex_row !== null && place.kind === "constituency");
      // As web::charts::hexmap lays them out.
      for (const place of hexagons) {
        place.x = place.hex_column * 10 + (place.hex_row % 2) * 5 + 6;
        place.y = place.hex_row * 9 + 7;
      }
    })
    .catch(() => { asked = null; });

  // Over the hexagon, or under it where there is no room; never beyond the edges of the figure.
  const put = () => {
    const matrix = map.getScreenCTM();
    if (!at || !matrix) return;
    const { x, y } = new DOMPoint(at.x, at.y).matrixTransform(matrix);
    const box = figure.getBoundingClientRect();
    const away = 10 * matrix.a;
    const left = Math.min(Math.max(x - box.left - told.offsetWidth / 2, 0), box.width - told.offsetWidth);
    const over = y - box.top - away - told.offsetHeight;
    told.style.left = `${left}px`;
    told.style.top = `${over < 0 ? y - box.top + away : over}px`;
  };
  figure.addEventListener("scroll", put, true);

  const tell = (place) => {
    if (!place || place === at) return;
    at = place;
    // What is said here, the browser need not say once more.
    for (const title of map.querySelectorAll("use > title")) title.remove();
    mark.setAttribute("transform", `translate(${place.x} ${place.y})`);
    map.append(mark);
    const parts = [`${format.format(place.signature_count)} ${place.signature_count === 1 ? "signature" : "signatures"}`];
    if (place.population_percent !== null) parts.push(`${short.format(place.population_percent)}% of the people there`);
    if (place.times_usual !== null) parts.push(`${short.format(place.times_usual)} times as much as usual`);
    told.textContent = `${place.name}: ${parts.join(", ")}.`;
    put();
  };

  const nearest = (cost) => hexagons.reduce((best, place) => {
    const of = cost(place);
    return of < best.of ? { of, place } : best;
  }, { of: Infinity }).place;

  map.addEventListener("pointermove", async (event) => {
    await ask();
    const matrix = map.getScreenCTM();
    if (!matrix) return;
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    tell(nearest((place) => {
      const far = Math.hypot(place.x - x, place.y - y);
      return far < 9 ? far : Infinity;
    }));
  });

  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  figure.addEventListener("keydown", async (event) => {
    const way = WAYS[event.key];
    if (!way || event.target !== figure || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    await ask();
    // The first time, where most signed.
    if (!at) return tell(nearest((place) => -place.signature_count));
    tell(nearest((place) => {
      const [dx, dy] = [place.x - at.x, place.y - at.y];
      const along = dx * way[0] + dy * way[1];
      const across = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
      return along > 2 && across <= along * 2 ? along + across * 2 : Infinity;
    }));
  });
})();

// What is to be passed on: a button that copies it. Without this it is marked and copied by hand.
(() => {
  if (!navigator.clipboard) return;
  for (const field of document.querySelectorAll("[data-copy]")) {
    const words = document.querySelector(`label[for="${field.id}"]`)?.textContent ?? "";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "second copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy: ${words}`);
    const told = document.createElement("span");
    told.className = "copied";
    told.setAttribute("role", "status");
    field.after(button, told);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(field.value);
        told.textContent = "Copied";
      } catch {
        field.select();
        told.textContent = "Marked: copy it with your keyboard";
      }
    });
  }
})();
