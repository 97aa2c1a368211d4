from django.urls import path

from . import topics, views

app_name = "articles"
urlpatterns = [
    path("", views.article_list, name="list"),
    path("preview/<str:token>/", views.article_preview, name="preview"),
    path("a-to-z/", topics.a_to_z, name="a_to_z"),
    path("<slug:slug>/", views.article_detail, name="detail"),
]
