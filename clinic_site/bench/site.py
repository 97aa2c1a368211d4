"""The settings of the site that is measured: production's, on a database and static files of its own."""

import os
from pathlib import Path

from clinic_site.settings import *  # noqa: F403

DATABASES["default"]["NAME"] = os.environ.get("BENCH_DATABASE", "clinic_bench")  # noqa: F405
STATIC_ROOT = Path(os.environ["BENCH_STATIC"])
