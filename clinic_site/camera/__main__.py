"""Take the pictures of README and handbooks (`make pictures`), or contact sheets (`make contact-sheet`)."""

import argparse

from . import pictures, sheets
from .stage import browser, stage


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m clinic_site.camera", description=__doc__)
    parser.add_argument("what", choices=["pictures", "contact-sheet"])
    parser.add_argument(
        "--only", default="", metavar="NAME", help="one picture, or page kinds with this in their name"
    )
    wanted = parser.parse_args()
    with stage() as site, browser() as chromium:
        photographer = pictures.Photographer(chromium, site)
        if wanted.what == "pictures":
            pictures.take_all(photographer, wanted.only)
        else:
            sheets.take_all(photographer, wanted.only)


if __name__ == "__main__":
    main()
