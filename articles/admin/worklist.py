"""What waits for whom, by date."""

from .pages import ArticlePages


class Worklist(ArticlePages):
    pass
