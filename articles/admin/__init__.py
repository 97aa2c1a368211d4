from . import article, evidence, legal_review, people, picture, prices, register

__all__ = ["article", "evidence", "legal_review", "people", "picture", "prices", "register"]
