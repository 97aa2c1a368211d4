"""The registries of trials, and how their numbers are written (rule C20)."""

# By the letters with which a number begins, as a pattern that Python and PostgreSQL read alike.
NUMBERS = {
    "NCT": r"NCT\d{8}",
    "ChiCTR": r"ChiCTR(?:\d{10}|-[A-Z]{2,5}-\d{8})",  # letters: its older form
}
