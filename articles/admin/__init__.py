from . import article, evidence, people, picture, register

__all__ = ["article", "evidence", "people", "picture", "register"]
