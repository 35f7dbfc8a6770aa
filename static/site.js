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
  let pause = SHORTEST, timer;

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
    if (!document.hidden) timer = setTimeout(ask, pause * 1000 * (0.8 + 0.4 * Math.random()));
  };

  document.addEventListener("visibilitychange", () => {
    pause = SHORTEST;
    wait();
  });
  wait();
})();
