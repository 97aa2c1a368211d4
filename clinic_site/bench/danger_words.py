"""How long the words of danger are looked for, of which every inquiry waits."""

import statistics
import time

import yaml
from django.conf import settings

SENTENCES = settings.BASE_DIR / "tests/data/danger-held-out.yaml"
ROUNDS = 40


def measure() -> float:
    """Return the median of the CPU time that a thousand characters take, in milliseconds."""
    from inquiries.screening.danger import Lookout, shipped_rows

    sentences = yaml.safe_load(SENTENCES.read_text("utf-8"))
    text = " ".join(sentences["innocent"]["en"] + sentences["innocent"]["ko"] + sentences["T0"]["en"])[-1000:]
    lookout = Lookout(shipped_rows())
    times = []
    for _round in range(ROUNDS):
        begun = time.thread_time()
        lookout.matches(text)
        times.append((time.thread_time() - begun) * 1000)
    return statistics.median(times)
