"""How the inquiry form is laid out: three groups, each with the reasons for its questions at its end."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Fieldset, Layout, Submit
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from ..wording import wording


class Why:
    """Why each question of a group is asked, folded up."""

    def __init__(self, *names: str):
        self.names = names

    def render(self, form, context, **kwargs) -> str:
        fields = [form.fields[name] for name in self.names]
        return render_to_string("inquiries/form/why.html", {"fields": fields})


def part(template: str) -> HTML:
    return HTML(f'{{% include "{template}" %}}')


def group(title: str, *parts) -> Fieldset:
    names = [piece.fields[0] if isinstance(piece, Field) else piece for piece in parts]
    return Fieldset(title, *parts, Why(*(name for name in names if isinstance(name, str))))


def helper(consents: list[str]) -> FormHelper:
    helper = FormHelper()
    helper.attrs = {"novalidate": True, "data-received": reverse("inquiries:received")}
    helper.form_id = "inquiry"
    helper.include_media = False
    helper.layout = Layout(
        "form_token",
        "opened",
        "time_zone",
        "came_from",
        Field("homepage", template="inquiries/form/trap.html"),
        group(
            _("Your question"),
            "topic",
            part("inquiries/form/topic_pages.html"),
            Field("message", template="inquiries/form/counted.html"),
            "asking_for",
            part("inquiries/form/someone_else.html"),
            "lives_in",
        ),
        group(
            _("How to reach you"),
            "preferred_name",
            "language",
            "contact_method",
            Field("email", template="inquiries/form/if_email.html"),
            Field("phone", template="inquiries/form/if_phone.html"),
            part("inquiries/form/country_codes.html"),
            Field("best_time", template="inquiries/form/if_phone.html"),
            "never",
            "wishes",
        ),
        Fieldset(
            _("Your consent"),
            "adult",
            part("inquiries/form/under_19.html"),
            *(Field(key, template="clinic/consent.html") for key in consents),
            Div(HTML("{% load links %}{{ form.notice|linked }}"), css_class="hint"),
            Why("adult"),
        ),
        Submit("", wording()["pages_and_messages"]["submit_button"]),
        part("inquiries/form/other_language.html"),
    )
    return helper
