"""The people who ask: each with a question of their own, and with a hand or a line that does not behave."""

import asyncio
import random
import re
from collections import Counter
from dataclasses import dataclass, field

from .browser import Browser, Dropped

# How many of a hundred: click twice; send the same again later; edit and send again; give up after their
# line broke, so that they never learn what became of it. The others send once.
WAYS = {"once": 35, "clicks twice": 20, "sends again": 15, "edits": 20, "gives up": 10}
BREAKS = 0.35  # how likely the line breaks before a form is sent in peace
OPENING_AT_ONCE = 32
TRIES = 60
LETTERS = "bcdfghjkmp"


@dataclass
class Person:
    number: int
    dice: random.Random
    browser: Browser
    seen: Counter[str]
    way: str = ""
    language: str = "en"
    fields: dict[str, str] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)  # texts that left this browser, whole or in part
    confirmed: set[str] = field(default_factory=set)  # texts of which the site said that it has them
    receipts: set[str] = field(default_factory=set)
    refused: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.way,) = self.dice.choices(list(WAYS), list(WAYS.values()))
        self.language = self.dice.choice(["en", "ko"])
        # In letters: long numbers look like those of an identity card, and are refused.
        self.mark = "".join(LETTERS[int(digit)] for digit in f"{self.number:06}")
        self.by_phone = self.dice.random() < 0.3

    @property
    def path(self) -> str:
        return f"/{self.language}/ask/"

    async def open_form(self) -> None:
        for _try in range(TRIES):
            try:
                page = await self.browser.get(self.path)
            except Dropped:
                continue
            if page.status == 200:
                break
        reached = {"contact_method": "email", "email": f"{self.mark}@example.org"}
        if self.by_phone:
            reached = {"contact_method": "phone", "phone": f"+82 10 2{self.number % 1000:03} 4567"}
        self.fields = reached | {
            "topic": "evidence",
            "asking_for": "self",
            "lives_in": "elsewhere",
            "preferred_name": f"Ada {self.mark}",
            "language": self.language,
            "adult": "on",
            "personal": "on",
            "sensitive": "on",
            **{name: page.value(name) for name in ("csrfmiddlewaretoken", "form_token", "opened")},
        }

    async def ask(self) -> None:
        """Do what this person does, until the site has confirmed it or they give up."""
        first, edited = f"Is there a trial? 질문 {self.mark}", f"Is there a trial near me? 질문 {self.mark}"
        match self.way:
            case "gives up":
                await self._break_off(first)
            case "clicks twice":
                await asyncio.gather(self._send(first), self._send(first))
            case "sends again":
                await self._send(first)
                await self._send(first)
            case "edits":
                await self._send(first)
                await self._send(edited)
            case _:
                await self._send(first)

    async def _send(self, text: str) -> None:
        while self.dice.random() < BREAKS:
            await self._break_off(text)
        for number in range(TRIES):
            self.sent.add(text)
            self.seen["sent"] += 1
            try:
                answer = await self.browser.post(self.path, self.fields | {"message": text})
            except Dropped:
                self.seen["cut off by the kills"] += 1
                await asyncio.sleep(0.2 + min(number, 10) * self.dice.random() / 2)
                continue
            if answer.status == 302:
                self.confirmed.add(text)
                self.seen["confirmed"] += 1
                await self._read_receipt()
                return
            self.seen[f"answered {answer.status}"] += 1
            if answer.status != 503:  # of which the page says: nothing was stored, send it again
                self.refused.append(answer.status)
                return
            await asyncio.sleep(1 + self.dice.random())

    async def _read_receipt(self) -> None:
        for number in range(TRIES):
            try:
                page = await self.browser.get(f"{self.path}received/")
            except Dropped:
                await asyncio.sleep(0.2 + min(number, 10) * self.dice.random() / 2)
                continue
            if page.status == 200:
                found = re.search(r"data-receipt>([^<]+)<", page.text)
                self.receipts.add(found[1] if found else "")
                return
            await asyncio.sleep(1)

    async def _break_off(self, text: str) -> None:
        self.sent.add(text)
        self.seen["broken off"] += 1
        sent = self.dice.choice([1, 1, self.dice.random()])
        wait = self.dice.choice([0, self.dice.random() * 0.1, self.dice.random() * 3])
        await self.browser.break_off(self.path, self.fields | {"message": text}, sent=sent, seconds=wait)


class Crowd:
    """So many people, who all press the button at the same moment."""

    def __init__(self, count: int, port: int, seed: int):
        self.seen: Counter[str] = Counter()
        self.done = 0
        self.people = [
            Person(number, random.Random(f"{seed} {number}"), Browser(port), self.seen)  # noqa: S311 - no secret
            for number in range(count)
        ]

    async def open_forms(self) -> None:
        few = asyncio.Semaphore(OPENING_AT_ONCE)

        async def open_form(person: Person) -> None:
            async with few:
                await person.open_form()

        await asyncio.gather(*(open_form(person) for person in self.people))

    async def ask(self) -> None:
        async def ask(person: Person) -> None:
            await person.ask()
            self.done += 1

        await asyncio.gather(*(ask(person) for person in self.people))
