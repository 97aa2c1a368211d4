"""From the file that somebody uploads to the WebP files that readers get.

Nothing of the upload itself survives: its pixels are read, and written anew. So there is no place left
for where a photograph was taken and by whom, or for a second file that hides behind the first.
"""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from threading import Lock

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps

from .models.picture import SMALL_WIDTH, WIDTH, PictureKind

FORMATS = ("JPEG", "PNG", "WEBP")
LARGEST_SIDE = 6000
PAPER = (255, 255, 255)  # behind what is transparent: black lines on nothing would vanish at night
COLOURS = {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK"}

_one_at_a_time = Lock()  # the largest picture takes some 300 MB while it is read


class UnusablePicture(ValueError):
    """The file cannot become a picture; the message says why, for the editor."""


@dataclass(frozen=True)
class Encoded:
    """The fields of a Picture that its file decides."""

    width: int
    height: int
    content: bytes
    small_width: int | None
    small_content: bytes | None
    sha256: str


def encode(file: bytes, kind: str) -> Encoded:
    """Return an uploaded file as it is stored. Raises UnusablePicture."""
    with _one_at_a_time:
        try:
            pixels = _pixels(_opened(file))
        except UnusablePicture:
            raise
        except Image.UnidentifiedImageError as error:
            raise UnusablePicture(
                _("This is not a JPEG, PNG or WebP file. Save the picture as one of these.")
            ) from error
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise UnusablePicture(_too_large()) from error
        except Exception as error:  # whatever Pillow's readers say to a file made to break them
            raise UnusablePicture(
                _("The file is damaged or incomplete. Open it on your computer and save it again.")
            ) from error
        small = _at_most(pixels, SMALL_WIDTH) if pixels.width > SMALL_WIDTH else None
        content = _webp(pixels, kind)
        return Encoded(
            width=pixels.width,
            height=pixels.height,
            content=content,
            small_width=small.width if small else None,
            small_content=_webp(small, kind) if small else None,
            sha256=hashlib.sha256(content).hexdigest(),
        )


def _opened(file: bytes) -> Image.Image:
    """Read the head of the file, and refuse by that what need not be read further."""
    image = Image.open(BytesIO(file), formats=FORMATS)
    if max(image.size) > LARGEST_SIDE:
        raise UnusablePicture(_too_large())
    # A telephone's MPO file is a photograph with a second one behind it, of which nothing remains.
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise UnusablePicture(_("The picture moves. Choose one that stands still."))
    if image.mode not in COLOURS:
        raise UnusablePicture(
            _("The colours of this file cannot be read here. Save it as an ordinary JPEG or PNG.")
        )
    return image


def _too_large() -> str:
    return _("The picture is more than %(pixels)d pixels wide or high. Make it smaller.") % {
        "pixels": LARGEST_SIDE
    }


def _pixels(image: Image.Image) -> Image.Image:
    """Return the bare picture: upright, in sRGB, without transparency and without any word about it."""
    image.draft("RGB", (WIDTH, WIDTH))  # a JPEG can be read at half its size
    image.load()
    profile = image.info.get("icc_profile")
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode in {"1", "P", "PA", "LA"} or "transparency" in image.info:
        image = image.convert("RGBA")
    image = _at_most(image, WIDTH)  # before anything that would copy 36 million pixels
    if profile:
        image = _in_srgb(image, profile)
    if image.mode == "RGBA":
        paper = Image.new("RGB", image.size, PAPER)
        paper.paste(image, mask=image.getchannel("A"))
        image = paper
    image = image.convert("RGB")
    image.info = {}
    return image


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Translate the colours; a profile that does not fit the picture counts as none."""
    try:
        given = ImageCms.ImageCmsProfile(BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        done = ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode=mode)
        return done or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def _at_most(image: Image.Image, width: int) -> Image.Image:
    if image.width <= width:
        return image
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3)


def _webp(image: Image.Image, kind: str) -> bytes:
    """Return a WebP file; of a diagram without loss, where that is smaller."""
    lossy = _saved(image, quality=90 if kind == PictureKind.DIAGRAM else 82)
    if kind != PictureKind.DIAGRAM:
        return lossy
    return min(_saved(image, lossless=True, quality=80), lossy, key=len)


def _saved(image: Image.Image, **options) -> bytes:
    file = BytesIO()
    image.save(file, "WEBP", method=4, **options)
    return file.getvalue()
