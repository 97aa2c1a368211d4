"""What staff do to an inquiry, each step by its own verb, and an inquiry to which it can be done."""

import re
import threading
from datetime import timedelta

from django.db import connections
from django.urls import reverse
from django.utils import timezone

from inquiries import merging, vault
from inquiries.contents import for_staff
from inquiries.models import Draft, Event, Inquiry, NextAction, Queue, Status, Step, StepRefused, Tag
from tests.factories import make_inquiry

OWNED = (Status.TAKEN, Status.DRAFTED, Status.WAITING, Status.ANSWERED)


def ready(status, step, owner, *, category="T8"):
    """Return an inquiry in a status, to which a step can be done if the state table allows it."""
    fields = {"category": "T4"} if step == Step.DRAFT else {"category": category}
    if step == Step.UNTAG:
        fields["tags"] = ["press"]
    if step == Step.UNPIN:
        fields["pinned_at"] = timezone.now()
    if status == Status.MERGED:
        fields["merged_into"] = make_inquiry(category=category)
    owned = status in OWNED and not (step == Step.TAKE and status != Status.TAKEN)
    inquiry = make_inquiry(status=status, owner=owner if owned else None, **fields)
    if status == Status.MERGED:
        inquiry.events.create(step=Step.MERGE, was=Status.NEW, became=Status.MERGED, by=owner)
        inquiry.queue, inquiry.next_action, inquiry.next_action_at = Queue.NURSES, "read", timezone.now()
        inquiry.save()
    if status == Status.DRAFTED:
        draft = Draft(inquiry=inquiry, step=Step.ANSWER, by=owner)
        draft.text_sealed = vault.seal(
            inquiry.data_key(), {"text": "A draft."}, table="draft", row=draft.uid, field="text"
        )
        draft.save()
    return inquiry


def do(inquiry, step, *, by, other):
    """Take a step; `other` is a colleague who may be given it."""
    Tag.objects.get_or_create(key="press", name_en="Press", name_ko="언론")
    match step:
        case Step.PUT_BACK:
            inquiry.put_back(Queue.MANAGERS, by=by)
        case Step.HAND_OVER:
            inquiry.hand_over(other, by=by)
        case Step.ANSWER:
            inquiry.answer("By phone.", by=by)
        case Step.ASK:
            for_staff(inquiry).ask("From which city would you come?", by=by)
        case Step.DRAFT:
            for_staff(inquiry).reply("You are welcome.", by=by)
        case Step.RELEASE:
            for_staff(inquiry).release(by=by)
        case Step.SEND_BACK:
            for_staff(inquiry).send_back("Shorter, please.", by=by)
        case Step.PLAN:
            inquiry.plan(NextAction.CALL, timezone.now() + timedelta(hours=3), by=by)
        case Step.CATEGORISE:
            inquiry.categorise("T5", by=by)
        case Step.TAG | Step.UNTAG:
            getattr(inquiry, step)("press", by=by)
        case Step.NOTE:
            inquiry.add_note("See the page.", by=by)
        case Step.ESCALATE:
            inquiry.escalate("Sounds serious.", by=by)
        case Step.MERGE:
            merging.merge(inquiry, make_inquiry(category=inquiry.category), by=by)
        case Step.UNMERGE:
            merging.unmerge(inquiry, by=by)
        case Step.CLOSE:
            inquiry.close("not_offered", "Told on the phone.", by=by)
        case _:
            getattr(inquiry, step)(by=by)


def at_once(*calls):
    """Make every call at the same moment, each on a connection of its own; return what each came to."""
    gate = threading.Barrier(len(calls), timeout=20)
    outcomes: list = [None] * len(calls)

    def run(number, call):
        try:
            gate.wait()
            outcomes[number] = call()
        except StepRefused as refused:
            outcomes[number] = refused
        except Exception as error:  # told by the test, not lost in a thread
            outcomes[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[number, call]) for number, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def fresh(inquiry):
    return Inquiry.objects.get(pk=inquiry.pk)


# The screen of one inquiry, as a browser posts its forms


def desk(inquiry):
    return reverse("admin:inquiries_inquiry_change", args=[inquiry.pk])


def seen_now(inquiry):
    event = Event.objects.filter(inquiry=inquiry).last()
    return {"version": fresh(inquiry).version, "seen": event.pk if event else 0}


def step(client, inquiry, name, **words):
    form = seen_now(inquiry) | words
    url = reverse("admin:inquiries_inquiry_step", args=[inquiry.pk, name])
    return client.post(url, {f"{name}-{key}": value for key, value in form.items()}, follow=True)


def reply(client, inquiry, button, **words):
    form = seen_now(inquiry) | {"kind": "answer"} | words
    url = reverse("admin:inquiries_inquiry_reply", args=[inquiry.pk])
    data = {f"reply-{key}": value for key, value in form.items()}
    return client.post(url, data | {button: "1"}, follow=True)


def send(client, inquiry, text, **words):
    """Preview a reply and send it, as the two buttons do."""
    page = reply(client, inquiry, "preview", text=text, **words)
    digest = re.search(r'name="reply-previewed" value="(\w+)"', page.text)[1]
    return reply(client, inquiry, "send", text=text, previewed=digest, **words)


def show(client, inquiry, **button):
    return client.post(reverse("admin:inquiries_inquiry_show", args=[inquiry.pk]), button, follow=True)
