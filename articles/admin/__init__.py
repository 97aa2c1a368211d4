from . import article, evidence, people, register

__all__ = ["article", "evidence", "people", "register"]
