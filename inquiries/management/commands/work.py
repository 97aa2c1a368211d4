import asyncio
import os
import signal
import sys
import threading

from django.core.management import BaseCommand, CommandError
from procrastinate.contrib.django import app

from inquiries import vault

CONCURRENCY = 4  # a mail server that is silent keeps one of them waiting
GRACE_SECONDS = 1.0  # for what is being done when the worker is stopped; the rest is done later


class Command(BaseCommand):
    help = (
        "Send the mail, keep the search up to date and erase what is kept long enough, until stopped. "
        "Wants CLINIC_PRIVATE_KEYS and SEARCH_KEY. Any number may run; one is enough."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--until-end-of-input",
            action="store_true",
            help="stop when standard input ends: with the program that started this one",
        )

    def handle(self, *, until_end_of_input, **options):
        try:
            vault.held_key_ids()
            vault.search_hash("", "word")
        except vault.NoKey as problem:
            raise CommandError(problem) from None
        if not vault.can_open():
            raise CommandError("CLINIC_PRIVATE_KEYS is empty: the worker must open addresses.")
        if until_end_of_input:
            threading.Thread(target=self._leave_at_end_of_input, daemon=True).start()
        asyncio.run(self._work())

    @staticmethod
    async def _work():
        # A copy of the app with connections of its own; jobs go on using Django's.
        worker = app.with_connector(app.connector.get_worker_connector())
        async with worker.open_async():
            await worker.run_worker_async(
                concurrency=CONCURRENCY, delete_jobs="always", shutdown_graceful_timeout=GRACE_SECONDS
            )

    @staticmethod
    def _leave_at_end_of_input():
        while os.read(sys.stdin.fileno(), 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(2 * GRACE_SECONDS)
        os._exit(1)
