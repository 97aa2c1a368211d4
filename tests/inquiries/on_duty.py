"""Somebody at the triage desk with a browser of their own: each verb is what they press there."""

import re

from playwright.sync_api import expect

from inquiries.models import Inquiry

QUEUE = "/admin/inquiries/inquiry/"
OPENED = re.compile(r"/inquiry/(\d+)/change/")


class OnDuty:
    def __init__(self, page, person):
        self.page, self.name = page, person.username

    # The queue

    def looks_at(self, tab="open"):
        self.page.goto(f"{QUEUE}?tab={tab}")

    def rows(self):
        return self.page.locator("[data-row]")

    def row_of(self, inquiry):
        return self.rows().filter(has_text=inquiry.reference)

    def counts(self):
        """Return what stands beside each list."""
        self.looks_at()
        tabs = [text.split("\n") for text in self.page.locator(".queue-tabs a").all_inner_texts()]
        found = [re.fullmatch(r"(.+?)\s*(\d*)", " ".join(words)) for words in tabs]
        return {match[1]: int(match[2]) for match in found if match[2]}

    def presses_for_the_next(self):
        self.page.keyboard.press("n")

    def has_got(self):
        """Return the inquiry that the browser has come to."""
        expect(self.page).to_have_url(OPENED)
        return Inquiry.objects.get(pk=OPENED.search(self.page.url)[1])

    def takes_the_next(self):
        self.looks_at()
        self.presses_for_the_next()
        return self.has_got()

    def takes_at_once(self, *inquiries):
        self.looks_at("new")
        for inquiry in inquiries:
            self.page.get_by_label(f"Choose {inquiry.reference}").check()
        self.page.get_by_role("group", name="With the chosen").get_by_role("button", name="Take").click()
        self.is_told(f"{len(inquiries)} inquiries done.")

    def closes_as_spam(self, *inquiries, tab):
        self.looks_at(tab)
        for inquiry in inquiries:
            self.page.get_by_label(f"Choose {inquiry.reference}").check()
        self.page.get_by_role("button", name="Spam …").click()
        self.page.get_by_role("button", name="Close as spam").click()
        self.is_told("Closed")

    # One inquiry

    def opens(self, inquiry):
        self.page.goto(f"{QUEUE}{inquiry.pk}/change/")

    def shows_the_words(self):
        self.page.get_by_role("button", name="Show what they wrote").click()

    def reads(self, words):
        expect(self.page.locator("#question").get_by_text(words)).to_be_visible()

    def takes(self, inquiry):
        self.opens(inquiry)
        self.presses("Take")
        self.is_told(f"{inquiry.reference}: Taken")

    def step(self, name):
        return self.page.locator("details[name=step]").filter(
            has=self.page.get_by_text(name, exact=True).and_(self.page.locator("summary"))
        )

    def presses(self, name, **typed):
        """Take a step; what it asks for is typed under the labels (`To_whom` is “To whom?”)."""
        if not typed:
            return self.page.get_by_role("button", name=name, exact=True).first.click()
        form = self.step(name)
        if not form.is_visible():
            self.page.locator("summary", has_text="More").click()
        form.locator("summary").click()
        self.sorts(form)
        for label, value in typed.items():
            field = form.get_by_label(label.replace("_", " "))
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(label=value)
            else:
                field.fill(value)
        form.get_by_role("button", name=name).click()

    def sorts(self, form):
        """Say what it is about, where nobody has and it counts."""
        asked = form.get_by_label("What is it about?")
        if asked.count():
            asked.select_option("T2")

    def writes(self, text):
        self.sorts(self.page.locator("#reply"))
        self.page.get_by_label("What the person reads").fill(text)

    def previews(self):
        self.page.get_by_role("button", name="Preview").click()

    def sends(self, button="Send this reply"):
        expect(self.page.get_by_role("heading", name="This is what")).to_be_visible()
        self.page.get_by_role("button", name=button).click()

    def replies(self, inquiry, text):
        self.writes(text)
        self.previews()
        self.sends()
        self.is_told(f"{inquiry.reference}: Answered")

    def drafts(self, inquiry, text):
        self.writes(text)
        self.previews()
        self.sends("Put before a second reader")
        self.is_told(f"{inquiry.reference}: Waits for a second reader")

    def asks(self, inquiry, text):
        self.writes(text)
        self.page.get_by_label("It asks them something").check()
        self.previews()
        self.sends("Ask the person")
        self.is_told(f"{inquiry.reference}: Waits for the person")

    def releases(self, inquiry, draft):
        self.opens(inquiry)
        self.shows_the_words()
        self.reads(draft)
        self.presses("Release the reply", Note="Well said.")
        self.is_told(f"{inquiry.reference}: Answered")

    def answered_by_phone(self, inquiry, told):
        self.presses("Mark as answered", How_were_they_answered=told)
        self.is_told(f"{inquiry.reference}: Answered")

    def closes(self, inquiry, reason, note=""):
        self.presses("Close", Reason=reason, Note_for_colleagues=note)
        self.is_told(f"{inquiry.reference}: Closed")

    def is_told(self, words):
        expect(self.page.locator(".messagelist")).to_contain_text(words)

    def history(self):
        """Return what the screen says that happened, the oldest first."""
        lines = self.page.locator(".timeline > li").filter(has_not_text="Mail:")
        return [
            " ".join(line.locator("strong, strong + span").all_inner_texts()) for line in lines.all()[::-1]
        ]
