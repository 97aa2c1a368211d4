/**
 * The form of an article: the page as readers see it, what the rules say and what is counted, kept up with what is
 * typed. Nothing here writes to a field, so that an input method may compose Hangul undisturbed, and nothing is
 * saved. Without this script the saved text is shown, and a button previews the form in a new tab.
 */

const PAUSE_MS = 400;
const DESKTOP_PX = 1280;
const FIELDS = ["language", "kind", "title", "summary", "in_short", "body", "slug"];

const live = document.getElementById("live");
const form = document.getElementById("article_form");
if (live && form?.elements.namedItem("body")) {
  keepUp(live, form);
  warnBeforeLeaving(form);
}
for (const button of document.querySelectorAll("[data-copy]")) offerCopy(button);

function keepUp(live, form) {
  const frame = live.querySelector("iframe");
  const why = live.querySelector("#live-why");
  const field = (name) => form.elements.namedItem(name);
  let timer, running;

  async function update() {
    clearTimeout(timer);
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    const typed = FIELDS.map(field).filter(Boolean).map((box) => [box.name, box.value]);
    const token = field("csrfmiddlewaretoken").value;
    try {
      const response = await fetch(live.dataset.address, {
        method: "POST",
        headers: { Accept: "application/json", "X-CSRFToken": token },
        body: new URLSearchParams(typed),
        signal,
      });
      if (!response.ok || response.redirected) throw new Error(response.statusText);
      show(await response.json());
    } catch {
      if (!signal.aborted) say(why, live.dataset.unreachable);
    }
  }

  function show(answer) {
    say(why, answer.why && `${live.dataset.cannot} ${answer.why}`);
    if (answer.page) showPage(frame, answer.page);
    if (answer.count === undefined) return;
    live.querySelector(".live-problems").hidden = false;
    const count = live.querySelector("#live-count");
    // What the page opened with is no news.
    if (count.textContent) say(live.querySelector("#live-said"), answer.count);
    say(count, answer.count);
    live.querySelector("#live-measures").innerHTML = answer.measures;
    showProblems(live.querySelector("#live-problems"), answer.problems);
  }

  form.addEventListener("input", (event) => {
    if (!FIELDS.includes(event.target.name)) return;
    if (event.target.name === "language") {
      for (const name of ["title", "summary", "in_short", "body"]) field(name).lang = event.target.value;
    }
    clearTimeout(timer);
    timer = setTimeout(update, PAUSE_MS);
  });
  live.addEventListener("click", (event) => {
    const problem = event.target.closest("[data-field]");
    if (problem) select(field(problem.dataset.field), problem.dataset.quote);
  });

  // Links of the page lead within it; to leave it would be to lose the preview.
  const stay = () => frame.contentDocument?.addEventListener("click", followWithin);
  frame.addEventListener("load", stay);
  stay();

  frame.lastHtml = frame.srcdoc;
  chooseWidth(live);
  if (field("language")?.value !== "") update();
}

/** Change a text only if it says something else: a live region would read it again. */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Put a new page in the place of the old one, without a flash, and where it was scrolled to. */
function showPage(frame, html) {
  const shown = frame.contentDocument;
  if (!shown?.querySelector("main")) {
    frame.srcdoc = html;
    return;
  }
  if (frame.lastHtml === html) return;
  frame.lastHtml = html;
  const page = new DOMParser().parseFromString(html, "text/html");
  shown.documentElement.lang = page.documentElement.lang;
  shown.title = page.title;
  shown.body.replaceChildren(...page.body.childNodes);
}

function followWithin(event) {
  const link = event.target.closest("a[href]");
  if (!link) return;
  event.preventDefault();
  const href = link.getAttribute("href");
  if (href.startsWith("#")) link.ownerDocument.getElementById(decodeURIComponent(href.slice(1)))?.scrollIntoView();
}

function showProblems(list, html) {
  if (list.lastHtml === html) return;
  list.lastHtml = html;
  const key = list.contains(document.activeElement) && document.activeElement.dataset.key;
  const scrolled = list.scrollTop;
  list.innerHTML = html;
  list.scrollTop = scrolled;
  // Whoever was in the list stays in it.
  if (key) (list.querySelector(`[data-key="${key}"]`) ?? list).focus({ preventScroll: true });
}

/** Select a passage in a field as the rules quote it: without Markdown, citations and line breaks. */
function select(box, quote) {
  if (!box) return;
  const found = find(box.value, quote);
  box.focus({ preventScroll: true });
  if (found && box.setSelectionRange) {
    box.setSelectionRange(...found);
    if (box.tagName === "TEXTAREA") box.scrollTop = heightOf(box, found[0]) - box.clientHeight / 3;
  }
  box.scrollIntoView({ block: "nearest" });
}

function find(text, quote) {
  const words = quote.match(/[\p{L}\p{N}]+/gu) ?? [];
  // Between two words: the address of a link, a citation, or whatever is neither letter nor digit.
  const between = String.raw`(?:\]\([^)\n]*\)|\[F\d[^\]\n]*\]|[^\p{L}\p{N}])*?`;
  for (const count of [words.length, 8, 3]) {
    if (!count || count > words.length) continue;
    const match = new RegExp(words.slice(0, count).join(between), "u").exec(text);
    if (match) return [match.index, match.index + match[0].length];
  }
  return null;
}

/** Return how far down in a textarea a character stands. Only the browser knows where lines wrap. */
function heightOf(box, index) {
  const copy = box.cloneNode();
  copy.removeAttribute("id");
  copy.removeAttribute("name");
  copy.className += " measuring";
  copy.value = box.value.slice(0, index);
  copy.style.inlineSize = `${box.offsetWidth}px`;
  box.after(copy);
  const height = copy.scrollHeight;
  copy.remove();
  return height;
}

function chooseWidth(live) {
  const view = live.querySelector(".live-frame");
  const group = live.querySelector(".live-widths");
  group.hidden = false;
  group.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-width]");
    if (!chosen) return;
    for (const button of group.children) button.setAttribute("aria-pressed", String(button === chosen));
    view.dataset.width = live.dataset.width = chosen.dataset.width;
  });
  new ResizeObserver(() => {
    view.style.setProperty("--scale", Math.min(1, view.clientWidth / DESKTOP_PX));
  }).observe(view);
}

/** Ask before a page with unsaved words is left, by a step button for instance. */
function warnBeforeLeaving(form) {
  let changed = false;
  form.addEventListener("input", () => (changed = true));
  form.addEventListener("submit", (event) => {
    if (!event.submitter?.formTarget) changed = false;
  });
  window.addEventListener("beforeunload", (event) => changed && event.preventDefault());
}

function offerCopy(button) {
  const box = document.getElementById(button.dataset.copy);
  const said = button.parentElement.querySelector("[data-said]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    box.select();
    await navigator.clipboard.writeText(box.value);
    said.textContent = said.dataset.said;
  });
  box.addEventListener("focus", () => box.select());
}
