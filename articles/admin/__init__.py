from . import article, evidence, picture, register

__all__ = ["article", "evidence", "picture", "register"]
