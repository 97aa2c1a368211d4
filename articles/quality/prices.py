"""Rule C17: prices stand in one place, with all that belongs to them."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from .evidence import can_cite
from .manuscript import Manuscript
from .rules import Finding, rule

# English: a currency beside digits, or "won" after digits or a great number. "In 2021 won", "no one won"
# and "two won" are the verb.
AMOUNT = r"\d[\d,.]*(?:\s?(?:k|m|bn|thousand|million|billion))?"
ENGLISH = [
    rf"(?:₩|\bkrw)\s?{AMOUNT}",
    rf"(?<![\w.,-]){AMOUNT}\s?(?:₩|krw\b)",
    rf"(?<![\w.,-])(?:(?<!\bin )(?<!\bsince )|(?!(?:19|20)\d\d\s)){AMOUNT}[\s-]?(?:(?:south )?korean )?won\b",
    r"\b(?:hundred|thousand|million|billion)s?(?: of)?[\s-](?:(?:south )?korean )?won\b",
]
# Korean: digits, or number words that begin a word, directly before 원. Other syllables precede the 원 of
# 병원, 회원 and 인원; others follow that of 원칙, 원인 and 원하다. "100만 원인 치료" is a price again.
GREAT = "십백천만억조"
ONES = "일이삼사오육칠팔구"
OTHER_WORDS = (
    "칙|화|색|소|론|자|료|본|형|래|점|장|고|격|외|서|가(?!량)|천|주|산|생|문|룸|심|내|숭|피|리|하|한|할|합|해|했|함"
    "|인(?:은|이|을|의|과|에|들)"
)
WON = rf"여?\s?원(?!{OTHER_WORDS})"
KOREAN = [
    rf"(?<![\d.,])\d[\d,.]*\s?여?\s?[{GREAT}][{GREAT}\d,.\s]*{WON}",
    rf"(?<![a-z\d.,-])(?<!제)(?<!제 )\d[\d,.]*\s?{WON}(?!인)",
    rf"(?<![가-힣])(?:[몇수]\s?)?(?:[{ONES}]?[십백천만]\s?|[{ONES}수몇][억조]\s?)+{WON}(?!\s?(?:버스|전철|지하철|열차))",
]
A_PRICE = re.compile("|".join([*ENGLISH, *KOREAN]))


@rule("C17")
def prices_are_not_typed(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C17: "Prices come only from `PriceItem` (amount in won, valid-from, inclusions, exclusions, refund
    terms, source document)."

    What others charge, or what a law allows, is a fact, and is cited as one.
    """
    for passage in manuscript.written:
        if passage.kind == "panel" or passage.cited:
            continue
        for match in A_PRICE.finditer(passage.plain):
            amount = match[0].strip()
            if can_cite(passage):
                message = _(
                    "Take out “%(amount)s” and insert {panel prices}: it shows the clinic's prices while "
                    "they are in force. What others charge needs a citation, such as [F31]."
                )
            else:
                message = _("Take out “%(amount)s”: prices stand only in the text, as {panel prices}.")
            yield passage, message % {"amount": amount}, amount
