"""Every trial that we found: the table that readers sort and filter, and the picture beside it."""

import re
from datetime import date
from itertools import product

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from articles import evidence, figures, trials, worklist
from articles.models import Article, Cells, Fact, Trial, TrialCondition, TrialStatus
from articles.quality.records import REGISTRIES
from articles.registries import NUMBERS
from clinic_site import page_store
from tests.factories import publish
from tests.site.test_page_store import Site

pytestmark = pytest.mark.usefixtures("articles")

PAGE = "/en/evidence/"
IN_ORDER = ["nct02675556", "nct03265808", "nct03522545", "nct05127369", "nct04202770", "chictr2600122690"]
ELSEWHERE = ["autism-cord-blood", "alzheimers-seoul", "parkinsons-2025-nature", "parkinsons-2025-cell"]


def shown(query):
    """Return the keys of the rows that an address shows, in their order."""
    choice = trials.Choice.of(dict(pair.split("=") for pair in query.split("&") if pair))
    return [row["trial"].key for row in trials.table(choice=choice)["rows"]]


def titles(html):
    return [" ".join(title.split()) for title in re.findall(r'role="rowheader">\s*([^<]+?)\s*<p', html)]


def table_of(html):
    return html[html.index("<table class=") : html.index('id="part-cells"')]


# What is shipped


def test_every_trial_stands_on_facts_that_may_be_cited_and_names_its_record():
    ledger = evidence.ledger()
    for trial in Trial.objects.all():
        keys = trial.linked_keys()
        assert keys, trial
        said = " ".join(ledger.fact(key).statement for key in keys)
        assert trial.source_id in {source.id for key in keys for source in ledger.fact(key).sources}, trial
        if trial.registration:
            assert trial.registration in said
            assert trial.registration in trial.source.url or trial.registration in trial.source.title
        words = {"nine": "9"}
        numbers = {words.get(word, word) for word in re.findall(r"\w+", said)}
        if trial.joined != 1:
            assert {str(number) for number in (trial.planned, trial.joined) if number} <= numbers, trial


def test_every_registration_that_a_fact_names_is_in_the_table():
    named = {
        number
        for fact in Fact.objects.all()
        for pattern in NUMBERS.values()
        for number in re.findall(pattern, fact.statement)
    }

    assert named == set(Trial.objects.exclude(registration="").values_list("registration", flat=True))


def test_loading_twice_changes_nothing_and_keeps_what_staff_wrote(capsys):
    before = list(Trial.objects.values())
    call_command("load_articles")
    assert list(Trial.objects.values()) == before

    Trial.objects.filter(key=IN_ORDER[0]).update(title_en="As staff wrote it")
    capsys.readouterr()
    call_command("load_articles")

    assert "1 kept (edited by staff)" in capsys.readouterr().out
    assert Trial.objects.get(key=IN_ORDER[0]).title_en == "As staff wrote it"


def test_no_shipped_trial_holds_what_the_form_refuses():
    for trial in Trial.objects.all():
        trial.full_clean()


# What the database refuses


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"registration": "NCT0412345"}, "trial_registration_form"),
        ({"registration": "NCT041234567"}, "trial_registration_form"),
        ({"registration": "ChiCTR2600122690x"}, "trial_registration_form"),
        ({"registration": ""}, "trial_registration_form"),
        ({"registry": "ChiCTR"}, "trial_registration_form"),
        ({"registry": "ISRCTN"}, "trial_registration_form"),
        ({"registration": "NCT03265808"}, "trial_registration_once"),
        ({"conditions": []}, "trial_conditions_known"),
        ({"conditions": ["depression", "mood"]}, "trial_conditions_known"),
        ({"cells": "magic"}, "trial_cells_known"),
        ({"route": "nose"}, "trial_route_known"),
        ({"phase": "9"}, "trial_phase_known"),
        ({"status": "sold"}, "trial_status_known"),
        ({"results": "good"}, "trial_results_known"),
        ({"title_ko": ""}, "trial_in_both_languages"),
        ({"people_en": ""}, "trial_in_both_languages"),
        ({"note_ko": ""}, "trial_note_in_both_languages"),
        ({"registered": "April"}, "trial_registered_is_a_day"),
        ({"started": "2026-13"}, "trial_started_is_a_day"),
        ({"ended": "2025-7-30"}, "trial_ended_is_a_day"),
    ],
)
def test_the_database_refuses_nonsense(change, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        Trial.objects.filter(key=IN_ORDER[0]).update(**change)


def test_the_database_refuses_a_fact_twice_behind_a_trial():
    link = Trial.objects.get(key=IN_ORDER[0]).fact_links.first()
    other = Fact.objects.get(key="F01")

    for wrong, name in [
        ({"fact_id": link.fact_id, "position": 9}, "trial_fact_once"),
        ({"fact": other, "position": link.position}, "trial_fact_one_a_place"),
    ]:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            link.trial.fact_links.create(**wrong)


def test_an_older_chinese_number_is_one_too_and_an_article_may_write_it():
    Trial.objects.filter(key="chictr2600122690").update(registration="ChiCTR-TRC-08000123")

    assert {name: pattern.pattern for name, (pattern, _digits) in REGISTRIES.items()} == NUMBERS


@pytest.mark.parametrize("day", ["30 July 2025", "2025-02-31", "25", "2025-00"])
def test_a_day_that_is_none_is_refused_before_it_is_stored(day):
    trial = Trial.objects.get(key=IN_ORDER[1])
    trial.ended = day

    with pytest.raises(ValidationError, match="Write 2026"):
        trial.full_clean()


def test_a_day_that_another_program_wrote_does_not_break_the_page(client):
    Trial.objects.filter(key=IN_ORDER[1]).update(ended="2025-02-31")

    assert "Ended: 2025-02-31" in client.get(PAGE).text


# Order


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        ("trial", "alzheimers-seoul", "parkinsons-2025-cell"),
        ("condition", "alzheimers-seoul", "parkinsons-2025-cell"),
        ("cells", "nct02675556", "autism-cord-blood"),
        ("people", "nct02675556", "chictr2600122690"),
        ("status", "nct05127369", "nct03522545"),
        ("results", "nct02675556", "parkinsons-2025-cell"),
        ("date", "nct02675556", "parkinsons-2025-cell"),
    ],
)
def test_each_column_sorts_both_ways(sort, first, last):
    rising, falling = shown(f"sort={sort}"), shown(f"sort=-{sort}")

    assert (rising[0], rising[-1]) == (first, last)
    assert sorted(rising) == sorted(falling) == sorted([*IN_ORDER, *ELSEWHERE])
    value = trials.COLUMNS[sort][1]
    by_key = {trial.key: value(trial) for trial in Trial.objects.all()}
    for keys, is_falling in ((rising, False), (falling, True)):
        noted = [by_key[key] for key in keys if by_key[key] is not None]
        assert noted == sorted(noted, reverse=is_falling)
        assert [by_key[key] for key in keys[len(noted) :]] == [None] * (len(keys) - len(noted))


def test_people_are_sorted_by_who_joined_and_what_is_not_noted_stands_last_either_way():
    unknown = {"nct03522545", "nct05127369", "nct04202770", "chictr2600122690"}

    assert shown("sort=people")[:2] == ["nct02675556", "alzheimers-seoul"]
    assert shown("sort=-people")[:2] == ["autism-cord-blood", "nct03265808"]
    assert set(shown("sort=people")[-4:]) == set(shown("sort=-people")[-4:]) == unknown


def test_the_heading_says_how_the_table_is_sorted_and_leads_to_the_other_way(client):
    plain, rising = client.get(PAGE).text, client.get(f"{PAGE}?sort=people").text
    falling = client.get(f"{PAGE}?sort=-people").text

    assert "aria-sort" not in plain
    assert "sorted by" not in table_of(plain)
    assert rising.count("aria-sort") == falling.count("aria-sort") == 1
    assert re.search(r'aria-sort="ascending">\s*<a href="/en/evidence/\?sort=-people#trials">', rising)
    assert re.search(r'aria-sort="descending">\s*<a href="/en/evidence/\?sort=people#trials">', falling)
    assert "sorted by “People”, rising" in rising
    assert "sorted by “People”, falling" in falling


# Choice


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("condition=anxiety", ["nct04202770"]),
        ("condition=bipolar", ["nct03522545"]),
        ("condition=other", ELSEWHERE),
        ("status=registered", ["nct05127369", "chictr2600122690"]),
        ("cells=exosomes", ["nct04202770", "chictr2600122690"]),
        ("cells=own", []),
        ("condition=depression&status=finished&cells=donor", ["nct03265808"]),
        ("condition=depression&cells=donor&sort=-people", ["nct03265808", "nct02675556"]),
        ("condition=bipolar&cells=exosomes", []),
    ],
)
def test_a_reader_narrows_the_table_down(query, keys):
    assert shown(query) == keys


def test_filters_keep_what_satisfies_all_of_them():
    everything = list(Trial.objects.all())
    for condition, status, cells in product(TrialCondition.values, TrialStatus.values, Cells.values):
        expected = [
            trial.key
            for trial in everything
            if condition in trial.conditions and trial.status == status and trial.cells == cells
        ]
        assert shown(f"condition={condition}&status={status}&cells={cells}") == expected


def test_a_choice_is_kept_in_the_form_in_the_links_and_in_the_other_language(client):
    page = client.get(f"{PAGE}?condition=depression&sort=status").text

    assert '<option value="depression" selected>' in page
    assert page.count(" selected>") == 1
    assert '<input type="hidden" name="sort" value="status">' in page
    assert 'href="/en/evidence/?condition=depression&amp;sort=people#trials"' in page
    assert 'href="/ko/evidence/?condition=depression&amp;sort=status"' in page
    assert "5 trials of 10" in page
    assert '<a href="/en/evidence/#trials">Show all trials' in page


def test_where_no_trial_is_left_the_page_says_so_and_leads_back(client):
    page = client.get(f"{PAGE}?cells=own").text

    assert "We found no trial like this. We may have missed one." in page
    assert '<a href="/en/evidence/#trials">Show all trials' in page
    assert '<table class="trial-table' not in page


@pytest.mark.parametrize(
    "query",
    ["sort=--people", "sort=-", "sort=checked", "condition=mood", "status=", "cells=%00x", "page=3", "a[]=1"]
    + ["sort=people'--", "condition=depression%00", "sort=" + "a" * 400],
)
def test_what_the_table_does_not_offer_is_as_if_nothing_was_asked(client, query):
    page = client.get(f"{PAGE}?{query}")

    assert page.status_code == 200 or "%00" in query
    if page.status_code == 200:
        assert titles(page.text)[:10] == titles(client.get(PAGE).text)[:10]
        assert "Show all trials" not in page.text


def test_every_variant_names_the_page_without_parameters_as_its_address(client, settings):
    page = client.get(f"{PAGE}?condition=anxiety&sort=date").text

    assert re.findall(r'<link rel="canonical" href="([^"]+)">', page) == [f"{settings.SITE_URL}/en/evidence/"]


@pytest.mark.parametrize("query", ["", "?sort=-date&condition=depression", "?cells=own"])
def test_the_page_takes_one_query_however_it_is_asked_for(client, django_assert_num_queries, query):
    client.get(PAGE)

    with django_assert_num_queries(1):
        client.get(PAGE + query)


# Kept in front of Django


def test_a_variant_is_stored_once_and_parameters_that_nobody_reads_make_no_more():
    site = Site()
    for query in (
        "?sort=people",
        "?utm_source=x&sort=people",
        "?sort=people&fbclid=9",
        "?status=&sort=people",
    ):
        assert site.get(PAGE + query)[0] == 200

    assert len(site.asked) == 1
    assert len(site.store.pages) + len(site.store.others) == 1


def test_variants_are_kept_within_bounds_beside_the_pages_themselves(monkeypatch):
    monkeypatch.setattr(page_store, "MOST_OTHERS", 3)
    site = Site()
    site.get(PAGE)

    for number in range(8):
        site.get(f"{PAGE}?condition=invented-{number}")

    assert len(site.store.others) == 3
    assert len(site.store.pages) == 1


# In an article


def test_an_article_shows_the_same_table_in_its_own_order_and_only_what_the_site_is_about(client):
    article = Article.objects.get(plan="A04")
    article.body = "## Table\n\n{panel trials}\n"
    article.save()
    publish(article)

    page = client.get("/en/articles/what-the-trials-show/").text

    with translation.override("en"):
        assert titles(page)[:6] == [
            Trial.objects.get(key=key).title_en.replace("'", "&#x27;") for key in IN_ORDER
        ]
    assert "Cord blood or a placebo" not in page
    assert "aria-sort" not in page
    assert "?sort=" not in page
    assert 'href="/en/evidence/#S32"' in page


# Staff


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


def form_of(client, url):
    form = client.get(url).context["adminform"].form
    return {name: "" if form[name].value() is None else form[name].value() for name in form.fields}


def test_what_an_editor_changes_is_on_the_page_and_in_the_picture(desk):
    trial = Trial.objects.get(key="nct03265808")
    url = reverse("admin:articles_trial_change", args=[trial.pk])
    assert "no results that we found" in desk.get(PAGE).text

    changed = {
        "results": "registry",
        "note_en": "Results came.",
        "note_ko": "결과가 나왔습니다.",
        "joined": 32,
    }
    answer = desk.post(url, form_of(desk, url) | changed | {"fact_keys": "F34, F37"})

    assert answer.status_code == 302
    page = desk.get(PAGE).text
    assert "Results came." in page
    assert "32 joined, 80 planned" in page
    assert "6 trials of cells or exosomes, 1 with results." in page
    assert "No results means" not in page
    trial.refresh_from_db()
    assert trial.linked_keys() == ["F34", "F37"]


def test_a_number_that_is_none_is_refused_where_it_is_typed(desk):
    url = reverse("admin:articles_trial_change", args=[Trial.objects.get(key="nct03265808").pk])

    page = desk.post(url, form_of(desk, url) | {"registration": "NCT 0326580"}).text

    assert "This is no number of that registry." in page


def test_the_lists_of_staff_take_few_queries(desk, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        page = desk.get("/admin/articles/trial/").text

    assert "NCT02675556" in page
    for query in ("note__regex=(", "due=yes", "status__exact=finished"):
        assert desk.get(f"/admin/articles/trial/?{query}").status_code in (200, 302, 400)


def test_a_nurse_does_not_change_a_trial(client, nurse):
    client.force_login(nurse)

    assert (
        client.get(reverse("admin:articles_trial_change", args=[Trial.objects.first().pk])).status_code == 403
    )


def test_a_record_that_nobody_looked_at_for_90_days_is_a_task_and_readers_are_told(desk, monkeypatch):
    Trial.objects.update(checked_on="2026-11-20")
    Trial.objects.filter(key="nct03522545").update(checked_on="2026-11-19")

    monkeypatch.setattr("articles.evidence.today", lambda: date(2027, 2, 17))
    assert worklist.trials_to_look_at() == []
    monkeypatch.setattr("articles.evidence.today", lambda: date(2027, 2, 18))

    (due,) = worklist.trials_to_look_at()
    assert (due.key, due.is_stale, due.due_on) == ("nct03522545", True, date(2027, 2, 17))
    assert "NCT03522545" in desk.get("/admin/articles/article/worklist/").text
    assert desk.get("/admin/articles/trial/?due=yes").text.count('class="field-trial"') == 1
    assert desk.get(PAGE).text.count("overdue: the next look was due by 17 February 2027") == 1


# The picture


def drawn_numbers(drawing):
    return [int(number) for text in drawing.texts for number in re.findall(r"\d+", text["text"])]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_words_below_the_picture_say_the_same_numbers(language):
    with translation.override(language):
        figure = figures.evidence()

    said = " ".join(line["text"] for line in figure["words"])
    for number in drawn_numbers(figure["drawing"]):
        assert re.search(rf"\b{number}(?!\d)", said), number
    marks = [mark for mark in figure["drawing"].marks if mark["y"] < figure["drawing"].rules[-1]]
    assert len(marks) == 7  # six trials, one of them for two conditions
    assert not [mark for mark in marks if mark["kind"] == "results"]
    assert [bar["width"] for bar in figure["drawing"].bars] == [218, 87]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_numbers_on_the_page_are_those_of_the_table_and_of_the_facts(client, language):
    everything = Trial.objects.all()
    about_mood = [trial for trial in everything if trial.is_about_mood]
    page = client.get(f"/{language}/evidence/").text
    caption = page[page.index("<caption ", page.index("trial-table")) : page.index("</caption>")]
    exercise, talking = (Fact.objects.get(key=key).statement for key in ("F20", "F15"))

    assert re.findall(r"\d+", caption.split("<span")[0]) == [str(len(everything)), str(len(about_mood))]
    first_line = re.search(r'<text x="0" y="\d+" font-weight="700" font-size="16">([^<]*)', page)[1]
    assert re.findall(r"\d+", first_line) == [str(len(about_mood))]
    with translation.override(language):
        drawn = [text["text"] for text in figures.evidence()["drawing"].texts]
    compared = [re.findall(r"\d+", text)[0] for text in drawn if "218" in text or "87" in text]
    assert compared == [re.search(r"(\d+) trials", exercise)[1], re.search(r"(\d+) studies", talking)[1]]


def test_every_mark_of_the_picture_is_of_one_size(client):
    page = client.get(PAGE).text
    figure = page[page.index("<figure") : page.index("</figure>")]

    sizes = set()
    for circle in re.findall(r"<circle ([^>]*)>", figure):
        line = re.search(r'stroke-width="(\d+)"', circle)
        sizes.add(float(re.search(r'\br="([\d.]+)"', circle)[1]) + (int(line[1]) / 2 if line else 0))
    assert sizes == {figures.RADIUS}
    assert "all are of one size" in figure


def test_on_a_phone_a_row_opens_without_scripts_and_on_paper_all_is_there(open_page):
    call_command("load_articles", verbosity=0)
    page = open_page(PAGE, width=390, java_script_enabled=False)
    for table in (".trial-table", ".status-table"):
        row = page.locator(f"{table} tbody tr").first
        assert not row.locator(".further").first.is_visible()
        row.locator("summary").click()
        assert row.locator(".further").first.is_visible()

    page.emulate_media(media="print")
    assert all(cell.is_visible() for cell in page.locator(".further").all())
    assert not page.locator(".trial-filter").is_visible()
    assert not page.locator(".row-more").first.is_visible()
    page.emulate_media(media="screen")
    assert page.evaluate("document.documentElement.scrollHeight") < 14_000


def test_the_picture_reads_the_other_treatments_off_their_facts_and_drops_what_may_not_be_cited():
    Fact.objects.filter(key="F20").update(statement="Exercise helps. In 219 trials it did.")
    Fact.objects.filter(key="F15").update(verified="memory", checked_on=None)

    said = " ".join(line["text"] for line in figures.evidence()["words"])

    assert "Exercise: 219 trials" in said
    assert "Talking therapy" not in said
    assert "218" not in said


def test_the_picture_cites_what_it_draws_and_every_source_is_in_the_list(client):
    page = client.get(PAGE).text
    figure = page[page.index("<figure") : page.index("</figure>")]

    cited = set(re.findall(r'href="#(S\d+)"', figure))
    assert cited == {"S11", "S19", "S32", "S33", "S34", "S35", "S36", "S37"}
    assert cited <= set(re.findall(r'<li id="(S\d+)"', page))
    assert "style=" not in figure
    assert 'role="img"' in figure
    assert "<title" in figure
    assert "In the 2 whose numbers we noted, 32 of 160 planned people joined." in figure


def test_every_shape_lies_within_the_drawing():
    drawing = figures.evidence()["drawing"]

    assert all(0 <= mark["x"] <= figures.WIDTH and 0 < mark["y"] < drawing.y for mark in drawing.marks)
    assert all(text["x"] < figures.WIDTH and text["y"] < drawing.y for text in drawing.texts)
    assert all(area["y"] + area["height"] <= drawing.y for area in drawing.bars)


def test_without_any_trial_the_page_stands(client):
    Trial.objects.all().delete()

    page = client.get(PAGE)

    assert page.status_code == 200
    assert "<figure" not in page.text
    assert "Every trial that we found</h2>" not in page.text


def test_many_trials_make_more_rows_of_marks_and_no_overflow():
    first = Trial.objects.get(key=IN_ORDER[0])
    for number in range(20):
        first.pk, first.key, first.registration = None, f"trial-{number}", f"NCT{number:08}"
        first.save()

    drawing = figures.evidence()["drawing"]

    assert max(mark["x"] for mark in drawing.marks) <= figures.MOST_IN_A_ROW * figures.MARK


# A phone without scripts


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_reader_sorts_and_filters_on_a_phone_without_scripts(open_page, width, language):
    call_command("load_articles", verbosity=0)
    page = open_page(f"/{language}/evidence/", width=width, java_script_enabled=False)

    page.locator("select[name=condition]").select_option("depression")
    page.locator("form.trial-filter button").click()
    assert page.locator(".trial-table tbody tr").count() == 5
    page.locator(".trial-table thead a").nth(3).click()
    page.wait_for_url("**/evidence/?condition=depression&sort=people#trials")

    assert page.locator("th[aria-sort=ascending]").count() == 1
    assert page.locator("select[name=condition]").input_value() == "depression"
    assert "NCT02675556" in page.locator(".trial-table tbody tr").first.inner_text()
    box = page.locator(".trial-table").bounding_box()
    assert box["x"] + box["width"] <= width
    drawing = page.locator(".evidence-figure svg").first.bounding_box()
    assert 14 * drawing["width"] / figures.WIDTH >= 12
    for link in page.locator(".trial-table thead a").all():
        assert link.bounding_box()["height"] >= 44
