// Leaving this page at once: another replaces it in the history; Escape three times does the same.
// The server takes its cookies back and empties the browser's cache, unless that takes too long;
// the pages that worker.js keeps go from here.
const WITHIN_MS = 5000;
const LONGEST_MS = 1000;
const link = document.querySelector("[data-leave]");
let presses = [];

async function forget() {
  for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister();
  for (const cache of await caches.keys()) await caches.delete(cache);
}

async function leave() {
  document.body.hidden = true;
  document.title = " ";
  for (const form of document.forms) form.reset();
  const forgotten = fetch(`${link.href}?stay`, { keepalive: true }).catch(() => {});
  const everything = Promise.allSettled([forgotten, forget()]);
  await Promise.race([everything, new Promise((enough) => setTimeout(enough, LONGEST_MS))]);
  location.replace(link.dataset.leave);
}

link.addEventListener("click", (event) => {
  event.preventDefault();
  leave();
});
document.querySelector("[data-leave-key]").hidden = false;
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.repeat) return;
  presses = [...presses.filter((time) => event.timeStamp - time < WITHIN_MS), event.timeStamp];
  if (presses.length >= 3) leave();
});
