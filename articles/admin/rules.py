"""What the editorial rules say of an article, beside its form."""

from ..manuscripts import problems_of
from ..quality import Severity
from .pages import ArticlePages


class Rules(ArticlePages):
    def desk_context(self, request, article):
        found = problems_of(article)
        return super().desk_context(request, article) | {
            "errors_found": [problem for problem in found if problem.severity == Severity.ERROR],
            "warnings_found": [problem for problem in found if problem.severity == Severity.WARNING],
        }
