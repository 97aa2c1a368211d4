from django.core.management import BaseCommand, CommandError

from inquiries import retention
from inquiries.models import Inquiry, PurgeOutcome
from inquiries.wording import wording


class Command(BaseCommand):
    help = (
        "Erase inquiries that were kept as long as the consent texts say. The worker does it every day. "
        "More than a twentieth at once is refused until somebody has looked, and says --confirm."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="say what would be erased; erase nothing")
        parser.add_argument("--confirm", action="store_true", help="erase however many are due")

    def handle(self, *, dry_run, confirm, **options):
        if dry_run:
            self._say_what_is_due()
            return
        run = retention.purge(confirmed=confirm)
        if run.outcome == PurgeOutcome.REFUSED:
            raise CommandError(
                f"{run.error} Check the clock, and what is due (--dry-run); then say --confirm."
            )
        if run.outcome == PurgeOutcome.FAILED:
            raise CommandError(f"{run.erased} of {run.found} erased. {run.error}")
        days = wording("en")["retention"]["backups_max_days"]
        self.stdout.write(
            f"{run.erased} erased. Backups made before still hold them, for {days} days at most."
        )

    def _say_what_is_due(self):
        found = Inquiry.objects.filter(retention.due()).order_by("pk")
        for inquiry in found.only("reference", "status"):
            self.stdout.write(f"{inquiry.reference}: {inquiry.get_status_display()}")
        self.stdout.write(f"{len(found)} would be erased.")
        if why := retention.too_many(len(found)):
            self.stdout.write(f"Refused without --confirm: {why}")
