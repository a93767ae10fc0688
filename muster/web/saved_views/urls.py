"""The pages of saved views."""

from django.urls import URLPattern, URLResolver, include, path

from muster.web.saved_views import pages

view_pages: list[URLPattern] = [
    path("", pages.view_list, name="list"),
    path("new/", pages.new_page, name="new"),
    path("<uuid:view_id>/", pages.open_page, name="open"),
    path("<uuid:view_id>/edit/", pages.edit_page, name="edit"),
    path("<uuid:view_id>/mail/", pages.mail_page, name="mail"),
    path("<uuid:view_id>/delete/", pages.delete_page, name="delete"),
    path("<uuid:view_id>/restore/", pages.restore_page, name="restore"),
]
urlpatterns: list[URLPattern | URLResolver] = [path("views/", include((view_pages, "views")))]
