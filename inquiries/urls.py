from django.urls import include, path

from .ask import views
from .follow_up import urls as follow_up

app_name = "inquiries"
urlpatterns = [
    path("", views.ask, name="ask"),
    path("received/", views.received, name="received"),
    path("leave/", views.leave, name="leave"),
    path("follow-up/", include(follow_up)),
]
