// Keeps the page fresh: replaces #live by each picture that the service sends, and leaves alone
// what the reader has opened, is reading with the keyboard, or has marked.
"use strict";

const live = document.getElementById("live");
const signal = document.getElementById("signal");
const pause = document.getElementById("pause");
const ids = () => new Set([...live.querySelectorAll("[data-id]")].map((row) => row.dataset.id));
let waiting = null; // the newest picture, while none may be shown
let isPaused = false;

function isMarking() {
  const marked = document.getSelection();
  return !marked.isCollapsed && live.contains(marked.anchorNode);
}

function show(picture) {
  if (isPaused || isMarking()) {
    waiting = picture;
    return;
  }
  waiting = null;
  const seen = ids();
  const open = [...live.querySelectorAll("details[open]")].map((each) => each.id);
  const focused = placeOf(document.activeElement);
  live.innerHTML = picture;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  atPlace(focused)?.focus({ preventScroll: true });
  for (const row of live.querySelectorAll("[data-id]")) {
    row.classList.toggle("fresh", !seen.has(row.dataset.id));
  }
}

// Where the focus is, so that it can be given back: the address of a link, or the details' id.
function placeOf(element) {
  if (!element || !live.contains(element)) return null;
  const details = element.closest("details");
  return element.href ? ["href", element.getAttribute("href")] : details && ["id", details.id];
}

function atPlace(place) {
  if (!place) return null;
  if (place[0] === "id") return document.getElementById(place[1])?.querySelector("summary");
  return [...live.querySelectorAll("a")].find((link) => link.getAttribute("href") === place[1]);
}

function say(word) {
  signal.classList.toggle("lost", word === "lost");
  signal.textContent = signal.dataset[word];
}

function connect() {
  const source = new EventSource(live.dataset.stream);
  source.addEventListener("picture", (event) => show(event.data));
  source.addEventListener("over", () => location.reload());
  source.onopen = () => say(isPaused ? "paused" : "live");
  source.onerror = () => {
    say("lost");
    // The browser tries again by itself, except after an answer that is no stream.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
  };
}

pause.addEventListener("click", () => {
  isPaused = !isPaused;
  pause.textContent = isPaused ? pause.dataset.resume : pause.dataset.pause;
  say(isPaused ? "paused" : "live");
  if (waiting !== null) show(waiting);
});
document.addEventListener("selectionchange", () => {
  if (waiting !== null && !isMarking()) show(waiting);
});
pause.hidden = false;
connect();
