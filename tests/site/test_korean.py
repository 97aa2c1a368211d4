"""Korean pages: nothing left in English, one register; each exception is listed with its reason."""

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.urls import NoReverseMatch, get_resolver, resolve, reverse
from django.utils import translation

from articles import evidence, publishing, statements
from articles.models import Article, Person
from clinic_site import views
from clinic_site.clinic import clinic
from inquiries.wording import wording
from tests.factories import publish_article

pytestmark = pytest.mark.django_db

LISTED = {
    # What it is, and what may stand there. Each entry is taken out before the words are looked at.
    "addresses on the web and of mail": r"https?://\S+|[\w.-]+@[\w.-]+|[\w-]+\.(com|gov|example)",
    "numbers of registered trials": r"(NCT|ChiCTR)\d+",
    "a register of trials that has no Korean name in use": r"ChiCTR",
    "a trial by its name": r"STAR\*D",
    "names of those who run a trial, as the registry writes them": (
        r"Beijing group \(Gang Wang\)|CAR-T \(Shanghai\) Biotechnology|UTHealth( Houston)?"
        r"|Neurological Associates of West Los Angeles|University of Miami"
    ),
    "the name of a help line": r"Samaritans",
    "short forms beside their Korean words": (
        r"rTMS|ECT|CBT|MSC|SVF|SSRI|iPS|CRP|CRISPR|FDA|WHO|IP|KWCAG|WCAG"
    ),
    "short forms that are Korean by now": r"DNA|AA|UTF|RSS|Esc",
    "names of programs": r"axe-core|NVDA|VoiceOver|TalkBack",
    "how a reference begins": r"DK",
    "what the reader typed": r"“zzzz”",
}
# As whole words: a Korean particle may follow.
ALLOWED = re.compile(f"(?<![A-Za-z])(?:{'|'.join(LISTED.values())})(?![A-Za-z])")
# Other addresses in Korean that are no pages, or only for who has the link.
NOT_WALKED = {"feed_rss", "feed_atom", "articles:preview", "inquiries:leave"}
# Reached with a receipt alone, by POST: their words stand in inquiry-form.yaml in both languages.
NOT_WALKED |= {
    f"inquiries:follow_up_{name}" for name in ("add", "contact", "copy", "text", "withdraw", "erase")
}

# What stands on readers' pages in 합니다체, and nothing else does.
FORMAL = {
    "wording that the editorial rules fix": lambda: map(clinic().fill, texts(statements._statements())),
    "the status box, which they fix too": lambda: texts(register_file()["status_box"]),
    "consents, which a lawyer reads": lambda: texts(wording()["consents"]),
    "set phrases, and what a clinic might say": lambda: ["고맙습니다", "그런 연구는 없습니다"],
}

# 합니다, 합니까, 하십시오: but not 아니다, which ends no polite sentence.
ENDING_IN_B = "".join(map(chr, range(ord("갑"), ord("힣") + 1, 28)))
FORMALLY = re.compile(rf"[^.?!:“”‘’]*?(?:[{ENDING_IN_B}]니[다까]|십시오)(?![가-힣])")

SAID = ("title", "aria-label", "aria-description", "alt", "placeholder", "label")
IN_META = ("description", "og:title", "og:description", "og:site_name")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Reader(HTMLParser):
    """Collects what a person sees or hears of a page, but for what is marked as another language."""

    def __init__(self):
        super().__init__()
        self.found, self._open = [], []

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        language = said.get("lang", self._open[-1][1] if self._open else None)
        if language == "ko":
            self.found += [said[name] for name in SAID if said.get(name)]
            if tag == "meta" and (said.get("name") or said.get("property")) in IN_META:
                self.found.append(said["content"])
        if tag not in VOID:
            self._open.append((tag, language))

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        tag, language = self._open[-1] if self._open else ("", None)
        if language == "ko" and tag not in ("script", "style"):
            self.found.append(data)


def left_in_english(text):
    """Return what is seen or heard as Korean and holds a word of Latin letters that is not listed."""
    reader = Reader()
    reader.feed(text)
    assert reader.found, "no page in Korean"
    return {
        " ".join(said.split()) for said in reader.found if re.search("[A-Za-z]{2,}", ALLOWED.sub("", said))
    }


def names(resolver, prefix=""):
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from names(pattern, prefix + space)
        elif pattern.name:
            yield prefix + pattern.name


@pytest.fixture
def pages(client, all_articles, settings, monkeypatch):
    """Every kind of Korean page, by its address."""
    settings.DEMONSTRATION = True
    credits = {"authors": [Person.objects.get(key="demonstration-author")]}
    credits["reviewers"] = [Person.objects.get(key="demonstration-reviewer")]
    publish_article(slug="only-in-english", title="In English alone", summary="In English.", **credits)
    gone = publish_article(slug="gone", language="ko", title="내린 글", summary="요약이에요.", **credits)
    publishing.withdraw(gone, by=None, reason="틀린 내용이 있었어요.")
    found = re.findall(r"<loc>http://localhost(/ko/.*?)</loc>", client.get("/sitemap.xml").text)
    found += [
        "/ko/search/?q=우울",
        "/ko/search/?q=zzzz",
        "/ko/search/?q=죽고 싶어요",
        "/ko/search/",
        "/ko/nothing-here/",
    ]
    found += ["/ko/evidence/?status=completed", "/ko/articles/only-in-english/"]
    found += ["/ko/ask/received/", "/ko/ask/follow-up/", "/ko/offline/"]
    found += ["/ko/articles/gone/", "/ko/articles/glossary/clear/", "/ko/articles/glossary/clear/thanks/"]
    pages = {path: client.get(path, follow=True).text for path in found}
    pages["a form with mistakes"] = client.post("/ko/ask/", {}).text
    pages["a body that is too long"] = client.post("/ko/ask/", {"message": "가" * 400_000}).text
    pages["a form without a topic"] = client.post("/ko/articles/glossary/clear/", {}).text
    article = Article.objects.get(slug="glossary", language="ko")
    due = article.latest_publication().next_review_on
    monkeypatch.setattr("articles.evidence.today", lambda: date(due.year + 1, 1, 2))
    pages["a page that is overdue"] = client.get("/ko/articles/glossary/").text
    return pages


def test_no_string_on_a_korean_page_is_left_in_english(pages):
    left = {path: found for path, text in pages.items() if (found := left_in_english(text))}

    assert not left
    paths = [path.partition("?")[0] for path in pages if path.startswith("/ko/")]
    with translation.override("ko"):
        walked = {resolve(path).view_name for path in paths if "nothing-here" not in path}
        every = {name for name in names(get_resolver()) if name in walked or is_page(name)}
    assert every - walked == NOT_WALKED


def test_readers_are_addressed_in_one_register(pages):
    with translation.override("ko"):
        excused = [text for find in FORMAL.values() for text in find()]

    formal = {path: found for path, text in pages.items() if (found := formally_said(text, excused))}

    assert not formal


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<html lang=ko><p>있어요. 없습니다.</p>", {"없습니다"}),
        ("<html lang=ko><p>글을 내렸습니다", {"글을 내렸습니다"}),
        ("<html lang=ko><p>글을 쓰십시오.</p>", {"글을 쓰십시오"}),
        ("<html lang=ko><p>2026년 1월 1일에 찾지 못했습니다 <a>[1]</a>.</p>", set()),
        ("<html lang=ko><p>괜찮습니까?</p>", {"괜찮습니까"}),
        ("<html lang=ko><p lang=en>없습니다</p><p>‘아직은 아니다’도 좋은 답이에요.</p>", set()),
    ],
)
def test_what_is_said_formally_would_be_found(text, found):
    assert formally_said(text, ["{search_date}에 찾지 못했습니다."]) == found


def test_what_templates_for_readers_say_is_in_that_register_even_where_nobody_walks():
    catalogue = Path(settings.BASE_DIR, "locale/ko/LC_MESSAGES/django.po").read_text("utf-8")

    formal = [
        said
        for entry in catalogue.split("\n\n")
        if re.search(r"^#: .*templates/(?!admin/)", entry, re.MULTILINE)
        for said in re.findall(r'^msgstr(?:\[\d\])? "(.*)"', entry, re.MULTILINE)
        if FORMALLY.search(said) and said != "고맙습니다"
    ]

    assert "templates/base.html" in catalogue
    assert not formal


def formally_said(text, excused):
    """Return each part of a sentence that ends in 합니다체 and whose end stands in no excused text."""
    reader = Reader()
    reader.feed(text)
    known = " ".join(" ".join(excused).split())
    said = [part.strip() for words in reader.found for part in FORMALLY.findall(" ".join(words.split()))]
    return {part for part in said if part[-10:] not in known}


def texts(node):
    """Return every text in what a YAML file holds."""
    if isinstance(node, str):
        return [re.sub(r"\*\*", "", node)]
    nodes = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    return [text for child in nodes for text in texts(child)]


def register_file():
    return yaml.safe_load((evidence.CONTENT / "register.yaml").read_text("utf-8"))


def is_page(name):
    """Tell whether an address stands under the language."""
    for arguments in ([], ["x"]):
        try:
            return reverse(name, args=arguments).startswith("/ko/")
        except NoReverseMatch:
            pass
    return False


def test_the_page_of_last_resort_says_its_korean_in_korean(rf):
    assert not left_in_english(views.unavailable(rf.get("/ko/")).text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<html lang=ko><p>Read more</p>", {"Read more"}),
        ("<html lang=ko><p>안녕하세요. Read more</p>", {"안녕하세요. Read more"}),
        ('<html lang=ko><a href="/" aria-label="Home">홈</a>', {"Home"}),
        ('<html lang=ko><meta name="description" content="About"><p>글</p>', {"About"}),
        ("<html lang=ko><p>글 <span lang=en>Read <b>more</b></span><br>인지행동치료(CBT)</p>", set()),
    ],
)
def test_what_is_left_in_english_would_be_found(text, found):
    assert left_in_english(text) == found
