"""What somebody of the staff wants by mail."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods

from .. import digest
from ..models import DigestWish


class WishForm(forms.ModelForm):
    class Meta:
        model = DigestWish
        fields = ["wanted", "language"]


@require_http_methods(["GET", "HEAD", "POST"])
def digest_view(request):
    """Show and keep what the person who is signed in wants; nobody sets it for another."""
    if not digest.may_get(request.user):
        raise PermissionDenied
    wish = DigestWish.objects.filter(person=request.user).first()
    wish = wish or DigestWish(person=request.user, language=get_language())
    form = WishForm(request.POST or None, instance=wish)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, gettext("Kept."))
        return redirect("desk:digest")
    context = {
        **admin.site.each_context(request),
        "title": gettext("Morning mail"),
        "form": form,
        "address": request.user.email,
        "counts": digest.waiting_for(request.user),
    }
    return TemplateResponse(request, "admin/inquiries/desk/digest.html", context)
