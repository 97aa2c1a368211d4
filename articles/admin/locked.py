"""Forms that a colleague may have saved meanwhile, and rows named by their numbers."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class KeysField(forms.CharField):
    """Rows by their numbers, in the order in which they are typed: S28, S30."""

    def __init__(self, model, **options):
        super().__init__(**options)
        self.model = model

    def clean(self, value):
        keys = super().clean(value).upper().replace(",", " ").split()
        found = {row.key: row for row in self.model.objects.filter(key__in=keys)}
        if missing := [key for key in keys if key not in found]:
            raise ValidationError(
                _("Not in the list: %(keys)s."), params={"keys": ", ".join(missing)}, code="missing"
            )
        return [found[key] for key in dict.fromkeys(keys)]


class LockedForm(forms.ModelForm):
    """A form that is refused when somebody else saved the row while it was open."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.stored_digest = self.instance.digest() if self.instance.pk else ""
        self.initial["seen"] = self.stored_digest

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk and cleaned.get("seen") != self.stored_digest:
            raise ValidationError(
                _(
                    "Somebody else changed this while you had it open. Nothing was saved and what you typed "
                    "is still here. Open it in another window to see what it says now."
                )
            )
        return cleaned
