"""Ask whether the links of the sources still lead somewhere."""

from django.core.management.base import BaseCommand, CommandError

from articles.links import check_links
from articles.models import LinkCheck


class Command(BaseCommand):
    help = "Ask every link of the evidence ledger whether it still leads somewhere. For a nightly timer."

    def handle(self, **options):
        checks = check_links()
        gone = [check for check in checks if check.answer == LinkCheck.Answer.GONE]
        unknown = [check for check in checks if check.answer == LinkCheck.Answer.UNKNOWN]
        for check in [*gone, *unknown]:
            self.stdout.write(f"{check.source.key} {check.answer} ({check.detail}): {check.source.entry.url}")
        self.stdout.write(f"{len(checks)} links, {len(gone)} gone, {len(unknown)} did not answer.")
        if gone:
            raise CommandError(f"{len(gone)} links lead nowhere.", returncode=1)
