"""The pages around the queue: numbers, lists to take along, corrections, and what one wants by mail."""

from django.contrib import admin
from django.urls import path

from ..exports.views import export_view
from ..statistics.page import numbers_view
from .digest import digest_view
from .recall import corrections_view, recall_view

app_name = "desk"

urlpatterns = [
    path("numbers/", admin.site.admin_view(numbers_view), name="numbers"),
    path("export/", admin.site.admin_view(export_view), name="export"),
    path("corrections/", admin.site.admin_view(corrections_view), name="corrections"),
    path("corrections/<int:pk>/", admin.site.admin_view(recall_view), name="recall"),
    path("digest/", admin.site.admin_view(digest_view), name="digest"),
]
