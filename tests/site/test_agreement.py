"""Whatever editors do, every way to a page says the same about it, in every process of the site."""

import json
import re
import time

import pytest

from .running import Running

SLUG, WORD = "agreed", "quokka"
PAGE = f"/en/articles/{SLUG}/"
LINKS = {
    "home": "/en/",
    "list": "/en/articles/",
    "a_to_z": "/en/articles/a-to-z/",
    "topic": "/en/topics/animals/",
    "rss": "/en/feed.rss",
    "atom": "/en/feed.atom",
    "sitemap": "/sitemap.xml",
    "search": f"/en/search/?q={WORD}",
}
WITH_TITLES = {"list", "a_to_z", "topic", "rss", "atom", "search"}
AFTER_SECONDS = 2.0  # what is asked for from then on is right; `make bench` measures how long it takes


@pytest.fixture(scope="module")
def running():
    running = Running()
    try:
        running.connect()
        running.edit("person = dict(is_demonstration=True)")
        running.edit("topic = Topic.objects.create(key='animals', name_en='Animals', name_ko='동물')")
        running.edit(
            "made = dict(topic=topic, authors=[make_person(**person)], reviewers=[make_person(**person)])"
        )
        yield running
    finally:
        for connection in running.connections:
            connection.close()
        running.checkout.close()


def said(running, connection):
    """Return what one process says of the page: status, title, reviewers, and the title in each list."""
    status, body = running.ask(connection, PAGE)
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', body)
    parts = json.loads(found[1])["@graph"] if found else []
    data = next((part for part in parts if "MedicalWebPage" in part["@type"]), {})
    says = {"page": status, "title": data.get("name"), "reviewed": "reviewedBy" in data}
    for name, path in LINKS.items():
        status, body = running.ask(connection, path)
        assert status == 200, path
        at = f"/articles/{SLUG}/" in body
        titles = re.findall(rf"The {WORD}, \w+", body.replace("<mark>", "").replace("</mark>", ""))
        says[name] = (titles[0] if titles else "no title") if at and name in WITH_TITLES else at
    return says


def expect(running, *, page, title=None, reviewed=False, listed=True):
    """See that two seconds after a change every process says this everywhere, and none goes back on it."""
    lists = {name: (title if name in WITH_TITLES else True) if listed else False for name in LINKS}
    expected = {"page": page, "title": title, "reviewed": reviewed, **lists}
    time.sleep(AFTER_SECONDS)
    for _again in range(2):
        for connection in running.connections:
            assert said(running, connection) == expected


def tags(running):
    """Return the tags under which the processes have stored the page."""
    found = set()
    for connection in running.connections:
        connection.request("GET", PAGE, headers={"Host": f"localhost:{running.port}"})
        answer = connection.getresponse()
        answer.read()
        found.add(answer.headers["ETag"])
    return found


@pytest.mark.alone
def test_page_lists_feeds_search_and_structured_data_agree_in_every_process(running):
    expect(running, page=404, listed=False)
    assert len(running.workers()) == 2

    running.edit(f"page = publish_article(slug='{SLUG}', title='The {WORD}, first', **made)")
    expect(running, page=200, title=f"The {WORD}, first", reviewed=True)
    (before,) = tags(running)

    running.edit(
        f"page.title = 'The {WORD}, corrected'; page.save(); publish(page, change_kind='correction')"
    )
    expect(running, page=200, title=f"The {WORD}, corrected", reviewed=True)
    (now,) = tags(running)
    assert {status for status, _body in running.all(PAGE, **{"If-None-Match": before})} == {200}
    assert {status for status, _body in running.all(PAGE, **{"If-None-Match": now})} == {304}

    # Signed long ago, due to be looked at again 31 days before today, and not looked at.
    running.edit("due = timezone.localdate() - timedelta(days=31)")
    running.edit("before = evidence.as_of(due - timedelta(days=50)); before.__enter__()")
    running.edit(f"page.title = 'The {WORD}, lapsed'; page.save(); publishing.submit(page, by=None)")
    running.edit("publishing.sign(page, person=made['reviewers'][0], by=None, next_review_on=due)")
    running.edit("publish(page, change_kind='update'); before.__exit__(None, None, None)")
    expect(running, page=200, title=f"The {WORD}, lapsed", reviewed=False, listed=False)

    running.edit("publishing.withdraw(page, by=None, reason='It was wrong.')")
    expect(running, page=410, listed=False)
    assert running.agree(PAGE, lambda status, body: "It was wrong." in body)
    assert len(running.workers()) == 2
