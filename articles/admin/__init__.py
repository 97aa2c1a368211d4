from . import (
    article,
    fact,
    feedback,
    legal_review,
    people,
    picture,
    prices,
    register,
    search,
    source,
    synonyms,
    treatment_status,
)

__all__ = [
    "article",
    "fact",
    "feedback",
    "legal_review",
    "people",
    "picture",
    "prices",
    "register",
    "search",
    "source",
    "synonyms",
    "treatment_status",
]
