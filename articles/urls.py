from django.urls import path

from . import feedback, topics, views

app_name = "articles"
urlpatterns = [
    path("", views.article_list, name="list"),
    path("preview/<str:token>/", views.article_preview, name="preview"),
    path("a-to-z/", topics.a_to_z, name="a_to_z"),
    path("<slug:slug>/", views.article_detail, name="detail"),
    path("<slug:slug>/clear/", feedback.send, name="feedback"),
    path("<slug:slug>/clear/thanks/", feedback.thanks, name="feedback_thanks"),
]
