// Lighthouse as on a phone: `node lighthouse.mjs URL …` prints, for each page, its scores and what it weighs.
// With PERFORMANCE=1 also what is timed, which takes longer.
import { launch } from "chrome-launcher";

// What Lighthouse takes from Node 22, and Debian's Node does not have yet.
URL.parse ??= (url, base) => (URL.canParse(url, base) ? new URL(url, base) : null);
const { default: lighthouse } = await import("lighthouse");

const timed = process.env.PERFORMANCE === "1";
const judged = ["accessibility", "best-practices", "seo"];
const wanted = timed
  ? { onlyCategories: ["performance", ...judged] }
  : {
      onlyCategories: judged,
      onlyAudits: ["network-requests", "cumulative-layout-shift"],
      // What is not timed need not wait until the machine is quiet.
      throttlingMethod: "provided",
      pauseAfterFcpMs: 0,
      pauseAfterLoadMs: 0,
      networkQuietThresholdMs: 0,
      cpuQuietThresholdMs: 0,
    };
const chrome = await launch({ chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu"] });
// Chromium now and then loses the beginning of what it traced, which says nothing of the page.
async function looked(url, tries = 3) {
  const found = await lighthouse(url, {
    port: chrome.port,
    logLevel: "silent",
    output: [],
    disableFullPageScreenshot: true,
    ...wanted,
  });
  const error = found.lhr.runtimeError;
  if (error?.code === "NO_NAVSTART" && tries > 1) return looked(url, tries - 1);
  if (error) throw new Error(`${url}: ${error.message}`);
  return found;
}

const pages = [];
try {
  for (const url of process.argv.slice(2)) {
    const { lhr } = await looked(url);
    const scores = Object.entries(lhr.categories).map(([name, { score }]) => [name, score * 100]);
    const failed = Object.entries(lhr.categories)
      .filter(([name]) => name !== "performance")
      .flatMap(([, { auditRefs }]) => auditRefs.filter(({ weight }) => weight))
      .map(({ id }) => lhr.audits[id])
      .filter(({ score, scoreDisplayMode }) => scoreDisplayMode === "error" || (score !== null && score < 1))
      .map(({ id, title }) => `${id}: ${title}`);
    pages.push({
      url,
      scores: Object.fromEntries(scores),
      failed,
      requests: lhr.audits["network-requests"].details.items.map(({ url, resourceType, transferSize }) => ({
        url,
        kind: resourceType,
        bytes: transferSize,
      })),
      shift: lhr.audits["cumulative-layout-shift"].numericValue,
      lcp: lhr.audits["largest-contentful-paint"]?.numericValue,
    });
  }
} finally {
  await chrome.kill();
}
console.log(JSON.stringify(pages));
