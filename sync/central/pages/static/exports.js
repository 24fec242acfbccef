// Shows how far a download is. Without this script it goes on just the same.
"use strict";

const EVERY_MS = 700;
const MOST_MISSES = 15;

const form = document.getElementById("download");
const box = document.getElementById("progress");
const bar = box.querySelector("progress");
const told = document.getElementById("told");
const written = new Intl.NumberFormat(document.documentElement.lang);

let asking = 0;

form.addEventListener("submit", () => {
  const run = randomName();
  form.elements.run.value = run;
  box.hidden = false;
  bar.removeAttribute("value");
  told.textContent = box.dataset.beginning;
  clearTimeout(asking);
  asking = setTimeout(ask, EVERY_MS, run, 0);
});

async function ask(run, misses) {
  const found = await progressOf(run);
  if (found) {
    show(found);
    misses = 0;
  } else {
    misses += 1;
  }
  if (misses >= MOST_MISSES) {
    box.hidden = true;
  } else if (!found || found.state === "running") {
    asking = setTimeout(ask, EVERY_MS, run, misses);
  }
}

async function progressOf(run) {
  try {
    const reply = await fetch(`/exports/progress?run=${run}`, { cache: "no-store" });
    return reply.ok ? await reply.json() : null;
  } catch {
    return null;
  }
}

function show({ done, total, state }) {
  const words = { running: "going", done: "done", broken: "broken" }[state];
  told.textContent = box.dataset[words]
    .replace("{done}", written.format(done))
    .replace("{total}", written.format(total));
  if (state === "done") {
    bar.max = bar.value = 1;
  } else {
    bar.max = Math.max(total, 1);
    bar.value = Math.min(done, total);
  }
}

function randomName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
