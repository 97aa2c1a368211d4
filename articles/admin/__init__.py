from . import article, evidence, register

__all__ = ["article", "evidence", "register"]
