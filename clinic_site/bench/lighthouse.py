"""What Lighthouse says of seven pages on a phone: `make lighthouse`.

The site is served as a real clinic's would be, whose pages may be found: a demonstration asks search
engines to stay away, which costs it the mark for that.
"""

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from .__main__ import DOCUMENT, database, machine, say, set_up

PAGES = {
    "home": "",
    "article": "articles/risks-and-unknowns/",
    "list": "articles/",
    "search": "search/",
    "search with results": "search/?q=depression",
    "ask": "ask/",
    "follow-up": "ask/follow-up/",
}
ADDRESSES = {
    f"{name}, {language}": f"/{language}/{path}" for name, path in PAGES.items() for language in ("en", "ko")
}
SCORES = ["performance", "accessibility", "best-practices", "seo"]
PROGRAM = Path(__file__).resolve().parents[2] / "tests/checks/lighthouse.mjs"
BEGIN, END = "<!-- lighthouse: make lighthouse ARGS=--write -->", "<!-- end of lighthouse -->"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m clinic_site.bench.lighthouse", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="how often each page is timed; the median counts")
    parser.add_argument("--json", action="store_true", help="time nothing, and print all that is known")
    parser.add_argument("--write", action="store_true", help="keep the figures in docs/performance.md")
    wanted = parser.parse_args()
    with ExitStack() as cleaning:
        home = Path(tempfile.mkdtemp(prefix="clinic-lighthouse-"))
        cleaning.callback(shutil.rmtree, home, ignore_errors=True)
        os.environ["BENCH_DATABASE"] = f"clinic_lighthouse_{os.getpid()}"
        set_up(home)
        cleaning.enter_context(database(with_articles=True))
        become_real()
        origin = serve(cleaning)
        if wanted.json:
            print(json.dumps(look(origin, timed=False)))
            return
        runs = [look(origin, timed=True) for _run in range(wanted.runs)]
    table = tell(runs)
    words = f"{machine()}, Lighthouse mobile, {datetime.now(UTC):%d %B %Y}, the median of {wanted.runs} runs."
    say("", table, words)
    if wanted.write:
        text = DOCUMENT.read_text("utf-8")
        before, after = text.split(BEGIN)[0], text.split(END)[1]
        DOCUMENT.write_text(f"{before}{BEGIN}\n{words}\n\n{table}\n{END}{after}", "utf-8")


def become_real() -> None:
    """Have the shipped pages count as signed by real people, in this database that is thrown away."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # past the triggers
        cursor.execute("UPDATE articles_publication SET is_demonstration = false")
        cursor.execute("UPDATE clinic_site_clinicprofile SET demonstration = false")


def serve(cleaning: ExitStack) -> str:
    """Start the site as production does, on an address that its pages know as their own."""
    from .servers import free_port, granian

    port = free_port()
    origin = f"http://localhost:{port}"
    server = granian("clinic_site.wsgi:application", "/en/", port, DEMONSTRATION="false", SITE_URL=origin)
    cleaning.callback(server.stop)
    server.wait()
    return origin


def look(origin: str, *, timed: bool) -> list[dict[str, Any]]:
    """Return what Lighthouse found on every page, each with its name."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
    done = subprocess.run(
        ["node", str(PROGRAM), *(origin + path for path in ADDRESSES.values())],
        env=os.environ | {"CHROME_PATH": chromium, "PERFORMANCE": "1" if timed else ""},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    return [{"page": name, **one} for name, one in zip(ADDRESSES, found, strict=True)]


def tell(runs: list[list[dict[str, Any]]]) -> str:
    """Return a table of what each page reached in the median."""
    lines = ["| Page | Performance | Accessibility | Best practices | SEO | LCP | On the wire | Requests |"]
    lines += ["| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for same in zip(*runs, strict=True):
        scores = [f"{median(one['scores'][name] for one in same):.0f}" for name in SCORES]
        lcp, requests = median(one["lcp"] for one in same) / 1000, same[0]["requests"]
        weight = sum(request["bytes"] for request in requests) / 1000
        cells = [same[0]["page"], *scores, f"{lcp:.2f} s", f"{weight:.1f} kB", str(len(requests))]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
