"""What an editor has beside the text: the page that it makes, what the rules say, counts, and a link."""

import html
import re
from datetime import date, timedelta

import pytest
from django.core import signing
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from articles import captions, preview, publishing
from articles.measures import PLANNED_LENGTH, measures_of
from articles.models import Article, Fact, Revision, Status
from tests.factories import make_article, publish

pytestmark = pytest.mark.usefixtures("articles")

JSON = {"accept": "application/json"}
SLUG = "risks-and-unknowns"
KOREAN = {
    "language": "ko",
    "title": "우울증 이해하기",
    "summary": "우울증이 무엇인지 설명합니다.",
    "body": "## 무엇이 다른가요\n\n우울증은 슬픔과 다릅니다. 많은 분이 회복합니다.\n\n{panel not-advice}\n",
}


@pytest.fixture
def article():
    return make_article(slug="mine", title="What to ask", body="## Before you pay\n\nAsk who profits.\n")


def address(name, article):
    return reverse(f"admin:articles_article_{name}", args=[article.pk])


def change(article):
    return address("change", article)


def asked(client, article, **fields):
    """Return the answer that the script of the form gets."""
    return client.post(address("preview", article), fields, headers=JSON).json()


# The page


def test_the_preview_is_the_page_that_readers_will_get(client, editor):
    article = make_article(title="Before", body="## Costs\n\nAsk first [F31].\n\n{panel medicines}\n")
    publish(article)
    article.refresh_from_db()
    client.force_login(editor)
    read = client.get(article.latest_publication().get_absolute_url()).text

    shown = asked(client, article)["page"]

    def compared(text):
        # The number is that of the next version, and what changed is asked when it is published.
        text = re.sub(r"<div>\s*<dt>(Version|What changed)</dt>.*?</div>", "", text, flags=re.DOTALL)
        # Nobody answers whether a page is clear before it is published.
        text = re.sub(r'<section class="page-clear".*?</section>', "", text, flags=re.DOTALL)
        # What search engines read is made of what is published alone.
        text = re.sub(r'<script type="application/ld.json">.*?</script>', "", text, flags=re.DOTALL)
        # In the editor's frame no script runs.
        text = re.sub(r'<script type="module".*?</script>', "", text)
        # Only a version that was published can be where a question comes from.
        text = re.sub(r"/ask/\?from=[^\"]*", "/ask/", text)
        return text.split()

    assert compared(shown) == compared(read)


def test_the_preview_shows_what_is_typed_and_saves_nothing(client, editor, article):
    client.force_login(editor)
    before = Article.objects.filter(pk=article.pk).values().get()

    answer = asked(client, article, title="Typed", body="Typed *text*.", kind="treatment", slug="typed")

    assert "<h1>Typed</h1>" in answer["page"]
    assert "<em>text</em>" in answer["page"]
    assert "At a glance" in answer["page"]
    assert "/en/articles/typed/" in answer["page"]
    assert Article.objects.filter(pk=article.pk).values().get() == before
    assert article.revisions.count() == 1


def test_a_text_that_nobody_changed_keeps_its_signature_in_the_preview(client, editor, article):
    publishing.submit(article, by=None)
    for person in publishing.reviewers_waiting(article):
        publishing.sign(article, person=person, by=None)
    client.force_login(editor)
    as_browsers_send_it = article.body.replace("\n", "\r\n")

    assert "Medically reviewed by" in asked(client, article, body=as_browsers_send_it)["page"]
    assert "Not medically reviewed." in asked(client, article, body="Other words.")["page"]
    article.refresh_from_db()
    assert article.status == Status.SIGNED


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("Mine [F99].", "F99 is not in the evidence ledger"),
        ("{panel none}", "There is no panel “none”"),
        ("{figure none}", "There is no figure “none”"),
    ],
)
def test_a_text_that_cannot_be_shown_says_why(client, editor, article, body, why):
    client.force_login(editor)

    answer = asked(client, article, body=body)

    assert why in answer["why"]
    assert not answer["page"]
    assert "to mend" in answer["count"]
    page = client.post(address("preview", article), {"body": body})
    assert page.status_code == 422
    assert why in page.text


def test_a_figure_is_drawn_in_the_preview_and_listed_in_the_help(client, editor, article):
    client.force_login(editor)

    answer = asked(client, article, body="Look.\n\n{figure evidence-ladder}\n")

    assert 'viewBox="0 0 312' in answer["page"]
    assert "Stem cells for depression or anxiety stand low on the ladder." in answer["page"]
    help_page = client.get(reverse("admin:articles_article_change", args=[article.pk])).text
    for name in captions.names():
        assert f"<code>{{figure {name}}}</code> {captions.title(name)}" in help_page


def test_an_article_is_previewed_before_it_is_first_saved(client, editor):
    client.force_login(editor)
    url = reverse("admin:articles_article_preview_new")
    rows = Article.objects.count()

    assert client.post(url, {"title": "New"}, headers=JSON).json() == {
        "page": "",
        "why": "Choose the language first.",
    }
    answer = client.post(url, KOREAN | {"kind": "", "slug": ""}, headers=JSON).json()
    assert '<html lang="ko">' in answer["page"]
    assert "<h1>우울증 이해하기</h1>" in answer["page"]
    assert "자" in answer["measures"]
    assert Article.objects.count() == rows
    assert client.get(reverse("admin:articles_article_add")).status_code == 200


def test_the_preview_is_for_staff_who_may_see_articles(client, nurse, article, django_user_model):
    url = address("preview", article)

    assert client.post(url, headers=JSON).status_code == 302
    client.force_login(django_user_model.objects.create_user("temp", is_staff=True))
    assert client.post(url, headers=JSON).status_code == 403
    assert client.post(reverse("admin:articles_article_preview_new"), headers=JSON).status_code == 403
    client.force_login(nurse)
    assert "What to ask" in asked(client, article, title="A nurse types")["page"], "what is stored"
    assert client.get(url).status_code == 405


def test_the_preview_needs_the_token_of_the_form(article, editor):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)

    assert client.post(address("preview", article), {"title": "Forged"}).status_code == 403


def test_what_is_typed_stands_in_the_form_page_as_text_alone(client, editor, article):
    article.title = '"><script>alert(1)</script>'
    article.save()
    client.force_login(editor)

    page = client.get(change(article))

    assert "<script>alert" not in page.text
    frame = re.search(r'<iframe[^>]* sandbox="([^"]*)"[^>]* srcdoc="([^"]*)"', page.text)
    assert frame[1] == "allow-same-origin"
    assert html.unescape(frame[2]).rstrip().endswith("</html>")
    assert "frame-src" not in page.headers["Content-Security-Policy"]


def test_whoever_may_only_read_gets_the_page_instead_of_the_markdown(client, nurse, article):
    client.force_login(nurse)

    page = client.get(change(article)).text

    assert "Ask who profits." in page
    assert "## Before you pay" not in page
    assert "Make a preview link" not in page


# Counts


def test_english_is_counted_in_words(article):
    article.in_short = "Ask first."
    article.body = "## Two words\n\nOne two three. One two three four five [F31].\n\n{panel not-advice}\n"

    found = measures_of(article)

    assert found.length == 2 + 2 + 3 + 5
    assert found.longest == 5  # in the summary as well
    assert found.grade is None, "too short for one"
    assert (found.least_length, found.most_length) == (700, 1500)


def test_korean_is_counted_in_syllables_and_has_no_grade():
    found = measures_of(make_article(**KOREAN))

    assert found.length == len("무엇이다른가요우울증은슬픔과다릅니다많은분이회복합니다")
    assert found.longest == len("우울증이 무엇인지 설명합니다.")
    assert found.grade is None
    words, syllables = PLANNED_LENGTH["en"], PLANNED_LENGTH["ko"]
    assert [count * 200 / 80 for count in words] == list(syllables), "by the measure of rule C05"


def test_the_counts_of_the_saved_text_stand_in_the_page(client, editor):
    article = Article.objects.get(slug=SLUG)
    client.force_login(editor)

    page = client.get(change(article)).text

    found = measures_of(article)
    assert f"<b>{found.length:,}</b> words (700 to 1,500)</span>" in page
    assert f"school grade <b>{found.grade:.1f}</b> (at most 9)" in page


@pytest.mark.parametrize(
    ("words", "said"),
    [(699, ": too short</span>"), (700, "</span>"), (1500, "</span>"), (1501, ": too long</span>")],
)
def test_a_length_outside_the_plan_is_marked_in_words(client, editor, words, said):
    article = make_article(summary="", in_short="", body="word " * words)
    client.force_login(editor)

    page = client.get(change(article)).text

    assert f"<b>{words:,}</b> words (700 to 1,500){said}" in page
    assert (f'class="beyond"><b>{words:,}</b> words (' in page) == (said != "</span>")


# The link


def token_of(revision, age=timedelta()):
    """Return a token as the public signing API made it some time ago."""

    class Then(signing.TimestampSigner):
        def timestamp(self):
            return signing.b62_encode(int((timezone.now() - age).timestamp()))

    signer = Then(salt="articles.preview")
    return signer.sign_object(revision.pk)


def open_link(client, token, language="en"):
    return client.get(f"/{language}/articles/preview/{token}/")


def link_in(page):
    return re.search(r'value="http://testserver(/\w\w/articles/preview/[^"]+)"', page.text)[1]


def test_an_editor_makes_a_link_for_a_reviewer_without_an_account(client, editor, article):
    client.force_login(editor)

    page = client.post(address("preview_link", article))

    assert "14 days" in page.text
    assert "Whoever has the link can read the text" in page.text
    assert "no-store" in page.headers["Cache-Control"]
    link = link_in(page)
    client.logout()
    shown = client.get(link)
    assert "<h1>What to ask</h1>" in shown.text
    assert "Revision 1" in shown.text
    assert re.search(r"works until \d+ \w+ \d{4}", shown.text)


def test_whoever_may_not_change_an_article_makes_no_link(client, nurse, article):
    client.force_login(nurse)

    assert client.post(address("preview_link", article)).status_code == 403


def test_a_reload_of_the_link_page_leads_back_to_the_article(client, editor, article):
    client.force_login(editor)

    assert client.get(address("preview_link", article)).url == change(article)


@pytest.mark.parametrize(
    ("token", "status", "says"),
    [
        (lambda revision: token_of(revision, timedelta(days=13, hours=23)), 200, "What to ask"),
        (lambda revision: token_of(revision, timedelta(days=14, hours=1)), 410, "This link has expired"),
        (lambda revision: token_of(revision)[:-1], 404, "This link is not complete"),
        (lambda revision: "nothing", 404, "This link is not complete"),
        (lambda revision: signing.dumps(revision.pk), 404, "This link is not complete"),
        (lambda revision: token_of(Revision(pk=10**6)), 404, "This link is not complete"),
    ],
    ids=["last day", "expired", "cut off", "no token", "another purpose", "no revision"],
)
def test_a_link_works_for_two_weeks_and_tells_nobody_of_itself(client, article, token, status, says):
    page = open_link(client, token(article.latest_revision()))

    assert page.status_code == status
    assert says in page.text
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert re.search(r'<meta name="robots" content="noindex', page.text)
    assert "no-store" in page.headers["Cache-Control"]
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_a_link_goes_on_showing_its_revision_in_its_language(client):
    article = make_article(slug="ko", **KOREAN)
    token = token_of(article.latest_revision())
    article.title = "새 제목"
    article.save()

    page = open_link(client, token)

    assert '<html lang="ko">' in page.text
    assert "<h1>우울증 이해하기</h1>" in page.text
    assert "새 제목" not in page.text


def test_a_link_to_a_text_that_cannot_be_shown_says_so(client, article):
    article.body = "Mine [F99]."
    article.save()

    page = open_link(client, token_of(article.latest_revision()))

    assert page.status_code == 409
    assert "F99 is not in the evidence ledger" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_the_link_that_is_made_is_one_that_opens(article):
    link = preview.link_to(article.latest_revision())

    assert preview.opened(link.rstrip("/").rsplit("/", 1)[1]).revision == article.latest_revision()


# In a browser


@pytest.fixture
def desk(open_page, sign_in, editor):
    """Open the form of an article as an editor does."""

    def desk(article, **options):
        page = sign_in(open_page("/admin/", width=1440, **options), editor)
        page.goto(change(article))
        return page

    return desk


def framed(page):
    return page.frame_locator("iframe")


def test_typing_changes_the_page_the_problems_and_the_counts_and_saves_nothing(desk, article):
    page = desk(article)
    expect(framed(page).get_by_role("heading", level=1)).to_have_text("What to ask")
    body = page.get_by_label("Text:")

    body.fill("## Before you pay\n\nStem cells cure everybody.\n")

    expect(framed(page).get_by_text("Stem cells cure everybody.")).to_be_visible()
    expect(body).to_be_focused()
    expect(page.locator("#live-problems")).to_contain_text("cure")
    expect(page.locator("#live-measures")).to_contain_text("7 words")
    assert Article.objects.get(pk=article.pk).body == article.body
    assert article.revisions.count() == 1


def test_a_wrong_citation_says_why_and_keeps_the_last_good_page_and_what_was_typed(desk, article):
    page = desk(article)
    expect(framed(page).get_by_text("Ask who profits.")).to_be_visible()
    body = page.get_by_label("Text:")

    body.fill("Ask who profits [F99].")

    expect(page.get_by_text("Cannot be shown: F99 is not in the evidence ledger.")).to_be_visible()
    expect(framed(page).get_by_text("Ask who profits.")).to_be_visible()
    expect(body).to_have_value("Ask who profits [F99].")
    body.fill("Ask who profits [F31].")
    expect(page.get_by_text("Cannot be shown")).to_be_hidden()
    expect(framed(page).get_by_role("link", name="Reference 1", exact=True)).to_be_visible()


def test_hangul_is_composed_undisturbed(desk):
    page = desk(make_article(slug="ko", **KOREAN))
    title = page.get_by_label("Title:")
    expect(framed(page).locator("html")).to_have_attribute("lang", "ko")
    expect(title).to_have_attribute("lang", "ko")
    title.fill("")
    keyboard = page.context.new_cdp_session(page)

    for composed in ["ㅅ", "스", "슬"]:
        keyboard.send("Input.imeSetComposition", {"text": composed, "selectionStart": 1, "selectionEnd": 1})
        page.wait_for_timeout(500)  # longer than the form waits
    expect(framed(page).get_by_role("heading", level=1)).to_have_text("슬")
    keyboard.send("Input.insertText", {"text": "슬"})
    page.keyboard.type("픔")

    expect(title).to_have_value("슬픔")
    expect(framed(page).get_by_role("heading", level=1)).to_have_text("슬픔")


def test_the_page_stays_where_it_was_scrolled_to(desk):
    page = desk(Article.objects.get(slug=SLUG))
    expect(framed(page).locator("#references")).to_be_visible()
    frame = page.frames[1]
    frame.evaluate("scrollTo(0, 900)")

    page.get_by_label("Title:").fill("Another title")

    expect(framed(page).get_by_role("heading", level=1)).to_have_text("Another title")
    assert frame.evaluate("scrollY") == 900


def test_a_problem_leads_to_its_passage(desk, article):
    page = desk(article)
    filler = "Plain words stand here.\n\n" * 60
    page.get_by_label("Text:").fill(f"{filler}Stem cells **cure** [everybody](article:mine) now.\n")

    page.locator("#live-problems button", has_text="cure").first.click()

    body = page.get_by_label("Text:")
    expect(body).to_be_focused()
    chosen = body.evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd)")
    assert chosen.startswith("Stem cells **cure** [everybody")
    assert body.evaluate("box => box.scrollTop") > 500


def test_an_answer_that_never_comes_is_told_and_nothing_is_lost(desk, article):
    page = desk(article)
    page.route("**/preview/", lambda route: route.fulfill(status=403))

    page.get_by_label("Title:").fill("Still mine")

    expect(page.get_by_text("The preview cannot be brought up to date")).to_be_visible()
    expect(page.get_by_label("Title:")).to_have_value("Still mine")
    expect(framed(page).get_by_role("heading", level=1)).to_have_text("What to ask")


def test_the_page_is_shown_as_wide_as_a_phone_or_a_desktop(desk, article):
    page = desk(article)
    expect(framed(page).get_by_role("heading", level=1)).to_be_visible()

    assert page.frames[1].evaluate("innerWidth") == 390
    page.get_by_role("button", name="Desktop").click()
    expect(page.get_by_role("button", name="Desktop")).to_have_attribute("aria-pressed", "true")
    assert page.frames[1].evaluate("innerWidth") == 1280


def test_words_that_are_not_saved_are_not_lost_by_a_step(desk, article):
    page = desk(article)
    page.get_by_label("Title:").fill("Not saved yet")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))

    page.get_by_role("link", name="Send to review").click(no_wait_after=True)
    page.wait_for_timeout(300)

    assert asked == ["beforeunload"]
    expect(page.get_by_label("Title:")).to_have_value("Not saved yet")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_button_shows_the_page_in_a_new_tab(desk, article, scripts):
    page = desk(article, java_script_enabled=scripts)
    expect(framed(page).get_by_role("heading", level=1)).to_have_text("What to ask")
    page.get_by_label("Title:").fill("Typed")

    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview in a new tab").click()

    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Typed")
    assert "Typed" not in opened.value.url
    assert Article.objects.get(pk=article.pk).title == "What to ask"


def test_the_enter_key_in_a_field_saves(desk, article):
    page = desk(article)
    page.get_by_label("Title:").fill("Saved")
    page.keyboard.press("Enter")

    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert Article.objects.get(pk=article.pk).title == "Saved"


def test_every_control_of_the_desk_has_a_name(desk, article):
    page = desk(article)
    expect(page.locator("#live-problems li").first).to_be_visible()

    unnamed = page.evaluate("""() => {
        const named = (control) => control.labels?.length || control.ariaLabel || control.title
            || (control.matches("button") && control.textContent.trim())
            || (control.type === "submit" && control.value);
        return [...document.querySelectorAll("main :is(input, select, textarea, button, iframe)")]
            .filter((control) => control.type !== "hidden" && control.checkVisibility() && !named(control))
            .map((control) => control.outerHTML.slice(0, 120));
    }""")

    assert unnamed == []


def test_the_desk_fits_a_narrow_screen(open_page, sign_in, editor, article):
    page = sign_in(open_page("/admin/", width=320), editor)
    article.title = "Another title"
    article.save()

    for name in ("change", "history"):
        page.goto(address(name, article))
        assert page.evaluate("document.documentElement.scrollWidth") == 320, name


def test_a_link_is_copied(desk, article):
    page = desk(article)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Make a preview link").click()
    page.get_by_role("button", name="Copy").click()

    expect(page.get_by_text("Copied.")).to_be_visible()
    link = page.get_by_label("Link to revision 1").input_value()
    assert page.evaluate("navigator.clipboard.readText()") == link


def test_a_fact_that_lapsed_stops_publication_and_not_the_preview(client, editor, articles):
    article = Article.objects.get(plan="A07")
    Fact.objects.filter(key="F43").update(checked_on=date(2020, 1, 1))
    client.force_login(editor)

    answer = asked(client, article)

    assert "Researchers put together 55 trials" in answer["page"]
    assert "F43 was to be checked again by" in answer["problems"]
