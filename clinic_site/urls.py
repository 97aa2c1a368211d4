"""Every address of the site."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path, re_path
from django.utils.translation import gettext_lazy as _

from articles.feeds import AtomFeed, RssFeed, sitemap
from articles.people import people, person
from articles.pictures import picture
from articles.topics import topic
from articles.views import corrections, editorial_policy, evidence, search_page
from inquiries.mail.mailbox import mailbox

from . import offline, views
from .public import public_page

admin.site.index_title = _("At a glance")
admin.site.enable_nav_sidebar = False  # its links stand in the header

urlpatterns = [
    path("", views.root, name="root"),
    path("admin/desk/", include("inquiries.desk.urls")),
    path("admin/", admin.site.urls),
    path("healthz", views.healthz),
    path("readyz", views.readyz),
    path("mailbox/", mailbox, name="mailbox"),
    path("robots.txt", views.robots),
    path("sw.js", offline.worker),
    path("sitemap.xml", sitemap, name="sitemap"),
    re_path(r"^pictures/(?P<name>[0-9a-f]{32})-(?P<width>[1-9][0-9]{0,3})\.webp$", picture, name="picture"),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("articles/", include("articles.urls")),
        path("topics/<slug:key>/", topic, name="topic"),
        path("people/", people, name="people"),
        path("people/<slug:key>/", person, name="person"),
        path("editorial-policy/", editorial_policy, name="editorial_policy"),
        path("search/", search_page, name="search"),
        path("evidence/", evidence, name="evidence"),
        path("feed.rss", public_page(RssFeed()), name="feed_rss"),
        path("feed.atom", public_page(AtomFeed()), name="feed_atom"),
        path("corrections/", corrections, name="corrections"),
        path("ask/", include("inquiries.urls")),
        path("clinic/", views.about_clinic, name="clinic"),
        path("privacy/", views.privacy, name="privacy"),
        path("accessibility/", views.accessibility, name="accessibility"),
        path("offline/", offline.offline, name="offline"),
        path("help-now/", views.help_now, name="help_now"),
        path("unwell-after-treatment/", views.unwell_after_treatment, name="unwell_after_treatment"),
    ),
]

handler400 = views.bad_request
handler403 = views.permission_denied
handler404 = views.not_found
handler500 = views.server_error
