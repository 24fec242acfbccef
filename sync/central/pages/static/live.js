// Keeps the page fresh: replaces #live by each picture that the service sends.
"use strict";

const live = document.getElementById("live");
const signal = document.getElementById("signal");
const ids = () => new Set([...live.querySelectorAll("[data-id]")].map((row) => row.dataset.id));

function show(event) {
  const seen = ids();
  live.innerHTML = event.data;
  for (const row of live.querySelectorAll("[data-id]")) {
    row.classList.toggle("fresh", !seen.has(row.dataset.id));
  }
}

function say(isConnected) {
  signal.classList.toggle("lost", !isConnected);
  signal.textContent = isConnected ? signal.dataset.live : signal.dataset.lost;
}

function connect() {
  const source = new EventSource(live.dataset.stream);
  source.addEventListener("picture", show);
  source.onopen = () => say(true);
  source.onerror = () => {
    say(false);
    // The browser tries again by itself, except after an answer that is no stream.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
  };
}

document.getElementById("unit").addEventListener("change", (event) => event.target.form.submit());
connect();
