from django.urls import path

from . import views

# Each needs a receipt in the body of a POST; nothing of anybody stands in an address.
urlpatterns = [
    path("", views.door, name="follow_up"),
    path("add/", views.add, name="follow_up_add"),
    path("contact/", views.contact, name="follow_up_contact"),
    path("copy/", views.copy, name="follow_up_copy"),
    path("copy/text/", views.copy_as_text, name="follow_up_text"),
    path("withdraw/", views.withdraw, name="follow_up_withdraw"),
    path("erase/", views.erase, name="follow_up_erase"),
]
