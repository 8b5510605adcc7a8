// The page is whole without this. With it, it follows: the server says that something is new, and the page is fetched and fitted in, so
// that focus, scroll and what is being typed stay.

{
  const { EventSource, Idiomorph, uPlot } = window;
  const main = document.getElementById("main");
  const lamp = document.querySelector(".lamp");
  const status = document.getElementById("live");
  const plots = new WeakMap();
  let fetching = false;
  let wanted = false;
  let retry = 0;

  const AGES = [
    [60, 1, "s"],
    [3_600, 60, "min"],
    [86_400, 3_600, "h"],
    [Number.POSITIVE_INFINITY, 86_400, "d"],
  ];

  /** What lies back is told as an age, by the server's clock; the time itself stays as a tooltip. */
  function tellAges() {
    const now = Date.parse(document.getElementById("now").dateTime);
    for (const time of main.querySelectorAll("time[datetime]")) {
      const seconds = Math.max(0, Math.round((now - Date.parse(time.dateTime)) / 1_000));
      const [, unit, name] = AGES.find(([below]) => seconds < below);
      time.title = time.dateTime;
      time.textContent = `${Math.floor(seconds / unit)} ${name} ago`;
    }
  }

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function series(slots) {
    const minutes = slots.map((_, index) => (index + 1 - slots.length) / 2);
    const pick = (at) => slots.map((slot) => (slot === 0 ? null : slot[at]));
    return [minutes, pick(1), pick(0), pick(2).map((count) => (count === 0 ? null : count))];
  }

  /** The plot that can be asked for numbers, in place of the picture; the picture's words stay for those who hear the page. */
  function draw(figure) {
    const data = series(JSON.parse(figure.dataset.plot));
    const known = plots.get(figure);
    if (known !== undefined) return known.setData(data);
    const ms = (_, value) => (value === null || value === undefined ? "–" : `${value} ms`);
    const grid = { stroke: colour("--line"), width: 1 };
    const box = document.createElement("div");
    box.setAttribute("aria-hidden", "true");
    figure.insertBefore(box, figure.querySelector("svg"));
    const plot = new uPlot(
      {
        width: figure.clientWidth,
        height: 150,
        scales: {
          x: { time: false },
          y: { range: (_, __, max) => [0, Math.max(1, max || 1)] },
          n: { range: (_, __, max) => [0, max || 1] },
        },
        axes: [
          {
            stroke: colour("--quiet"),
            grid,
            values: (_, ticks) => ticks.map((tick) => (tick === 0 ? "now" : `${tick} min`)),
          },
          { stroke: colour("--quiet"), grid, size: 60, values: (_, ticks) => ticks.map((tick) => `${tick} ms`) },
        ],
        series: [
          { label: "Minutes", value: (_, value) => (value === null ? "–" : value) },
          { label: "Longest", stroke: colour("--fill-none"), fill: colour("--line"), value: ms },
          { label: "Mean", stroke: colour("--fill-good"), width: 2, value: ms },
          {
            label: "Failed",
            scale: "n",
            stroke: colour("--fill-bad"),
            paths: () => null,
            points: { show: true, size: 6 },
            value: (_, value) => value ?? 0,
          },
        ],
      },
      data,
      box,
    );
    plots.set(figure, plot);
    figure.classList.add("drawn");
  }

  function drawAll() {
    for (const figure of main.querySelectorAll(".plot")) draw(figure);
  }

  function say(on, words) {
    lamp.className = `lamp ${on ? "on" : "off"}`;
    if (status.textContent !== words) status.textContent = words;
  }

  function fit(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const next = fresh.getElementById("main");
    if (next === null) return;
    Idiomorph.morph(main, next, {
      ignoreActiveValue: true,
      callbacks: {
        beforeNodeMorphed: (old, node) => {
          if (!(old instanceof Element) || !plots.has(old) || old.dataset.name !== node.dataset?.name) return true;
          old.dataset.plot = node.dataset.plot;
          old.querySelector("svg").setAttribute("aria-label", node.querySelector("svg").getAttribute("aria-label"));
          old.querySelector("p").textContent = node.querySelector("p").textContent;
          return false;
        },
      },
    });
    document.title = fresh.title;
    const now = fresh.getElementById("now");
    Object.assign(document.getElementById("now"), { dateTime: now.dateTime, textContent: now.textContent });
    tellAges();
    drawAll();
  }

  /** One fetch at a time; what is asked for meanwhile is fetched after it. */
  async function refresh() {
    wanted = true;
    if (fetching || document.hidden) return;
    fetching = true;
    while (wanted) {
      wanted = false;
      try {
        const response = await fetch(location.href, { cache: "no-store" });
        if (response.ok) fit(await response.text());
        else if (response.status === 429) setTimeout(refresh, 2_000 + 3_000 * Math.random());
        else say(false, `the page is not there any more (${response.status})`);
      } catch {
        // The stream is gone as well then, and says so.
      }
    }
    fetching = false;
  }

  function follow() {
    const stream = new EventSource("live");
    stream.onmessage = ({ data }) => {
      retry = 0;
      say(true, "live");
      if (data !== main.dataset.changes) void refresh();
    };
    stream.onerror = () => {
      say(false, "not live: the controller does not answer, trying again");
      if (stream.readyState !== EventSource.CLOSED) return;
      // Refused, not broken off: too many follow already. The page is fetched anew now and then instead.
      retry = Math.min(60_000, 5_000 + 2 * retry);
      setTimeout(follow, retry);
      void refresh();
    };
  }

  function searchAsTyped() {
    let timer;
    document.addEventListener("input", ({ target }) => {
      if (target.id !== "q") return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        const query = new URLSearchParams(new FormData(target.form));
        if (query.get("q") === "") query.delete("q");
        history.replaceState(null, "", `./?${query}`);
        void refresh();
      }, 200);
    });
  }

  document.addEventListener("visibilitychange", () => !document.hidden && wanted && void refresh());
  searchAsTyped();
  tellAges();
  drawAll();
  follow();
}
