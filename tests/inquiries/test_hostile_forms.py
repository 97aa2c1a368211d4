"""Whatever is posted, of any size, in any encoding: an answer, no error of ours, and no trace in a log."""

import logging
from io import BytesIO, StringIO
from urllib.parse import quote_from_bytes

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic_site.logs import QuietFormatter
from inquiries.models import Inquiry, RateCount
from tests.factories import ANSWERS, answers, token
from tests.inquiries.coming_back import PAGES, make_asked

pytestmark = pytest.mark.django_db

# Stands in everything that is posted, and nowhere else.
MARK = "zqmarkzq"
URLENCODED = "application/x-www-form-urlencoded"

many = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
# Every character that there is, lone surrogates and NUL among them.
TEXT = st.text(st.characters(exclude_categories=()), max_size=60).map(
    lambda text: text.encode("utf-8", "surrogatepass")
)
HARD = st.sampled_from(
    [
        b"\0",
        b"\xff\xfe\0",
        b"\xed\xa0\x80",  # half of a surrogate pair
        "‮ abc ‬".encode(),
        "👩‍👩‍👧‍👦".encode() * 20,
        ("a" + "\u0301" * 500).encode(),
        b"'; DROP TABLE inquiries_inquiry; --",
        b"{{ form }}{% include 'x' %}<script>",
        b"900101-1234567",
        b"1e400",
        b"9" * 400,
    ]
)
LONG = st.integers(1, 4000).map(lambda times: "죽고 싶어 ".encode() * times)
VALUE = st.tuples(st.one_of(TEXT, HARD, LONG, st.binary(max_size=60)), st.booleans()).map(
    lambda drawn: MARK.encode() + drawn[0] if drawn[1] else drawn[0] + MARK.encode()
)
UNSEEN = ["opened", "time_zone", "came_from", "homepage"]
FIRST_FORM = [*ANSWERS, "never", "wishes", *UNSEEN, "switch"]
COMING_BACK = [*ANSWERS, "receipt", "text", "once", "agreed_to", "never", "wishes", "save", "sure"]
TYPES = st.one_of(
    st.just(URLENCODED),
    st.sampled_from(
        [f"{URLENCODED}; charset={name}" for name in ["utf-8", "euc-kr", "utf-16", "utf-7", "no-such"]]
        + ["multipart/form-data", "multipart/form-data; boundary=x", "text/plain", "application/json", ""]
    ),
)


def fields(known):
    """Return pairs of name and value: some of the form's own, some of nobody's, some again and again."""
    name = st.one_of(st.sampled_from(known).map(str.encode), VALUE)
    return st.lists(st.tuples(name, VALUE), max_size=12)


def encoded(pairs):
    return b"&".join(
        quote_from_bytes(name).encode() + b"=" + quote_from_bytes(value).encode() for name, value in pairs
    )


def in_bytes(answered):
    return [(name.encode(), value.encode()) for name, value in answered.items()]


@pytest.fixture
def listening(capfd):
    """Give a function that fails if a log of any level, or the terminal, has the mark."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(QuietFormatter())
    loggers = [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)]
    ours = [one for one in loggers if not one.name.startswith(("hypothesis", "faker", "asyncio"))]
    before = [(one, one.level, one.disabled) for one in ours]
    for one in ours:
        one.setLevel(logging.DEBUG)
        one.disabled = False
    logging.root.addHandler(handler)

    def silent():
        said = written.getvalue() + "".join(capfd.readouterr())
        assert MARK not in said, said
        written.seek(0)
        written.truncate()

    yield silent
    logging.root.removeHandler(handler)
    for one, level, disabled in before:
        one.setLevel(level)
        one.disabled = disabled


def test_a_log_line_that_holds_the_mark_would_be_found(listening):
    """A control."""
    logging.getLogger("inquiries.ask.views").debug("Somebody wrote %s", f"a {MARK} b")

    with pytest.raises(AssertionError):
        listening()


def posted(path, body, content_type=URLENCODED, client=None):
    # Not post(), which would understand the content type, and fail itself.
    answer = (client or Client()).generic("POST", path, body, content_type=content_type)
    assert answer.status_code < 500, (answer.status_code, body)
    return answer


@many
@given(
    page=st.sampled_from(["/en/ask/", "/ko/ask/"]),
    pairs=fields([*FIRST_FORM, "form_token"]),
    content_type=TYPES,
)
def test_any_fields_to_the_form(listening, page, pairs, content_type):
    posted(page, encoded(pairs), content_type)

    assert not Inquiry.objects.exists()
    listening()


@many
@given(
    language=st.sampled_from(["en", "ko"]),
    changed=st.dictionaries(st.sampled_from(FIRST_FORM), VALUE, max_size=3),
    more=fields(["message", *UNSEEN]),
)
def test_a_whole_form_with_anything_in_it(listening, language, changed, more):
    """Such forms come further: many are stored, and then shown again on the confirmation and later."""
    whole = dict(in_bytes(answers(form_token=token(language))))
    whole |= {name.encode(): value for name, value in changed.items()}
    client = Client()

    answer = posted(f"/{language}/ask/", encoded([*more, *whole.items()]), client=client)

    assert answer.status_code in (200, 302, 400, 413, 422)
    if answer.status_code == 302:
        received = client.get(f"/{language}/ask/received/")
        assert received.status_code == 200
        receipt = received.context["receipt"]
        posted(f"/{language}/ask/follow-up/copy/", encoded([(b"receipt", receipt.encode())]))
    listening()


@many
@given(
    page=st.sampled_from(PAGES),
    language=st.sampled_from(["en", "ko"]),
    pairs=fields(COMING_BACK),
    known=st.booleans(),
    content_type=TYPES,
)
def test_any_fields_to_the_pages_of_those_who_come_back(
    listening, page, language, pairs, known, content_type
):
    RateCount.objects.all().delete()  # or most answers would be that these are too many
    _inquiry, receipt = make_asked()
    last = [(b"receipt", receipt.encode())] if known else []

    posted(f"/{language}/ask/follow-up/{page}", encoded([*pairs, *last]), content_type)

    listening()


@many
@given(
    page=st.sampled_from(["add/", "contact/"]), text=VALUE, where=st.sampled_from(["text", "wishes", "email"])
)
def test_anything_said_by_those_who_come_back(listening, page, text, where):
    _inquiry, receipt = make_asked()
    whole = {"receipt": receipt, "text": "A word", "once": "1", "preferred_name": "Ada", "language": "en"}
    whole |= {"contact_method": "email", "email": "ada@example.org", "save": "1"}
    pairs = dict(in_bytes(whole)) | {where.encode(): text}

    posted(f"/en/ask/follow-up/{page}", encoded(pairs.items()))
    posted("/en/ask/follow-up/copy/", encoded([(b"receipt", receipt.encode())]))

    listening()


@many
@given(
    page=st.sampled_from(["/en/ask/", "/ko/ask/", *(f"/en/ask/follow-up/{page}" for page in PAGES)]),
    body=st.one_of(st.binary(max_size=300), st.binary(max_size=60).map(lambda part: b"--x\r\n" + part)),
    content_type=TYPES,
)
def test_a_body_that_is_no_form(listening, page, body, content_type):
    posted(page, MARK.encode() + body + MARK.encode(), content_type)

    listening()


@pytest.mark.parametrize("page", ["/en/ask/", "/ko/ask/", "/en/ask/follow-up/", "/en/ask/follow-up/add/"])
@pytest.mark.parametrize(
    "body",
    [
        b"message=" + MARK.encode() * 12_000,
        b"message=" + MARK.encode() * 600_000,
        b"&".join(b"message%d=%s" % (number, MARK.encode()) for number in range(301)),
        b"&".join(b"message=%s" % MARK.encode() for _number in range(299)),
        b"%00=" + MARK.encode() + b"&message=%00%ED%A0%80" + MARK.encode(),
        b"&=&=&;;%%%" + MARK.encode(),
    ],
    ids=["12 kB", "5 MB", "301 fields", "one field 299 times", "NUL and half a pair", "no fields"],
)
def test_a_body_of_any_size(listening, page, body):
    posted(page, body)

    assert not Inquiry.objects.exists()
    listening()


def test_a_form_that_was_cut_off_on_its_way_is_not_kept(listening):
    """The end of what it holds is missing, and nobody could tell from what was stored."""
    form = encoded(in_bytes(answers(message=f"{MARK} do not")))
    whole = form + quote_from_bytes(b" call me").encode()
    sent = {"wsgi.input": BytesIO(form), "CONTENT_LENGTH": str(len(whole))}

    cut = Client().generic("POST", "/en/ask/", content_type=URLENCODED, **sent)

    assert cut.status_code == 400
    assert not Inquiry.objects.exists()
    assert posted("/en/ask/", form).status_code == 302
    listening()
