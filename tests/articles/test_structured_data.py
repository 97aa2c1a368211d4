"""What pages tell search engines: whole, linked together, and no more than the reader sees."""

import json
import re
from datetime import time
from html import unescape

import pytest

from articles import structured
from articles.trail import Crumb
from clinic_site.models import OpeningHours
from tests.factories import publish_article

from .test_standing_pages import SITE, kim, public_paths, site, topic  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
BREADCRUMBS = "BreadcrumbList"


def graph(page):
    """Return the parts of the only graph of a page."""
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    data = json.loads(script)
    assert data["@context"] == "https://schema.org"
    return data["@graph"]


def part(page, kind):
    """Return the only part of one kind."""
    (found,) = [node for node in graph(page) if kind in (node["@type"], *node["@type"])]
    return found


def walk(node):
    """Yield every object of a graph."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from walk(child)


REQUIRED = {
    "MedicalClinic": ["@id", "name", "url", "telephone", "address"],
    "WebSite": ["@id", "name", "url", "publisher"],
    BREADCRUMBS: ["itemListElement"],
    "ListItem": ["position"],
    "Person": ["@id", "name", "jobTitle", "url"],
    "CollectionPage": ["@id", "url", "name", "inLanguage", "isPartOf", "mainEntity"],
    "ProfilePage": ["@id", "url", "name", "inLanguage", "isPartOf", "mainEntity"],
    "MedicalWebPage": ["@id", "url", "name", "inLanguage", "isPartOf", "lastReviewed", "reviewedBy", "about"],
    "Article": ["headline", "author", "publisher", "datePublished", "dateModified"],
    "CreativeWork": ["name", "datePublished"],
}


def test_every_public_page_says_all_that_its_parts_need(client, site):  # noqa: F811
    for path in public_paths():
        nodes = graph(client.get(path))

        for node in walk(nodes):
            kinds = node.get("@type", [])
            for kind in [kinds] if isinstance(kinds, str) else kinds:
                for name in REQUIRED.get(kind, ()):
                    assert node.get(name), (path, kind, name)
        named = {node["@id"] for node in walk(nodes) if "@id" in node and "@type" in node}
        meant = {node["@id"] for node in walk(nodes) if set(node) == {"@id"}}
        assert meant <= named, path
        assert part_kinds(nodes) >= {"MedicalClinic", "WebSite"}


def part_kinds(nodes):
    return {kind for node in nodes for kind in [*([node["@type"]] if isinstance(node["@type"], str) else [])]}


def test_the_trail_that_machines_read_is_the_one_that_people_see(client, site):  # noqa: F811
    for path in public_paths():
        page = client.get(path)
        seen = re.search(r'<nav class="crumbs".*?</nav>', page.text, re.DOTALL)
        seen = re.findall(r'<a href="([^"]+)">([^<]+)</a>', seen[0]) if seen else []

        read = [node for node in graph(page) if node["@type"] == BREADCRUMBS]

        items = read[0]["itemListElement"] if read else []
        assert [(item["item"], item["name"]) for item in items] == [
            (f"{SITE}{address}", unescape(name)) for address, name in seen
        ]
        assert [item["position"] for item in items] == list(range(1, len(items) + 1))
        assert bool(items) == (path not in ("/en/", "/ko/"))


def test_an_article_names_its_topic_its_people_its_sources_and_its_days(client, articles):
    page = client.get("/en/articles/risks-and-unknowns/")
    data = part(page, "MedicalWebPage")

    assert data["@type"] == ["MedicalWebPage", "Article"]
    assert data["about"]["url"] == f"{SITE}/en/topics/stem-cell-treatment/"
    assert data["inLanguage"] == "en"
    assert data["publisher"] == {"@id": f"{SITE}/#clinic"}
    assert data["lastReviewed"] in page.text
    shown = re.findall(r'<li id="ref-\d+"', page.text)
    assert len(data["citation"]) == len(shown) > 10
    for source in data["citation"]:
        assert "url" not in source or source["url"].startswith("http")
    named = {person["name"] for person in [*data["author"], *data["reviewedBy"]]}
    assert named == {"Demonstration author", "Demonstration reviewer", "Demonstration outside reviewer"}


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_person_is_the_same_on_their_page_and_on_what_they_wrote(client, site, language):  # noqa: F811
    profile = part(client.get(f"/{language}/people/kim-minji/"), "ProfilePage")
    article = part(client.get(f"/{language}/articles/sleep-well/"), "Article")

    assert profile["mainEntity"] == article["author"][0]
    assert profile["mainEntity"]["@id"] == f"{SITE}/#person-kim-minji"
    assert profile["mainEntity"]["url"] == f"{SITE}/{language}/people/kim-minji/" == profile["url"]
    assert "worksFor" not in profile["mainEntity"], "nobody employs an invented person"


def test_a_real_person_has_a_licence_and_an_employer():
    printed = {"key": "jin", "name": "Jin", "role": "Physician", "qualification": "Psychiatrist"}
    printed |= {"licence_body": "Ministry", "works_for_clinic": True, "is_demonstration": False}

    data = structured.person(printed, "en")

    assert data["worksFor"] == {"@id": f"{SITE}/#clinic"}
    assert data["hasCredential"]["name"] == "Psychiatrist"
    assert data["hasCredential"]["recognizedBy"]["name"] == "Ministry"
    assert "worksFor" not in structured.person(printed | {"works_for_clinic": False}, "en")


def test_a_topic_collects_the_pages_that_it_lists(client, site):  # noqa: F811
    data = part(client.get("/ko/topics/sleep/"), "CollectionPage")

    assert data["name"] == "수면"
    assert {item["url"] for item in data["mainEntity"]["itemListElement"]} == {
        f"{SITE}/ko/articles/sleep-well/",
        f"{SITE}/en/articles/only-here/",
    }


def test_opening_hours_are_told_as_staff_entered_them():
    def told():
        return json.loads(structured.graph([]))["@graph"][0]["openingHours"]

    assert told() == ["Mo-Fr 09:00-18:00"]

    OpeningHours.objects.create(clinic_id=1, weekday=5, opens_at=time(9, 30), closes_at=time(13))

    assert told() == ["Mo-Fr 09:00-18:00", "Sa 09:30-13:00"]


def test_no_text_ends_the_script_that_holds_it(client):
    article = publish_article(title="Cells </script><b> & “quoted”", summary="<!-- <script> What is it?")

    page = client.get(f"/en/articles/{article.slug}/")

    assert part(page, "Article")["headline"] == article.title
    assert part(page, "Article")["description"] == article.summary
    script = structured.graph([Crumb("</script><!--", "/")])
    assert "<" not in script
    assert ">" not in script
    assert json.loads(script)["@graph"][2]["itemListElement"][0]["name"] == "</script><!--"


def test_a_preview_tells_search_engines_nothing_of_the_text(client, editor):
    from articles.preview import link_to
    from tests.factories import make_article

    page = client.get(link_to(make_article(title="Not ready").latest_revision()))

    assert page.status_code == 200
    assert "Not ready" not in json.dumps(graph(page))
