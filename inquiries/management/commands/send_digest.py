from django.core.management import BaseCommand
from django.utils import timezone

from inquiries import digest


class Command(BaseCommand):
    help = (
        "Send staff the morning mail: what is late, pinned and due today, as counts. The worker does it each "
        "working day; nobody gets it twice."
    )

    def handle(self, **options):
        if not digest.is_time(timezone.localtime()):
            self.stdout.write("The clinic is closed now: nobody is written to.")
            return
        self.stdout.write(f"{digest.send_all()} sent.")
