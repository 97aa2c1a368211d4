"""Hold every article against the quality rules."""

from django.core.management.base import BaseCommand, CommandError

from articles.manuscripts import manuscripts, problems_in
from articles.models import Article, Language
from articles.quality import Problem, Severity


class Command(BaseCommand):
    help = "Hold every article against the quality rules. Ends with an error if one breaks them."

    def add_arguments(self, parser):
        parser.add_argument("--language", choices=Language.values, help="only articles in this language")
        parser.add_argument("--plan", help="only the article with this number, such as A04")

    def handle(self, *, language, plan, **options):
        chosen = [
            (article, manuscript)
            for article, manuscript in manuscripts(Article.objects.all())
            if language in (None, article.language) and plan in (None, article.plan)
        ]
        if not chosen:
            raise CommandError("There is no such article.")
        errors = 0
        for article, manuscript in chosen:
            found = problems_in(manuscript, article)
            errors += sum(problem.severity == Severity.ERROR for problem in found)
            self.stdout.write(f"{article.plan} {article} /{article.slug}/".strip())
            for problem in found:
                self.stdout.write(f"  {_line(problem)}")
            if not found:
                self.stdout.write("  no problems")
        if errors:
            raise CommandError(f"{errors} errors stop publication.", returncode=1)


def _line(problem: Problem) -> str:
    answered = f" (answered by {problem.answer.by}: {problem.answer.text})" if problem.answer else ""
    return f"{problem.severity.upper():7} {problem.code} {problem.place}: {problem.message}{answered}"
