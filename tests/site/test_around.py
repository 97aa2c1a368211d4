"""The pages around the articles: home, the clinic, help, privacy, accessibility, and the lost reader."""

import json
import re
from datetime import date
from html import unescape
from unicodedata import east_asian_width

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from articles.feeds import STANDING_PAGES
from articles.models import ClinicStatement, Document, StatementDocument
from clinic_site import views
from clinic_site.models import ClinicProfile, ClosedDay
from inquiries.wording import wording

pytestmark = pytest.mark.django_db
LANGUAGES = ["en", "ko"]
DAY = date(2026, 11, 23)


def main(client, path):
    """Return what stands between header and footer, as text for a person."""
    return unescape(re.search("<main.*</main>", client.get(path).text, re.DOTALL)[0])


def clinic_in_graph(client, path):
    script = re.search(r'<script type="application/ld\+json">(.*?)</script>', client.get(path).text)[1]
    return next(node for node in json.loads(script)["@graph"] if node["@type"] == "MedicalClinic")


@pytest.fixture
def on_file(articles, editor):
    """Put a document for a statement of the clinic on file."""

    def on_file(key, **fields):
        statement = ClinicStatement.objects.get(key=key)
        fields = {"issued_on": DAY, "checked_on": DAY, "checked_by": editor, "title": "A paper"} | fields
        paper = Document.objects.create(kind=statement.needs_kind, reference="XY-1", **fields)
        StatementDocument.objects.create(statement=statement, document=paper)
        return paper

    return on_file


# Every page that stands by itself


@pytest.mark.parametrize("name", STANDING_PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_has_one_heading_a_title_that_fits_and_words_for_search_engines(
    client, articles, language, name
):
    with translation.override(language):
        text = client.get(reverse(name)).text

    title = unescape(re.search(r"<title>(.*?)</title>", text, re.DOTALL)[1])
    description = unescape(re.search(r'<meta name="description" content="([^"]+)">', text)[1])
    assert text.count("<h1") == 1
    assert 8 <= sum(2 if east_asian_width(sign) in "WF" else 1 for sign in title) <= 70, title
    assert len(description) >= 20
    levels = [int(level) for level in re.findall(r"<h([1-6])", text)]
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False)), levels


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_leads_to_the_clinic_to_privacy_and_to_accessibility(client, language):
    footer = re.search("<footer.*</footer>", client.get(f"/{language}/help-now/").text, re.DOTALL)[0]

    for page in ("clinic", "privacy", "accessibility", "help-now", "unwell-after-treatment"):
        assert f'href="/{language}/{page}/"' in footer
    assert "+82 2 0000 0000" in footer


@pytest.mark.parametrize(
    "path", ["/en/", "/ko/search/", "/en/ask/", "/ko/clinic/", "/en/nothing-here/", "/en/privacy/"]
)
def test_the_strip_stands_on_every_page_of_a_demonstration_and_on_no_other(client, settings, path):
    assert "strip-demonstration" in client.get(path).text

    settings.DEMONSTRATION = False
    assert "strip-demonstration" not in client.get(path).text


@pytest.mark.parametrize("page", ["privacy", "accessibility"])
def test_both_languages_have_the_same_parts_and_each_is_in_the_contents(client, page):
    parts = {}
    for language in LANGUAGES:
        text = main(client, f"/{language}/{page}/")
        parts[language] = re.findall(r'<h2 id="([\w-]+)">(.*?)</h2>', text)
        linked = re.findall(r'<a href="#([\w-]+)">(.*?)</a>', text)
        assert [part for part in parts[language] if part[0] != "contents-title"] == linked

    assert [key for key, _title in parts["en"]] == [key for key, _title in parts["ko"]]


# Today


@pytest.mark.parametrize(
    ("day", "english", "korean"),
    [
        (
            date(2026, 11, 23),
            "Monday 23 November 2026: 9\xa0am to 6\xa0pm",
            "월요일): 오전\xa09시~오후\xa06시",
        ),
        (date(2026, 11, 28), "Saturday 28 November 2026: closed", "토요일): 휴진"),
        (date(2026, 12, 24), "closed (Staff training)", "휴진(직원 교육)"),
        (date(2026, 12, 25), "closed (Christmas Day)", "휴진(기독탄신일)"),
    ],
)
def test_the_hours_of_today_carry_their_date_so_that_a_stored_page_stays_true(
    client, monkeypatch, day, english, korean
):
    ClosedDay.objects.create(day=date(2026, 12, 24), reason_en="Staff training", reason_ko="직원 교육")
    monkeypatch.setattr("articles.evidence.today", lambda: day)

    assert english in client.get("/en/help-now/").text
    assert f"{day.year}년 {day.month}월 {day.day}일" in (page := client.get("/ko/help-now/").text)
    assert korean in page


# Home


@pytest.mark.parametrize("language", LANGUAGES)
def test_home_offers_a_search_three_tasks_the_topics_and_the_phone(client, all_articles, language):
    text = main(client, f"/{language}/")

    tasks = re.search(r'<ul class="tasks">(.*?)</ul>', text, re.DOTALL)[1]
    assert f'action="/{language}/search/"' in text
    assert len(re.findall("<a ", tasks)) == 3
    assert len(re.findall('class="card card-topic"', text)) == 5
    assert text.count('<svg class="icon"') == 5
    assert all(
        drawing.count("<path") == 1 for drawing in re.findall(r'<svg class="icon".*?</svg>', text, re.S)
    )
    assert 'href="tel:+82200000000"' in text
    assert f'href="/{language}/ask/"' in text
    assert "22 November 2026" in text or "2026년 11월 22일" in text, "the day of the search (rule R06)"


def test_home_fits_a_phone_in_its_first_screen(open_page, all_articles):
    for path in ("/en/", "/ko/"):
        page = open_page(path)
        for found in ("h1", "#search-words", ".tasks li:nth-child(3) strong"):
            box = page.locator(found).bounding_box()
            assert box["y"] + box["height"] <= 844, (path, found)


# The clinic


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_the_clinic_says_who_answers_when_and_where(client, articles, language):
    ClosedDay.objects.create(day=date(2026, 12, 24), reason_en="Staff training", reason_ko="직원 교육")
    profile = ClinicProfile.objects.get()

    text = main(client, f"/{language}/clinic/")

    for fact in ("legal_name", "responsible_physician", "licence", "address"):
        assert getattr(profile, f"{fact}_{language}") in text
    assert profile.phone in text
    assert profile.after_hours_phone in text
    assert ("Staff training" if language == "en" else "직원 교육") in text
    assert '<time datetime="2026-12-25">' in text
    assert '<time datetime="2027-02-' not in text, "no more than 60 days ahead"
    assert 'id="clinic-status"' in text
    assert ("earns money if you choose it" if language == "en" else "수익을 얻는") in text


def test_every_part_of_the_page_of_the_clinic_is_in_its_contents(client, articles):
    text = main(client, "/en/clinic/")

    linked = dict(re.findall(r'<a href="#([\w-]+)">(.*?)</a>', text))
    headings = dict(re.findall(r'<h2 id="([\w-]+)">(.*?)</h2>', text))
    assert linked.items() <= headings.items()
    assert set(headings) - set(linked) == {"contents-title"}


def test_what_the_clinic_says_waits_for_its_document_and_ends_with_it(client, on_file, monkeypatch):
    ask_for_it = "The clinic has not published its registration number."
    assert ask_for_it in main(client, "/en/clinic/")

    on_file("international-registration", valid_until=date(2026, 11, 30))
    on_file("insurance", valid_until=date(2026, 11, 30))

    page = main(client, "/en/clinic/")
    assert "registered as an institution inviting international patients (no. XY-1" in page
    assert "The clinic reports that it has liability insurance" in page
    assert ask_for_it not in page
    monkeypatch.setattr("articles.evidence.today", lambda: date(2026, 12, 1))
    assert ask_for_it in main(client, "/en/clinic/")


def test_search_engines_learn_who_answers_and_the_closed_days_of_a_real_clinic_alone(client):
    assert "employee" not in clinic_in_graph(client, "/en/clinic/"), "the demonstration's is invented"
    ClinicProfile.objects.update(demonstration=False, responsible_physician_en="Dr Han")

    node = clinic_in_graph(client, "/en/clinic/")

    assert node["employee"]["name"] == "Dr Han"
    assert {"2026-12-25", "2027-01-01"} <= {
        closed["validFrom"] for closed in node["specialOpeningHoursSpecification"]
    }
    assert node["openingHours"] == ["Mo-Fr 09:00-18:00"]
    assert "employee" not in clinic_in_graph(client, "/en/help-now/")


# Unwell, privacy


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_signs_of_danger_are_the_approved_ones_word_for_word(client, language):
    approved = wording(language)["unwell_after_treatment_page"]["body"]

    text = main(client, f"/{language}/unwell-after-treatment/")
    card = re.search(r'<section class="care.*?</section>', text, re.DOTALL)[0]
    signs = re.findall(r"<li>(.*?)</li>", card)
    others = re.findall(r"<p>(.*?)</p>", card)

    assert len(signs) == 7
    for said in [*signs, *others]:
        assert said in approved
    rest = approved
    for said in [*signs, *others]:
        rest = rest.replace(said, "")
    assert len(rest) < len(approved) / 1.6, "nothing but the frame of the sentences is left"
    assert text.index('href="tel:119"') < text.index("<li>", text.index("<h1"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_privacy_repeats_the_consents_and_their_times(client, language):
    words = wording(language)
    consents = {entry["key"]: entry["text"] for entry in words["consents"]["items"]}

    page = main(client, f"/{language}/privacy/")
    text = " ".join(re.sub(r"</?(?:p|dl|div|dt|dd)\b[^>]*>", " ", page).split())

    assert consents["sensitive"].strip() in text
    assert consents["personal"].rpartition("{{")[0].rpartition("}}")[2].strip() in text
    assert "{{" not in text
    for days in ("closed_days", "open_max_days", "backups_max_days"):
        assert str(words["retention"][days]) in text
    assert "privacy@clinic.example" in text
    assert f'href="/{language}/ask/?topic=my_data"' in text
    assert ("No lawyer has confirmed" if language == "en" else "변호사가 확인하지 않은") in text


# Where nothing is found, and where nothing works


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_that_is_not_found_offers_a_search_and_the_topics(client, all_articles, language):
    page = client.get(f"/{language}/nothing-here/")

    assert page.status_code == 404
    assert page.text.count("<h1") == 1
    assert f'action="/{language}/search/"' in page.text
    assert f'href="/{language}/topics/stem-cell-treatment/"' in page.text
    assert f'href="/{language}/help-now/"' in page.text


def test_the_page_of_last_resort_asks_nothing_and_names_the_phone_it_knew_last(client, rf, settings):
    ClinicProfile.objects.update(phone="+82 2 5555 0001")
    client.get("/en/help-now/")

    with CaptureQueriesContext(connection) as asked:
        page = views.unavailable(rf.get("/en/"))

    assert not asked.captured_queries
    assert page.status_code == 503
    assert page.text.count('href="tel:+82255550001"') == 2
    for line in ("109", "119", "988", "116123", "0120279338"):
        assert page.text.count(f'href="tel:{line}"') >= 1
