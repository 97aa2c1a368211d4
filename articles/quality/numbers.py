"""Where a text states a number that needs a source."""

import re
from functools import cache

from .phrases import holds, lists
from .text import SEARCH_DATE, Passage, normal

PEOPLE_AND_STUDIES = (
    r"people|persons?|patients?|adults?|children|women|men|participants?|volunteers?|cases|trials?|studies|"
    r"reviews?|websites?|sites|videos?|clinics?|institutions?|countries|states|deaths?|reports?|infusions?|"
    r"injections?|treatments?|sessions?|doses|genes?"
)
UNITS = (
    rf"{PEOPLE_AND_STUDIES}|%|percent|per cent|percentage points?|times|fold|"
    r"(?:milli|micro|kilo)?grams?|mg|g|kg|ml|mm|cm|litres?|cells|"
    r"seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|won|dollars?|pounds?|euros?|yen|"
    r"thousand|million|billion|points?|parts?"
)
SMALL = r"two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty"
DIGITS = r"\d+(?:[.,]\d+)*"
NUMBER = rf"(?<![a-z]-)(?<![a-z\d.,]){DIGITS}"

ENGLISH = [
    rf"{NUMBER}\s?-?(?:%|[a-z]+\s)?(?:[a-z-]+\s)?(?:{UNITS})(?![a-z])",
    rf"{NUMBER}\s?%",
    rf"{NUMBER}\s(?:out of|in|of every)\s(?:every\s)?(?:{NUMBER}|{SMALL})",
    rf"(?<![a-z-])(?:one|{SMALL})\s(?:out of|in)\s(?:every\s)?(?:{NUMBER}|{SMALL})(?![a-z])",
    rf"(?<![a-z-])(?:{SMALL}|(?:dozen|hundred|thousand|million)s of)\s(?:[a-z-]+\s)?"
    rf"(?:{PEOPLE_AND_STUDIES}|times|percent|per cent)(?![a-z])",
    r"(?<![a-z-])(?:half|a third|a quarter|two thirds|three quarters) of (?:the |all |these |those )?"
    rf"(?:[a-z-]+\s)?(?:{PEOPLE_AND_STUDIES}|them|us)(?![a-z])",
    r"[$€£¥₩]\s?\d|(?:usd|krw|eur|gbp|jpy)\s?\d",
    r"(?<![a-z]-)(?<![a-z\d.,])(?:19|20)\d\d(?![\d%])",
]
KOREAN_UNITS = (
    r"%|퍼센트|명|건|편|개월|개국|개|주(?:일|간|\b)|일(?!\s?차)|년|회|배|세(?!기|포)|살|시간|분의|분(?!야|석)|초(?!기)"
    r"|원|달러|만|억|조|천|킬로|밀리|그램|mg|kg|ml|cc"
)
KOREAN = [
    rf"{NUMBER}\s?(?:{KOREAN_UNITS})",
    r"(?<![가-힣])(?:두|세|네|다섯|여섯|일곱|여덟|아홉|열|스무|수십|수백|수천)\s?(?:명|건|편|배|사람)",
    r"(?<![가-힣])(?:절반|과반)",
    r"(?:이|삼|사|오|십)분의\s?(?:일|이|삼|사)",
    r"[$€£¥₩]\s?\d|(?:usd|krw)\s?\d",
    r"(?<![\d.,-])(?:19|20)\d\d(?=\s?년)",
]
FULL_DATE = re.compile(
    r"\d{1,2} (?:january|february|march|april|may|june|july|august|september|october|november|december) \d{4}"
    r"|\d{4}-\d\d-\d\d|\d{4}\s?년 \d{1,2}\s?월 \d{1,2}\s?일|\d{4}\. ?\d{1,2}\. ?\d{1,2}\.?"
)
PHONE = re.compile(r"\+?\d{1,4}(?:[\s-]\(?\d{2,4}\)?){2,}|\b(?!(?:19|20)\d\d-)\d{2,4}-\d{3,4}(?:-\d{3,4})?\b")
INTERVAL = re.compile(r"(?<!\d)\d+ (?:months?|weeks?|years?)|\d+\s?(?:개월|주)")
ROUND_THE_CLOCK = re.compile(r"24\s?(?:hours?(?: a day)?|-hour|시간)")
CALLING = r"(?:call|calling|dial|ring|phone|text|on)\s+"


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    numbers = "|".join(re.escape(number) for number in lists()["phone_numbers"])
    known = re.compile(
        rf"{CALLING}(?:{numbers})(?!\d)|(?<!\d)(?:{numbers})\s?(?:\(|번|에 전화|로 전화|으로 전화)"
        rf"|(?:전화|☎)\s?(?:{numbers})(?!\d)"
    )
    return re.compile("|".join([*ENGLISH, *KOREAN])), known


def stated_number(passage: Passage) -> str:
    """Return the first number of a passage that needs a source, with its unit; "" if there is none.

    Exempt are phone numbers, and the dates of the page's own review and search (rule C01).
    """
    number, phone = _patterns()
    if not number.search(passage.plain):
        return ""
    gives_phone = phone.search(passage.plain) or PHONE.search(passage.plain)
    for sentence in passage.sentences:
        text = normal(sentence).replace(SEARCH_DATE, "")
        if holds(text, "about_review"):
            text = re.sub(
                r"(?<!\d)\d+ (?:months?|weeks?|years?)|\d+\s?(?:개월|주|년)(?!도)",
                "",
                FULL_DATE.sub("", text),
            )
        text = phone.sub(" ", PHONE.sub(" ", text))
        if gives_phone:
            text = ROUND_THE_CLOCK.sub(" ", text)
        if match := number.search(text):
            return match[0].strip()
    return ""
