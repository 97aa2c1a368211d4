import sys

from django.core.management import BaseCommand

from inquiries import broken_promises


class Command(BaseCommand):
    help = "Say which promises are broken right now, by number only. Exit status 1 if any is."

    def handle(self, **options):
        broken = broken_promises.broken()
        for promise, count in broken.items():
            self.stdout.write(f"{promise}: {count}")
        age = broken_promises.oldest_untriaged_seconds()
        self.stdout.write(f"oldest_untriaged_seconds: {'none waits' if age is None else age}")
        if broken:
            sys.exit(1)
