from django.urls import path

from . import views

app_name = "inquiries"
urlpatterns = [
    path("", views.ask, name="ask"),
    path("received/", views.received, name="received"),
]
