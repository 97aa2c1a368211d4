// What was read can be read again without a connection. Sent as /sw.js, once for each language.
// The site is always asked first. Kept are pages that say they are for everybody, and nothing else:
// no form, no reply, no search, nothing that staff see.
const HOME = new URL(registration.scope).pathname;
const OFFLINE = `${HOME}offline/`;
const ALWAYS = [OFFLINE, `${HOME}help-now/`, `${HOME}unwell-after-treatment/`];
const FORMS = `${HOME}ask/`;
const LEAVE = `${HOME}ask/leave/`;
const PAGES = `pages ${HOME}`;
const FILES = `files ${HOME}`;
const MOST_PAGES = 30;
const MOST_FILES = 60;
const PATIENCE_MS = 5000;
const DAY_MS = 86_400_000;
const LONGEST_MS = 30 * DAY_MS;

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(Promise.all(ALWAYS.map(bring)));
});

// The page that brought this worker was there before it.
addEventListener("activate", (event) => {
  const begin = async () => {
    await clients.claim();
    const open = await clients.matchAll({ type: "window" });
    await Promise.all(open.map(({ url }) => bring(url)));
  };
  event.waitUntil(begin().catch(() => {}));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || url.pathname === LEAVE) return;
  if (request.mode === "navigate") {
    const fresh = fetch(request);
    event.waitUntil(fresh.then((answer) => remember(url, answer.clone())).catch(() => {}));
    event.respondWith(page(url, fresh));
  } else if (/^\/(static|pictures)\//.test(url.pathname)) {
    const kept = async () => (await find(FILES, url.pathname)) ?? Response.error();
    event.respondWith(fetch(request).catch(kept));
  }
});

async function page(url, fresh) {
  const saved = isForReading(url) && (await find(PAGES, url.pathname));
  try {
    const answer = await (saved ? Promise.race([fresh, after(PATIENCE_MS)]) : fresh);
    if (answer.status < 500 || !saved) return answer;
  } catch {
    if (!saved) return withoutConnection();
  }
  return asSaved(saved);
}

function isForReading(url) {
  return url.pathname.startsWith(HOME) && !url.pathname.startsWith(FORMS) && !url.search;
}

// A promise that public.py makes; no answer to a single person carries it.
function isForEverybody(answer) {
  const { headers } = answer;
  const promised = /\bpublic\b/.test(headers.get("cache-control")) && headers.has("date");
  return answer.status === 200 && !answer.redirected && promised && headers.get("content-type").startsWith("text/html");
}

// Asked for as nobody: without a cookie.
async function bring(address) {
  const url = new URL(address, location);
  if (isForReading(url)) await remember(url, await fetch(url.pathname, { credentials: "omit", cache: "no-cache" }));
}

async function remember(url, answer) {
  if (!isForReading(url) || answer.status >= 500) return;
  const pages = await caches.open(PAGES);
  await pages.delete(url.pathname); // what was withdrawn goes; what is read again moves to the end
  if (!isForEverybody(answer)) return;
  await pages.put(url.pathname, answer.clone());
  await keepFiles(await answer.text());
  await tidy(pages);
}

async function keepFiles(html) {
  const files = await caches.open(FILES);
  for (const [, path] of html.matchAll(/(?:href|src)="(\/(?:static|pictures)\/[^"]+)"/g)) {
    if (!(await files.match(path))) await files.add(path).catch(() => {});
  }
  const kept = await files.keys();
  await Promise.all(kept.slice(0, -MOST_FILES).map((file) => files.delete(file)));
}

// The oldest pages go, and those that nobody has read for a month; help lines are at most a day old.
async function tidy(pages) {
  const read = [];
  for (const request of await pages.keys()) {
    const { pathname } = new URL(request.url);
    const age = Date.now() - Date.parse((await pages.match(request)).headers.get("date"));
    if (!ALWAYS.includes(pathname)) age > LONGEST_MS ? await pages.delete(request) : read.push(request);
    else if (age > DAY_MS) await bring(pathname).catch(() => {});
  }
  await Promise.all(read.slice(0, -MOST_PAGES).map((request) => pages.delete(request)));
}

// The page itself has the line that says so: templates/includes/saved.html.
async function asSaved(saved) {
  const time = new Date(saved.headers.get("date"));
  const language = HOME === "/en/" ? "en-GB" : HOME.slice(1, 3);
  const day = time.toLocaleString(language, { dateStyle: "long", timeStyle: "short", hour12: true });
  const html = (await saved.text()).replace("data-saved hidden", "data-saved");
  return again(html.replace("<b data-saved-at></b>", `<b>${day}</b>`), saved);
}

// And what can be read: templates/offline.html.
async function withoutConnection() {
  const offline = await find(PAGES, OFFLINE);
  if (!offline) return Response.error();
  const pages = await caches.open(PAGES);
  const lines = [];
  for (const request of (await pages.keys()).reverse()) {
    const { pathname } = new URL(request.url);
    const title = /<title>\s*([^<]*?) – /.exec(await (await pages.match(request)).text());
    if (title && pathname !== OFFLINE) lines.push(`<li><a href="${pathname}">${title[1]}</a></li>`);
  }
  const html = (await offline.text()).replace("data-saved-pages hidden", "data-saved-pages");
  return again(html.replace('<ul class="lines"></ul>', `<ul class="lines">${lines.join("")}</ul>`), offline);
}

function again(html, saved) {
  const headers = new Headers(saved.headers);
  headers.delete("content-encoding");
  headers.delete("content-length");
  return new Response(html, { headers });
}

async function find(cache, path) {
  return (await caches.open(cache)).match(path, { ignoreVary: true });
}

function after(milliseconds) {
  return new Promise((_, late) => setTimeout(late, milliseconds));
}
