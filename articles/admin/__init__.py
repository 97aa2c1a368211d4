from . import (
    article,
    fact,
    legal_review,
    people,
    picture,
    prices,
    register,
    search,
    source,
    synonyms,
    treatment_status,
    trial,
)

__all__ = [
    "article",
    "fact",
    "legal_review",
    "people",
    "picture",
    "prices",
    "register",
    "search",
    "source",
    "synonyms",
    "treatment_status",
    "trial",
]
