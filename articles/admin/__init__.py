from . import article, evidence, legal_review, prices, register

__all__ = ["article", "evidence", "legal_review", "prices", "register"]
