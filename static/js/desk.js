// Says who else looks at this inquiry, and that it has changed; and keys. Everything works without it.
import { listen } from "./keys.js";

const EVERY_MS = 20_000;
const place = document.querySelector("[data-presence]");
const token = document.querySelector("[name=csrfmiddlewaretoken]");

async function ask(words = {}) {
  const body = new URLSearchParams({ version: place.dataset.version, ...words });
  const headers = { "X-CSRFToken": token.value };
  const answer = await fetch(place.dataset.presence, { method: "POST", body, headers, keepalive: true });
  return answer.ok ? answer.json() : {};
}

function say(selector, text = "") {
  const element = place.querySelector(selector);
  if (element.textContent !== text) element.textContent = text;
}

async function look() {
  if (document.hidden) return;
  try {
    const { others, changed, at } = await ask();
    place.dataset.at = at ?? place.dataset.at;
    say("[data-others]", others);
    say("[data-changed]", changed);
  } catch {
    // No connection: the next time will tell.
  }
}

if (place && token) {
  setInterval(look, EVERY_MS);
  document.addEventListener("visibilitychange", look);
  addEventListener("pagehide", () => ask({ leave: place.dataset.at }).catch(() => {}));
}

// One form is sent at a time: what stands half written in another would be gone without a word.
const typed = (except) =>
  [...document.querySelectorAll("form textarea")].some(
    (box) => box.form !== except && box.value !== box.defaultValue,
  );
let sent = null;
document.addEventListener("submit", (event) => (sent = event.target));
addEventListener("beforeunload", (event) => typed(sent) && event.preventDefault());

// Keys: each does what stands on the screen, and nothing where that is not offered

const reach = (selector) => place?.closest("#content-main").querySelector(selector);

function write(selector) {
  const field = reach(selector);
  const folded = field?.closest("details:not([open])");
  if (folded) folded.open = true;
  field?.focus();
  field?.scrollIntoView({ block: "nearest" });
}

listen({
  r: () => write("#reply textarea"),
  n: () => write("[name=note-note]"),
  h: () => write("[name=hand_over-to]"),
  t: () => reach("form[action*='/step/take/'] button")?.click(),
  s: () => reach(".show-words button")?.click(),
  u: () => document.querySelector(".breadcrumbs [data-key=u]")?.click(),
});
