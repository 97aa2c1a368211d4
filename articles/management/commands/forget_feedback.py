"""Delete what readers wrote about pages once it was kept long enough."""

from django.core.management.base import BaseCommand

from articles.feedback import forget


class Command(BaseCommand):
    help = "Delete the words of answers to “Is this page clear?” after 180 days. For a nightly timer."

    def handle(self, **options):
        self.stdout.write(f"The words of {forget()} answers were deleted.")
