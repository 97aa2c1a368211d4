"""Korean particles after a name that nobody knew when the sentence was written."""

import re

# What a sentence may hold, by whether the name before it ends in a consonant.
PARTICLES = {"이(가)": ("이", "가"), "은(는)": ("은", "는"), "을(를)": ("을", "를"), "와(과)": ("과", "와")}
MARKED = re.compile("|".join(map(re.escape, PARTICLES)))
# 의원(시연용)이: the particle is that of the word before the bracket.
BRACKETS = re.compile(r"(?:\s*[(（\[][^()（）\[\]]*[)）\]])+$")
QUOTES = "”’\"'」』》 "
DIGITS_ENDING_IN_A_CONSONANT = "013678"  # 영, 일, 삼, 육, 칠, 팔


def ends_in_a_consonant(name: str) -> bool | None:
    """Tell how a name ends in speech; None where its last letter does not say so."""
    last = BRACKETS.sub("", name.rstrip(QUOTES)).rstrip(QUOTES)[-1:]
    if "가" <= last <= "힣":
        return (ord(last) - ord("가")) % 28 > 0
    if last.isascii() and last.isdigit():
        return last in DIGITS_ENDING_IN_A_CONSONANT
    return None


def fitted(name: str, after: str) -> str:
    """Return a name and the text after it, with the particle that fits if the text begins with both."""
    ends, marked = ends_in_a_consonant(name), MARKED.match(after)
    if marked is None or ends is None:
        return name + after
    consonant, vowel = PARTICLES[marked[0]]
    return name + (consonant if ends else vowel) + after[marked.end() :]
