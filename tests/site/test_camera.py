"""The pictures of README and handbooks are those that `make pictures` makes, and each is used."""

import re
from pathlib import Path

import pytest
from PIL import Image

from clinic_site.camera.pictures import FOLDER, PICTURES
from clinic_site.camera.sheets import KINDS, VARIANTS, lay_out

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LARGEST = 120_000


def named(page):
    """Return the pictures that a page names, and what it says of each to whoever does not see it."""
    found = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", page.read_text("utf-8"))
    return {(page.parent / address).resolve(): words for words, address in found}


def test_every_picture_that_a_page_names_exists_and_is_said_in_words():
    for page in PAGES:
        for path, words in named(page).items():
            assert path.is_file(), f"{page}: {path}"
            assert len(words) >= 12, f"{page}: {path.name}"


def test_the_pictures_are_those_of_the_command_and_each_is_used():
    made = {picture.file for picture in PICTURES}
    used = {path.name for page in PAGES for path in named(page)}

    assert len(made) == len(PICTURES)
    assert made == {path.name for path in FOLDER.iterdir()}
    assert made == used


def test_a_korean_page_shows_korean_screens():
    for page in PAGES:
        if page.name.endswith(".ko.md"):
            assert all(path.name.endswith(".ko.png") for path in named(page))


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.file)
def test_a_picture_is_small_and_sharp(picture):
    path = FOLDER / picture.file

    assert path.stat().st_size < LARGEST
    with Image.open(path) as image:
        assert image.format == "PNG"
        assert image.width <= max(picture.width, 2 * 390)


def test_a_sheet_has_every_variant_side_by_side():
    shots = [(f"shot {number}", Image.new("RGB", (100, 50 + number))) for number in range(len(VARIANTS))]

    sheet = lay_out(shots)

    assert len(VARIANTS) == 8
    assert sheet.width > 4 * 100
    assert sheet.height > 2 * 50
    assert len(KINDS) > 40
