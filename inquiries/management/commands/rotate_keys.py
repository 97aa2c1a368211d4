from django.core.management import BaseCommand, CommandError
from django.db import transaction

from inquiries import vault
from inquiries.models import Inquiry

BATCH = 200


class Command(BaseCommand):
    help = (
        "Wrap the data key of every inquiry for the key that CLINIC_PUBLIC_KEY names now. Contents stay as "
        "they are. The old keys must stay in CLINIC_PRIVATE_KEYS until this has said that it is done; "
        "stopped in between, it goes on where it was."
    )

    def handle(self, *args, **options):
        try:
            current, held = vault.current_key_id(), vault.held_key_ids()
        except vault.NoKey as problem:
            raise CommandError(problem) from None
        self._refuse_missing_keys(current, held)
        rewrapped, last = 0, 0
        while batch := list(self._left(current).filter(pk__gt=last).order_by("pk")[:BATCH]):
            last = batch[-1].pk
            rewrapped += self._rewrap(batch)
        if left := self._left(current).count():  # somebody else's web process still seals to the old key
            raise CommandError(f"{left} inquiries came under another key meanwhile: run this again.")
        self.stdout.write(f"Rewrapped {rewrapped}. Every inquiry is under the key {current} now.")
        if old := [key for key in held if key != current]:
            self.stdout.write(
                f"CLINIC_PRIVATE_KEYS may lose {', '.join(old)} once every process uses the new key "
                "and no backup from before is to be restored."
            )

    @staticmethod
    def _left(current):
        return Inquiry.objects.filter(erased_at=None).exclude(clinic_key_id=current)

    def _refuse_missing_keys(self, current, held):
        """Stop before anything is touched: half of it under a key that nobody can use is no rotation."""
        if current not in held:
            raise CommandError(
                f"CLINIC_PRIVATE_KEYS does not hold the private half of CLINIC_PUBLIC_KEY ({current})."
            )
        used = set(self._left(current).values_list("clinic_key_id", flat=True))
        if missing := sorted(used - set(held)):
            raise CommandError(f"CLINIC_PRIVATE_KEYS lacks {', '.join(missing)}, which inquiries still need.")

    @staticmethod
    @transaction.atomic
    def _rewrap(batch) -> int:
        done = 0
        for inquiry in batch:
            data_key = inquiry.data_key()  # a wrong key ends the command here, and loses nothing
            wrapped, key_id = vault.wrap_for_clinic(data_key, inquiry.uid)
            same = Inquiry.objects.filter(pk=inquiry.pk, clinic_key_id=inquiry.clinic_key_id)
            done += same.update(key_for_clinic=wrapped, clinic_key_id=key_id)
        return done
