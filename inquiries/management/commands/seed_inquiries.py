import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from inquiries import vault
from inquiries.invented import filling


class Command(BaseCommand):
    help = (
        "Fill the database with invented inquiries in both languages, sealed like real ones. "
        "In the demonstration only."
    )

    def add_arguments(self, parser):
        parser.add_argument("--count", type=int, default=1000)
        parser.add_argument("--seed", type=int, default=1, help="another number gives other inquiries")

    def handle(self, **options):
        if not settings.DEMONSTRATION:
            raise CommandError("Inquiries can be made up in the demonstration only.")
        if options["count"] < 1:
            raise CommandError("--count must be at least 1.")
        begun = time.monotonic()
        try:
            receipts = filling.fill(options["count"], chance=options["seed"], told=self._tell(options))
        except vault.NoKey as problem:
            raise CommandError(problem) from None
        taken = time.monotonic() - begun
        self.stdout.write(f"{options['count']} invented inquiries in {taken:.1f} s.")
        self.stdout.write(f"Receipts that open one: {', '.join(receipts)}")

    def _tell(self, options):
        def tell(done):
            if options["verbosity"] and done % 100_000 == 0:
                self.stdout.write(f"{done} …")

        return tell
