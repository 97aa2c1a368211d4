"""The least that Django can do: one view, no middleware but Django's own default of none."""

import secrets

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path


def hello(request):
    return HttpResponse("Hello, world", headers={"Content-Length": "12"})


urlpatterns = [path("", hello)]

settings.configure(
    SECRET_KEY=secrets.token_urlsafe(40), ALLOWED_HOSTS=["localhost"], ROOT_URLCONF=__name__, MIDDLEWARE=[]
)
application = get_wsgi_application()
