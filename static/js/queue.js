// The queue by keyboard, and word of what is new. Without it, all but these two works as well.
import { listen } from "./keys.js";

const POLL_MS = 20_000;
const main = document.getElementById("content-main");
const rows = [...document.querySelectorAll("[data-row]")];
const boxes = rows.map((row) => row.querySelector(".action-select")).filter(Boolean);

// What is chosen

const all = document.getElementById("choose-all");
const chosen = document.getElementById("chosen");

function count() {
  const number = boxes.filter((box) => box.checked).length;
  chosen.textContent = number ? chosen.dataset.some.replace("{n}", number) : chosen.dataset.none;
  all.checked = number > 0 && number === boxes.length;
  all.indeterminate = number > 0 && number < boxes.length;
}

if (all) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    count();
  });
  for (const box of boxes) box.addEventListener("change", count);
  count(); // the browser may have kept what was chosen before
}

// Keys (keys.js)

function here() {
  return document.activeElement.closest?.("[data-row]");
}

function go(by) {
  const at = rows.indexOf(here());
  const row = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by];
  row?.querySelector("a").focus();
  row?.scrollIntoView({ block: "nearest" });
}

function unfold(id) {
  const panel = document.getElementById(id);
  panel.open = !panel.open;
  panel.querySelector(panel.open ? "a, select, input:not([type=hidden])" : "summary").focus();
}

const keys = {
  j: () => go(1),
  k: () => go(-1),
  o: () => here()?.querySelector("a").click(),
  t: () => here()?.querySelector(".take button")?.click(),
  n: () => document.querySelector("[data-key=n]")?.click(),
  x: () => here()?.querySelector(".action-select")?.click(),
  b: () => document.querySelector(".queue-bulk button")?.focus(),
  f: () => unfold("filters"),
  v: () => unfold("views"),
  r: () => document.querySelector("#arrivals a")?.click(),
  "/": () => document.getElementById("searchbar").focus(),
  ",": () => document.querySelector(".paginator [rel=prev]")?.click(),
  ".": () => document.querySelector(".paginator [rel=next]")?.click(),
};
// The upper row of a keyboard, from the left: more lists than there are digits.
[..."1234567890-="].forEach((key, place) => {
  keys[key] = () => document.querySelectorAll(".queue-tabs a")[place]?.click();
});

listen(keys, "jk");

// What is new: two numbers, said politely; nothing moves until somebody asks for it

const arrivals = document.getElementById("arrivals");
const title = document.title;
let said = "";

function say(says) {
  if (says === said) return;
  said = says;
  arrivals.replaceChildren();
  document.title = says ? `(${says}) ${title}` : title;
  if (!says) return;
  const link = document.getElementById("arrivals-link").content.cloneNode(true);
  arrivals.append(`${says} – `, link);
}

async function ask() {
  try {
    const answer = await fetch(main.dataset.arrivals, { redirect: "error" });
    if (answer.ok) say((await answer.json()).says);
    else if (answer.status === 403) clearInterval(asking);
  } catch {
    // Away for a moment, or signed out: the next page says which.
  }
}

const asking = setInterval(ask, POLL_MS);
document.addEventListener("visibilitychange", ask);
