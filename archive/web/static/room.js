// What a pointer and a keyboard add to pages that are whole without this.
"use strict";

// A histogram is brushed: by pointer from bar to bar, by Shift and the arrow keys.
function brush(list) {
  const bars = [...list.children];
  const form = document.querySelector("form.days");
  const told = list.parentElement.querySelector(".brushed");
  let start = null, end = null, isHeld = false;

  const show = () => {
    const [low, high] = [Math.min(start, end), Math.max(start, end)];
    bars.forEach((bar, at) => bar.classList.toggle("chosen", start !== null && at >= low && at <= high));
    if (start === null) { told.textContent = ""; return; }
    const chosen = bars.slice(low, high + 1);
    const articles = chosen.reduce((sum, bar) => sum + Number(bar.dataset.articles), 0);
    const labels = [chosen[0].dataset.label, chosen.at(-1).dataset.label];
    told.textContent = `${[...new Set(labels)].join(" – ")}: ${articles.toLocaleString(document.documentElement.lang)}`;
    form.elements.from.value = chosen[0].dataset.first;
    form.elements.to.value = chosen.at(-1).dataset.last;
  };
  const clear = () => { start = end = null; show(); };
  const at = (event) => {
    const box = list.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    return Math.max(0, Math.min(bars.length - 1, Math.floor(share * bars.length)));
  };

  list.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    isHeld = true;
    start = end = at(event);
  });
  addEventListener("pointermove", (event) => {
    if (!isHeld || at(event) === end) return;
    end = at(event);
    show();
  });
  addEventListener("pointerup", () => {
    if (isHeld && start !== end) form.requestSubmit();
    isHeld = false;
  });
  addEventListener("pointercancel", () => { isHeld = false; clear(); });
  list.addEventListener("dragstart", (event) => event.preventDefault());
  list.addEventListener("click", (event) => { if (start !== end) event.preventDefault(); });

  bars.forEach((bar, place) => {
    // Bars without articles are no links, but a range may begin or end there.
    const stop = bar.querySelector("a") ?? bar;
    stop.tabIndex = place === 0 ? 0 : -1;
    if (stop === bar) { bar.setAttribute("aria-label", `${bar.dataset.label}: 0`); }
    stop.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) {
        const next = Math.max(0, Math.min(bars.length - 1, place + step));
        if (event.shiftKey) { start ??= place; end = next; show(); } else clear();
        (bars[next].querySelector("a") ?? bars[next]).focus();
        event.preventDefault();
      } else if (event.key === "Enter" && start !== null && start !== end) {
        event.preventDefault();
        form.requestSubmit();
      } else if (event.key === "Escape") clear();
    });
  });
}

// Single keys, where nobody is typing.
function keys() {
  const hits = [...document.querySelectorAll(".hits .hit h2 a")];
  let here = -1;
  const go = (step) => {
    if (!hits.length) return;
    here = Math.max(0, Math.min(hits.length - 1, here + step));
    hits[here].focus();
    hits[here].scrollIntoView({ block: "center" });
  };
  const acts = {
    "/": () => document.querySelector("#q, #quick-q")?.select(),
    "?": () => { location.href = "/help"; },
    j: () => go(1),
    k: () => go(-1),
    o: () => hits[here]?.click(),
  };
  addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, select, textarea, [contenteditable]");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !(event.key in acts)) return;
    event.preventDefault();
    acts[event.key]();
  });
}

// A run that is under way is followed; its tables are written, and escaped, by the room.
function follow(box) {
  const events = new EventSource(box.dataset.live);
  events.addEventListener("run", (event) => { box.innerHTML = event.data; });
  events.addEventListener("end", (event) => {
    events.close();
    box.insertAdjacentHTML("afterbegin", event.data);
  });
}

document.querySelectorAll("[data-live]").forEach(follow);
document.querySelectorAll("[data-brush]").forEach(brush);
keys();
