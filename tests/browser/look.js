// What a page must keep to, whatever it shows. Each complaint is a sentence.

const named = (element) => `<${element.localName}> “${(element.innerText || element.textContent || "").trim().slice(0, 40)}”`;
const visible = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });

// Nothing is wider than the window.
function overflow() {
  const wide = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= wide) return [];
  const out = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > wide + 1);
  return [`the page can be scrolled sideways: ${out.slice(-3).map(named).join(", ")}`];
}

// Nothing is cut off.
function cut() {
  const cuts = (e) => {
    const style = getComputedStyle(e);
    return ["hidden", "clip"].includes(style.overflowX) && e.scrollWidth > e.clientWidth + 1;
  };
  const elements = [...document.querySelectorAll("main *, header *, footer *")];
  return elements.filter((e) => !e.closest("svg, progress, input, .hidden") && cuts(e)).map((e) => `${named(e)} is cut off`);
}

// Nothing comes from elsewhere.
function strangers() {
  const names = performance.getEntries().map((entry) => entry.name).filter((name) => /^https?:/.test(name));
  return names.filter((name) => new URL(name).origin !== location.origin).map((name) => `${name} was asked for`);
}

// What can be chosen is 44 pixels high and wide, or part of a sentence.
function targets() {
  const choices = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")];
  const inSentence = (e) => {
    const around = e.parentElement.closest("p, li, dd, td, th, small, figcaption");
    return getComputedStyle(e).display === "inline" && around
      && around.textContent.trim().length > e.textContent.trim().length;
  };
  return choices.filter((e) => visible(e) && !e.matches(".skip") && !inSentence(e)).flatMap((e) => {
    const { width, height } = e.getBoundingClientRect();
    return width < 43.5 || height < 43.5 ? [`${named(e)} is only ${width.toFixed()} by ${height.toFixed()} pixels`] : [];
  });
}

// Words of a picture do not lie on each other.
function labels() {
  return [...document.querySelectorAll("svg.chart")].flatMap((chart) => {
    const texts = [...chart.querySelectorAll("text")].map((e) => [e, e.getBoundingClientRect()]);
    return texts.flatMap(([a, p], i) => texts.slice(i + 1).flatMap(([b, q]) => {
      const width = Math.min(p.right, q.right) - Math.max(p.left, q.left);
      // The boxes are those of the line, taller than its letters.
      const height = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
      return width > 1 && height > 6 ? [`${named(a)} and ${named(b)} lie on each other`] : [];
    }));
  });
}

function complaints() {
  return [overflow, cut, strangers, targets, labels].flatMap((look) => look());
}

// What a printed page has lost: words that are not drawn. What only a screen can use is left out.
function lostInPrint() {
  const useless = "nav, search, button, .button, .links, .share, .hidden, .skip, svg, progress";
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const lost = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest(useless)) continue;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const { width, height } = range.getBoundingClientRect();
    if (!visible(element) || width === 0 || height === 0) lost.push(`${named(element)} is not printed`);
  }
  for (const picture of document.querySelectorAll("main svg, main progress")) {
    if (!visible(picture)) lost.push(`<${picture.localName}> is not printed`);
  }
  return lost;
}

// What the Tab key has to reach.
function stops() {
  const all = document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary");
  return [...all].filter((e) => visible(e) && !e.disabled && !e.closest("[aria-hidden=true]"));
}

// Notes what the keyboard comes to, and whether one sees where one is.
function noteStops() {
  window.reached = new Map();
  document.addEventListener("focusin", (event) => {
    const style = getComputedStyle(event.target);
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const shadowed = style.boxShadow !== "none";
    const { top, bottom, left, right } = event.target.getBoundingClientRect();
    const inside = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
    window.reached.set(event.target, (outlined || shadowed) && inside);
  });
}

function missedStops() {
  return stops().flatMap((e) => {
    if (!window.reached.has(e)) return [`${named(e)} is not reached by the Tab key`];
    return window.reached.get(e) ? [] : [`${named(e)} does not show that it has the focus`];
  });
}

// What has the focus: what it is called, whether one sees that it has it, and whether it comes after what had it before.
function focused() {
  const e = document.activeElement;
  const style = getComputedStyle(e);
  const { top, bottom, left, right } = e.getBoundingClientRect();
  const inside = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
  const marked = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  const before = window.focusedBefore;
  window.focusedBefore = e;
  const name = e.labels?.length ? e.labels[0].textContent : e.getAttribute("aria-label") ?? e.textContent;
  return {
    name: name.replace(/\s+/g, " ").trim(),
    shown: e === document.body || (marked && inside && !hidden(e)),
    follows: !before || e === document.body || e === before || !!(before.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING),
  };
}

// Whether something lies over the whole of it.
function hidden(e) {
  const { top, bottom, left, right } = e.getBoundingClientRect();
  const clear = [top + 2, (top + bottom) / 2, bottom - 2].some((y) => {
    const over = document.elementFromPoint(Math.min((left + right) / 2, innerWidth - 2), y);
    return over && (e.contains(over) || over.contains(e) || [...(e.labels ?? [])].some((label) => label.contains(over)));
  });
  return !clear;
}
