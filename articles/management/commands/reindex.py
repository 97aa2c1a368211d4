"""Write the index of the search anew, from what is published."""

from django.core.management.base import BaseCommand

from articles import indexing


class Command(BaseCommand):
    help = "Write the index of the search anew, from what is published."

    def handle(self, **options):
        count = indexing.rebuild()
        if options["verbosity"]:
            self.stdout.write(f"{count} pages are in the index.")
