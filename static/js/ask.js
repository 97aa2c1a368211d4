// The form, sent without leaving the page: a server that does not answer cannot take the text away.
// Everything here is a comfort; the form works without it.
const LONGEST_WAIT_MS = 9500; // nobody waits longer than ten seconds for a word
const PAUSE_MS = 800;
let sending = false;

const byId = (id) => document.getElementById(id);

function prepare() {
  const zone = document.querySelector("[name=time_zone]");
  if (zone && !zone.value) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  document.querySelectorAll("[data-count]").forEach(count);
}

// As the server counts: line breaks as one, letters composed, no space around.
function count(line) {
  const field = byId(line.dataset.count);
  const length = [...field.value.trim().normalize("NFC")].length;
  const left = Number(field.dataset.limit) - length;
  const text = left < 0 ? line.dataset.over : line.dataset.left;
  line.textContent = length ? text.replace("{n}", Math.abs(left).toLocaleString(document.documentElement.lang)) : "";
}

let pause;
document.addEventListener("input", ({ target }) => {
  const line = document.querySelector(`[data-count="${target.id}"]`);
  if (!line) return;
  clearTimeout(pause);
  pause = setTimeout(count, PAUSE_MS, line);
});

function nobodyAnswered() {
  const notice = byId("not-heard");
  notice.hidden = false;
  notice.focus();
}

// Show the page that the server answered with, if it is the form again.
function show(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const main = page.getElementById("inquiry")?.closest("main");
  if (!main) return nobodyAnswered();
  document.title = page.title;
  const first = main.querySelector("[autofocus]") ?? main;
  first.removeAttribute("autofocus"); // the browser would look for another first one, and complain
  document.querySelector("main").replaceWith(main);
  prepare();
  first.focus();
}

async function send(form) {
  const status = byId("sending");
  status.textContent = status.dataset.text;
  byId("not-heard").hidden = true;
  try {
    const answer = await fetch(location.pathname, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      redirect: "manual",
      signal: AbortSignal.timeout(LONGEST_WAIT_MS),
    });
    if (answer.type === "opaqueredirect") {
      form.reset(); // and no way back to the text
      location.replace(form.dataset.received);
    } else show(await answer.text());
  } catch {
    nobodyAnswered();
  } finally {
    sending = false;
    status.textContent = "";
  }
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "inquiry" || event.submitter?.name === "switch") return;
  event.preventDefault();
  if (sending) return;
  sending = true;
  send(event.target);
});

// The language of the page changes with what was typed.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".languages a");
  const other = document.querySelector("#inquiry [name=switch]");
  if (!link || !other || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  other.click();
});

prepare();
