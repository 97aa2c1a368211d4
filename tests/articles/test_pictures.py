"""Pictures: what is refused, what is left of a file, what never changes, and what readers get."""

import hashlib
import random
import re
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

from articles.evidence import Ledger, ledger
from articles.marks import RenderingError
from articles.models import Article, Picture, PictureKind
from articles.reencoding import UnusablePicture, encode
from articles.rendering import render
from tests.factories import publish

ADD = "/admin/articles/picture/add/"
LIST = "/admin/articles/picture/"
SECRET = b"37.5665 N, 126.9780 E"
WORDS = {
    "key": "waiting-room",
    "kind": "place",
    "alt_en": "A bright room with six chairs; the desk is at the door.",
    "alt_ko": "의자 여섯 개가 놓인 밝은 방. 접수대는 문 옆에 있습니다.",
    "caption_en": "Where you wait.",
    "caption_ko": "기다리시는 곳입니다.",
    "credit": "The clinic",
}


def drawing(width=1800, height=1200, mode="RGB"):
    image = Image.new(mode, (width, height), "white")
    ImageDraw.Draw(image).ellipse((width // 4, height // 4, width // 2, height // 2), fill="teal")
    return image


def saved(image=None, form="PNG", **options):
    file = BytesIO()
    (image or drawing()).save(file, form, **options)
    return file.getvalue()


def photograph():
    """Return a JPEG as a telephone makes it: lying on its side, with place, comment and profile."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right to see it upright
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[29] = SECRET.decode()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    xmp = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    return saved(form="JPEG", exif=exif, comment=SECRET, icc_profile=profile, xmp=xmp)


def huge_png(width, height):
    """Return a few bytes that claim to be a picture of this size."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def chunks(webp):
    """Return the names of the parts of a WebP file."""
    assert webp[:4] == b"RIFF"
    assert webp[8:12] == b"WEBP"
    assert int.from_bytes(webp[4:8], "little") == len(webp) - 8, "something follows the picture"
    names, at = [], 12
    while at < len(webp):
        size = int.from_bytes(webp[at + 4 : at + 8], "little")
        names.append(webp[at : at + 4])
        at += 8 + size + size % 2
    return names


def make_picture(file=None, **words):
    words = WORDS | words
    return Picture.objects.create(**vars(encode(file or saved(), words["kind"])), **words)


@pytest.fixture
def picture(db):
    return make_picture()


@pytest.fixture
def post(client, editor):
    """Send the form of a new picture as an editor does."""

    def post(file=None, name="room.png", **changed):
        client.force_login(editor)
        upload = SimpleUploadedFile(name, saved() if file is None else file, "image/png")
        return client.post(ADD, WORDS | changed | {"file": upload})

    return post


def errors(response):
    return response.context["adminform"].form.errors


def page(body, language="en", pictures=None):
    evidence = ledger() if pictures is None else Ledger({}, None, pictures=pictures)
    return render(body=body, in_short="", has_summary=False, language=language, ledger=evidence).body_html


# What is left of a file


def test_nothing_but_the_pixels_of_an_upload_survives():
    file = photograph()
    assert file.count(SECRET) >= 4

    stored = encode(file, "place")

    for webp in (stored.content, stored.small_content):
        assert chunks(webp) in ([b"VP8 "], [b"VP8L"])
        assert SECRET not in webp
        image = Image.open(BytesIO(webp))
        assert not image.getexif()
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(image.info)


def test_a_photograph_on_its_side_is_stored_upright():
    stored = encode(photograph(), "place")

    assert stored.height > stored.width


def test_text_in_a_png_and_a_second_file_behind_it_are_gone():
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", SECRET.decode())
    file = saved(pnginfo=notes) + b"<script>alert(1)</script>PK\x03\x04"

    stored = encode(file, "place")

    assert chunks(stored.content) == [b"VP8 "]
    assert b"<script>" not in stored.content


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_wide_picture_is_stored_in_two_widths(form):
    stored = encode(saved(drawing(3200, 1600), form), "place")

    assert (stored.width, stored.height, stored.small_width) == (1600, 800, 800)
    assert Image.open(BytesIO(stored.content)).size == (1600, 800)
    assert Image.open(BytesIO(stored.small_content)).size == (800, 400)
    assert stored.sha256 == hashlib.sha256(stored.content).hexdigest()


def test_a_small_picture_is_neither_enlarged_nor_stored_twice():
    stored = encode(saved(drawing(640, 480)), "place")

    assert (stored.width, stored.height) == (640, 480)
    assert (stored.small_width, stored.small_content) == (None, None)


def test_a_flat_diagram_is_stored_without_loss_where_that_is_smaller():
    diagram, place = (encode(saved(drawing(900, 600)), kind) for kind in ("diagram", "place"))

    assert chunks(diagram.content) == [b"VP8L"]
    assert chunks(place.content) == [b"VP8 "]


def test_what_is_transparent_becomes_paper():
    clear = Image.new("RGBA", (300, 200), (0, 0, 0, 0))

    stored = Image.open(BytesIO(encode(saved(clear), "diagram").content))

    assert stored.mode == "RGB"
    assert stored.getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_every_usual_kind_of_colour_can_be_read(mode):
    stored = encode(saved(drawing(400, 300).convert(mode)), "diagram")

    assert Image.open(BytesIO(stored.content)).mode == "RGB"


def test_a_picture_for_print_is_translated_into_colours_for_screens():
    stored = encode(saved(drawing(400, 300).convert("CMYK"), "JPEG"), "place")

    red, green, blue = Image.open(BytesIO(stored.content)).getpixel((150, 112))
    assert red < 80
    assert abs(green - blue) < 60


def test_a_telephones_photograph_with_a_second_one_behind_it_is_taken_for_the_first():
    both = saved(drawing(400, 300), "MPO", save_all=True, append_images=[drawing(80, 60)])
    assert Image.open(BytesIO(both)).n_frames == 2

    stored = encode(both, "place")

    assert (stored.width, stored.height) == (400, 300)


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
@pytest.mark.parametrize("profile", ["LAB", "XYZ", "sRGB"])
def test_a_colour_profile_is_applied_or_left_out_and_never_stored(form, profile):
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile(profile)).tobytes()

    stored = encode(saved(drawing(400, 300), form, icc_profile=icc), "place")

    assert chunks(stored.content) == [b"VP8 "]
    assert Image.open(BytesIO(stored.content)).getpixel((5, 5)) > (240, 240, 240)


# What is refused


MOVING = [drawing(60, 40), Image.new("RGB", (60, 40), "navy")]
REFUSED = {
    "an SVG": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "JPEG, PNG or WebP"),
    "a GIF": (lambda: saved(drawing(60, 40), "GIF"), "JPEG, PNG or WebP"),
    "a TIFF": (lambda: saved(drawing(60, 40), "TIFF"), "JPEG, PNG or WebP"),
    "a page": (lambda: b"<!doctype html><script>alert(1)</script>", "JPEG, PNG or WebP"),
    "a PDF": (lambda: b"%PDF-1.7\n1 0 obj\n<<>>", "JPEG, PNG or WebP"),
    "a truncated JPEG": (lambda: photograph()[:20_000], "damaged or incomplete"),
    "a truncated PNG": (lambda: saved()[:3000], "damaged or incomplete"),
    "the head of a JPEG": (lambda: photograph()[:40], "damaged or incomplete|JPEG, PNG or WebP"),
    "a truncated WebP": (lambda: saved(form="WEBP")[:900], "damaged or incomplete|JPEG, PNG or WebP"),
    "a moving PNG": (lambda: saved(MOVING[0], save_all=True, append_images=MOVING[1:]), "moves"),
    "a moving WebP": (
        lambda: saved(MOVING[0], "WEBP", save_all=True, append_images=MOVING[1:]),
        "moves",
    ),
    "too wide": (lambda: huge_png(6001, 10), "6000 pixels"),
    "too high": (lambda: huge_png(10, 6001), "6000 pixels"),
    "a decompression bomb": (lambda: huge_png(60_000, 60_000), "6000 pixels"),
    "half a bomb": (lambda: huge_png(10_000, 10_000), "6000 pixels"),
    "deep grey": (lambda: saved(Image.new("I;16", (30, 20))), "colours"),
}


@pytest.mark.parametrize(("file", "message"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_cannot_be_used_is_refused_beside_its_field(post, file, message):
    answer = post(file())

    assert re.search(message, errors(answer)["file"][0])
    assert list(errors(answer)) == ["file"]
    assert WORDS["alt_ko"] in answer.text
    assert 'value="waiting-room"' in answer.text
    assert not Picture.objects.exists()


def test_an_empty_file_and_none_at_all_are_refused(post, client):
    assert errors(post(b""))["file"]
    assert errors(client.post(ADD, WORDS))["file"] == ["This field is required."]


def test_a_file_over_8_mb_is_refused_beside_its_field_and_nothing_typed_is_lost(post):
    answer = post(photograph() + bytes(8_000_001))

    assert errors(answer)["file"] == ["The file has 8.1 MB; 8 MB is the most. Make the picture smaller."]
    assert WORDS["alt_en"] in answer.text


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_file_never_breaks_the_form(seed):
    """Every way in which bytes can be wrong ends in a picture or in a sentence for the editor."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    palette = drawing(90, 60).convert("P")
    makers = [photograph, saved, lambda: saved(form="WEBP"), lambda: saved(palette)]
    file = bytearray(makers[seed % 4]())
    for _turn in range(chance.randint(1, 40)):
        file[chance.randrange(min(len(file), 2000))] = chance.randrange(256)

    with suppress(UnusablePicture):
        assert chunks(encode(bytes(file), "place").content) == [b"VP8 "]


@pytest.mark.parametrize("name", ["alt_en", "alt_ko"])
@pytest.mark.parametrize(
    "text", ["", "   ", ".", "room.png", "ROOM.PNG", "room", "IMG_2041", "waiting-room", "holiday.jpeg"]
)
def test_an_alternative_text_that_says_nothing_is_refused(post, name, text):
    answer = post(**{name: text})

    assert name in errors(answer)


def test_a_korean_text_is_in_korean(post):
    assert "Korean" in errors(post(alt_ko="A bright room."))["alt_ko"][0]


def test_a_caption_in_one_language_is_refused(post):
    assert "both languages" in errors(post(caption_ko=""))["__all__"][0]


@pytest.mark.parametrize(
    ("name", "text"),
    [("alt_en", "A miracle cure at work"), ("caption_ko", "완치된 모습"), ("caption_en", "I feel better")],
)
def test_words_that_no_page_may_use_are_refused_in_a_picture_too(post, name, text):
    assert "blocked word" in errors(post(**{name: text}))[name][0]


def test_a_key_is_plain_and_taken_once(post, picture):
    assert errors(post(key="Waiting Room"))["key"]
    assert errors(post(saved(drawing(50, 50))))["key"]


def test_the_same_picture_twice_is_named(post, picture):
    assert "{picture waiting-room}" in errors(post(key="again"))["file"][0]


@pytest.mark.django_db(transaction=True)
def test_a_button_that_is_pressed_twice_makes_one_picture(editor, client):
    client.force_login(editor)
    cookies, file = client.cookies, saved()

    def send(_turn):
        try:
            mine = Client()
            mine.cookies = cookies
            return mine.post(ADD, WORDS | {"file": SimpleUploadedFile("room.png", file)}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))

    assert sorted(answers) == [200, 200, 200, 302]
    assert Picture.objects.count() == 1


def test_whoever_must_choose_the_file_again_is_told(post):
    assert "again" in errors(post(key=""))["file"][0]


# What the database refuses


def test_there_are_three_kinds_of_picture_and_none_is_before_or_after():
    assert PictureKind.values == ["diagram", "portrait_staff", "place"]


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"kind": "before_after"}, "picture_kind_known"),
        ({"kind": ""}, "picture_kind_known"),
        ({"alt_en": " "}, "picture_told_in_both_languages"),
        ({"alt_ko": ""}, "picture_told_in_both_languages"),
        ({"alt_ko": "A room"}, "picture_told_in_both_languages"),
        ({"alt_en": "Room.JPG"}, "picture_told_in_both_languages"),
        ({"caption_ko": ""}, "picture_caption_in_both_languages"),
    ],
)
def test_the_database_refuses_words_that_must_never_be(picture, change, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        Picture.objects.update(**change)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"key": "Waiting Room"}, "picture_key_plain"),
        ({"width": 1601}, "picture_fits"),
        ({"height": 0}, "picture_fits"),
        ({"small_content": None}, "picture_small_when_wide"),
        ({"small_width": None}, "picture_small_when_wide"),
        ({"sha256": "0" * 64}, "picture_named_by_its_bytes"),
        ({"content": b"RIFF"}, "picture_named_by_its_bytes"),
    ],
)
def test_the_database_refuses_a_file_that_does_not_fit_its_words(db, change, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        Picture.objects.create(**(vars(encode(saved(), "place")) | WORDS | change))


@pytest.mark.parametrize(
    "change",
    [
        {"key": "another"},
        {"content": b"another"},
        {"small_content": b"another"},
        {"small_content": None},
        {"sha256": "0" * 64},
        {"width": 900},
        {"height": 900},
        {"small_width": 700},
    ],
    ids=str,
)
def test_what_came_from_the_file_never_changes(picture, change):
    with pytest.raises(DatabaseError, match="Cannot update"):
        Picture.objects.update(**change)


def test_no_picture_is_ever_deleted(picture):
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        Picture.objects.all()._raw_delete("default")
    with pytest.raises(DatabaseError, match="Cannot truncate"), transaction.atomic():
        connection.cursor().execute("TRUNCATE articles_picture")

    assert Picture.objects.count() == 1


def test_words_may_be_mended_without_touching_the_bytes(picture, django_assert_num_queries):
    mended = Picture.objects.get()
    mended.alt_en = "A room with seven chairs."

    with django_assert_num_queries(1) as queries:
        mended.save()

    assert '"content"' not in queries[0]["sql"]
    assert ledger().pictures["waiting-room"].alt_en == "A room with seven chairs."


# The address


def address(picture, width=1600):
    return reverse("picture", args=[picture.sha256[:32], width])


@pytest.mark.parametrize(("width", "column"), [(1600, "content"), (800, "small_content")])
def test_readers_get_the_bytes_with_a_header_for_each_promise(
    client, picture, width, column, django_assert_num_queries
):
    with django_assert_num_queries(1):
        answer = client.get(address(picture, width))

    assert address(picture, width) == f"/pictures/{picture.sha256[:32]}-{width}.webp"
    assert answer.content == bytes(getattr(picture, column))
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert not answer.cookies
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_head_says_the_same_without_the_bytes(client, picture):
    answer = client.head(address(picture))

    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(len(picture.content))
    assert answer.content == b""


def test_who_has_the_picture_is_told_so(client, picture):
    etag = client.get(address(picture)).headers["ETag"]

    answer = client.get(address(picture), headers={"if-none-match": etag})

    assert answer.status_code == 304
    assert answer.content == b""
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.get(address(picture, 800)).headers["ETag"] != etag


def test_an_address_that_was_never_given_out_is_not_found(client, picture):
    name = picture.sha256[:32]
    for path in [
        f"/pictures/{'0' * 32}-1600.webp",
        f"/pictures/{name}-801.webp",
        f"/pictures/{name[:-1]}-1600.webp",
        f"/pictures/{name}-99999999999999999999.webp",
        f"/pictures/{name}-1600.png",
        f"/pictures/{name.upper()}-1600.webp" if name.upper() != name else "/pictures/",
        f"/en/pictures/{name}-1600.webp",
    ]:
        assert client.get(path).status_code == 404, path
    assert client.post(address(picture)).status_code == 405


# In an article


def test_a_picture_is_told_in_the_language_of_the_article(picture):
    name = picture.sha256[:32]

    english, korean = page("{picture waiting-room}"), page("{picture waiting-room}", "ko")

    assert english == (
        '<figure class="picture picture-place">'
        f'<img src="/pictures/{name}-1600.webp" srcset="/pictures/{name}-800.webp 800w, '
        f'/pictures/{name}-1600.webp 1600w" sizes="(min-width: 38rem) 36rem, calc(100vw - 2rem)" '
        f'alt="{WORDS["alt_en"]}" width="1600" height="1067" loading="lazy" decoding="async">'
        '<figcaption>Where you wait. <span class="credit">Picture: The clinic</span></figcaption></figure>\n'
    )
    assert f'alt="{WORDS["alt_ko"]}"' in korean
    assert "기다리시는 곳입니다." in korean


def test_words_are_text_and_never_markup(picture):
    entry = replace(picture.entry, alt_en='"><script>', caption_en="<b>1 < 2</b>", credit="")

    html = page("{picture waiting-room}", pictures={entry.key: entry})

    assert "<script>" not in html
    assert 'alt="&quot;&gt;&lt;script&gt;"' in html or 'alt="&quot;><script>"' not in html
    assert "<figcaption>&lt;b&gt;1 &lt; 2&lt;/b&gt;</figcaption>" in html


def test_a_picture_without_caption_and_credit_has_nothing_below_it(picture):
    entry = replace(picture.entry, caption_en="", caption_ko="", credit="")

    assert "figcaption" not in page("{picture waiting-room}", pictures={entry.key: entry})


def test_an_unknown_picture_is_refused_with_the_names_of_those_there_are(picture):
    with pytest.raises(RenderingError, match="no picture “garden”. The pictures are: waiting-room"):
        page("{picture garden}")


@pytest.mark.parametrize(
    "body", ["See {picture waiting-room} here.", "{picture}", "{Picture Waiting Room}", "## {picture x}"]
)
def test_a_picture_that_would_be_shown_as_it_is_typed_is_refused(picture, body):
    with pytest.raises(RenderingError, match="on a line of its own"):
        page(body)


def test_a_picture_is_no_point_in_short(picture):
    with pytest.raises(RenderingError, match="not among the points"):
        render(
            body="Text.",
            in_short="One\n{picture waiting-room}",
            has_summary=False,
            language="en",
            ledger=ledger(),
        )


@pytest.mark.parametrize(
    "body",
    ["![a](https://elsewhere.example/a.png)", '<img src="/pictures/a.webp">', "![a](/pictures/a.webp)"],
)
def test_no_picture_comes_in_another_way(picture, body):
    assert "<img" not in page(body)


def show(slug="depression", language="en"):
    article = Article.objects.filter(language=language).first()
    article.body += "\n\n{picture waiting-room}\n"
    article.save()
    publish(article)
    return article


def test_a_reader_gets_the_picture_with_the_article(articles, picture, client):
    article = show()

    html = client.get(article.latest_publication().get_absolute_url()).text

    assert '<figure class="picture picture-place"><img src="/pictures/' in html


def test_mended_words_reach_readers_with_the_next_version_and_the_editor_is_told(
    articles, picture, client, editor
):
    article = show()
    client.force_login(editor)
    form = client.get(f"{LIST}{picture.pk}/change/").context["adminform"].form
    words = WORDS | {"seen": form.initial["seen"], "alt_en": "A room with seven chairs."}

    answer = client.post(f"{LIST}{picture.pk}/change/", words, follow=True)

    assert "Published pages show the new words from their next version on:" in answer.text
    assert article.title in answer.text
    address = article.latest_publication().get_absolute_url()
    assert 'alt="A room with seven chairs."' not in client.get(address).text, "a version is never changed"

    publish(article)

    assert 'alt="A room with seven chairs."' in client.get(address).text


# Staff


def test_an_editor_adds_a_picture_and_nobody_deletes_one(post, client):
    answer = post(photograph(), "DSC001.jpg")

    assert answer.status_code == 302
    picture = Picture.objects.get()
    assert (picture.key, picture.width) == ("waiting-room", 1200)
    assert client.post(f"{LIST}{picture.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_key_and_a_file_cannot_be_sent_for_a_stored_picture(client, editor, picture):
    client.force_login(editor)
    form = client.get(f"{LIST}{picture.pk}/change/").context["adminform"].form

    words = WORDS | {"seen": form.initial["seen"], "key": "other"}
    client.post(f"{LIST}{picture.pk}/change/", words | {"file": SimpleUploadedFile("a.png", saved())})

    after = Picture.objects.get()
    assert (after.key, after.sha256) == (picture.key, picture.sha256)


def test_somebody_elses_change_is_not_overwritten(client, editor, picture):
    client.force_login(editor)

    answer = client.post(f"{LIST}{picture.pk}/change/", WORDS | {"seen": "old", "alt_en": "Mine, and kept."})

    assert "Somebody else changed this" in answer.text
    assert "Mine, and kept." in answer.text
    assert Picture.objects.get().alt_en == WORDS["alt_en"]


@pytest.mark.parametrize("who", ["nobody", "nurse"])
def test_only_who_may_add_a_picture_sends_a_file(client, nurse, who):
    if who == "nurse":
        client.force_login(nurse)
    file = SimpleUploadedFile("a.png", saved())
    large = SimpleUploadedFile("a.png", bytes(2_100_000))

    small_answer, large_answer = (client.post(ADD, WORDS | {"file": sent}) for sent in (file, large))

    assert small_answer.status_code in (302, 403)
    assert small_answer.wsgi_request.FILES == {}
    assert large_answer.status_code == 413
    assert not Picture.objects.exists()


def test_no_other_form_takes_a_file_or_a_longer_body(client, editor):
    file = SimpleUploadedFile("a.png", saved(drawing(40, 40)))
    public = client.post("/en/ask/", {"file": file})
    client.force_login(editor)
    article = client.post("/admin/articles/article/add/", {"file": SimpleUploadedFile("a.png", saved())})

    assert public.wsgi_request.FILES == article.wsgi_request.FILES == {}
    assert client.post("/en/ask/", {"x": "y" * 100_001}).status_code == 413
    assert client.post("/admin/articles/article/add/", {"x": "y" * 2_000_001}).status_code == 413
    assert client.post(ADD, {"file": SimpleUploadedFile("a.png", bytes(40_000_001))}).status_code == 413


def test_the_list_takes_as_many_queries_for_many_pictures_as_for_few(
    articles, picture, client, editor, django_assert_num_queries
):
    show()
    client.force_login(editor)
    with django_assert_num_queries(1000, exact=False) as few:
        client.get(LIST)
    for number in range(2, 12):
        make_picture(saved(drawing(50 + number, 50)), key=f"room-{number}")

    with django_assert_num_queries(len(few)) as many:
        answer = client.get(LIST)

    assert not any('"content"' in query["sql"] for query in many)
    assert answer.text.count('class="stored-picture"') == 11
    assert 'href="/admin/articles/article/' in answer.text


def test_an_editor_uploads_a_picture_and_a_reader_sees_it(articles, open_page, sign_in, editor, tmp_path):
    path = tmp_path / "DSC00417.jpg"
    path.write_bytes(photograph())
    staff = sign_in(open_page(width=1280), editor)
    staff.goto(ADD)

    staff.get_by_label("File:").set_input_files(path)
    staff.get_by_label("Kind:").select_option("place")
    staff.get_by_label("Key:").fill("waiting-room")
    staff.get_by_label("Alternative text (English):").fill("DSC00417")
    staff.get_by_label("Alternative text (Korean):").fill(WORDS["alt_ko"])
    staff.get_by_role("button", name="Save", exact=True).click()

    staff.get_by_text("This is a name.").wait_for()
    assert staff.get_by_text("Choose the file again").is_visible()
    assert staff.get_by_label("Alternative text (Korean):").input_value() == WORDS["alt_ko"]

    staff.get_by_label("Alternative text (English):").fill(WORDS["alt_en"])
    staff.get_by_label("File:").set_input_files(path)
    staff.get_by_role("button", name="Save", exact=True).click()

    thumbnail = staff.locator("img.stored-picture")
    assert thumbnail.evaluate("image => image.decode().then(() => image.naturalWidth)") == 800

    article = show()
    reader = open_page(article.latest_publication().get_absolute_url())
    image = reader.get_by_role("img", name=WORDS["alt_en"])
    image.scroll_into_view_if_needed()
    assert image.evaluate("image => image.decode().then(() => image.currentSrc)").endswith("-800.webp")
    assert reader.evaluate("document.documentElement.scrollWidth") <= 390
