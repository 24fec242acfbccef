// Keeps the list of terminals fresh: heartbeats come once a minute, so it looks twice a minute.
"use strict";

const signal = document.getElementById("signal");

async function look() {
  const list = document.getElementById("fleet");
  // Nothing moves under somebody's finger or keyboard, or in a page that nobody sees.
  if (document.hidden || list.contains(document.activeElement)) return;
  try {
    const reply = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (reply.redirected) return location.reload();
    if (!reply.ok) throw new Error(reply.status);
    const fresh = new DOMParser().parseFromString(await reply.text(), "text/html");
    list.replaceWith(fresh.getElementById("fleet"));
    signal.textContent = "";
  } catch {
    signal.textContent = signal.dataset.lost;
  }
}

setInterval(look, 30000);
document.addEventListener("visibilitychange", look);
