// Reading a chart: what it shows at any point, by pointer, by finger, and by keyboard with a slider. The numbers are
// fetched when somebody begins to read; without this file the table under the chart has them.
(() => {
  const place = document.querySelector(".reader[data-numbers]");
  const chart = place?.parentElement.querySelector("svg.chart");
  if (!chart) return;
  const { numbers, from, to, step } = place.dataset;
  const left = Date.parse(from), right = Date.parse(to);

  const london = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", ...options });
  const day = london({ weekday: "long", day: "numeric", month: "long" });
  const dayAndYear = london({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const clock = london({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const count = new Intl.NumberFormat("en-GB");
  const thisYear = new Date().getFullYear();
  const dayOf = (at) => (new Date(at).getFullYear() === thisYear ? day : dayAndYear).format(at).replace(",", "");

  // "Tuesday 3 March, 14:00 to 15:00: 1,204 signatures, 44,029 in all"
  const words = (row) => {
    let when = dayOf(row.from);
    if (step === "minute" || step === "hour") when += `, ${clock.format(row.from)} to ${clock.format(row.to)}`;
    else if (step !== "day") when += ` to ${dayOf(row.to - 1)}`;
    const added = `${count.format(row.added)} ${row.added === 1 ? "signature" : "signatures"}`;
    const removed = row.removed ? `, ${count.format(row.removed)} removed` : "";
    return `${when}${row.complete ? "" : ", so far"}: ${added}${removed}, ${count.format(row.total)} in all`;
  };

  const slider = document.createElement("input");
  // Until the numbers are there it stands for a share of the chart, and at the newest point.
  Object.assign(slider, { type: "range", min: 0, max: 1000, value: 1000 });
  slider.setAttribute("aria-label", `Read the chart off, ${step} by ${step}`);
  slider.setAttribute("aria-valuetext", "The latest");
  const reading = document.createElement("p");
  place.append(slider, reading);
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  line.classList.add("reading");
  for (const [name, value] of [["y1", "5%"], ["y2", "93%"]]) line.setAttribute(name, value);

  let rows, asked;
  const load = () => asked ??= (async () => {
    const answer = await fetch(numbers);
    if (!answer.ok) throw new Error(answer.status);
    rows = (await answer.json()).rows.map(({ starts_at, ends_at, ...row }) =>
      ({ ...row, from: Date.parse(starts_at), to: Date.parse(ends_at) }));
    const share = slider.valueAsNumber / slider.max;
    slider.max = rows.length - 1;
    slider.value = Math.round(share * (rows.length - 1));
  })().catch(() => {
    asked = undefined;
    reading.textContent = "The numbers cannot be had just now. The table has them.";
  });

  const show = (index) => {
    const row = rows?.[index];
    if (!row) return;
    const text = words(row);
    slider.value = index;
    slider.setAttribute("aria-valuetext", text);
    reading.textContent = text;
    const share = ((row.from + Math.min(row.to, right)) / 2 - left) / (right - left);
    const x = `${(100 * Math.min(Math.max(share, 0), 1)).toFixed(2)}%`;
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    if (!line.isConnected) chart.append(line);
  };

  const point = async (event) => {
    const box = chart.getBoundingClientRect();
    const at = left + (event.clientX - box.left) / box.width * (right - left);
    await load();
    // Beyond the last row lies the estimate: the last row is what there is.
    if (rows) show(Math.max(rows.findLastIndex((row) => row.from <= at), 0));
  };
  chart.addEventListener("pointermove", point);
  chart.addEventListener("pointerdown", point);
  slider.addEventListener("focus", async () => {
    await load();
    if (rows) show(slider.valueAsNumber);
  });
  slider.addEventListener("input", async () => {
    await load();
    show(slider.valueAsNumber);
  });
})();
