"""The pages that gather several apps."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from muster.web.home.frame import bell, requests_waiting
from muster.web.home.home import give_lead, home
from muster.web.home.requests import requests
from muster.web.home.search import search
from muster.web.ui.shell import NavItem, register_bell, register_nav

urlpatterns = [
    path("", home, name="home"),
    path("home/batches/<batch_id>/lead/", give_lead, name="home-lead"),
    path("requests/", requests, name="requests"),
    path("search/", search, name="search"),
]

DECIDERS = frozenset({"super-admin", "admin"})

# Here and not in AppConfig.ready, since permissions and pages need the models of all apps.
register_bell(bell)
register_nav(NavItem("requests", _("Requests"), "inbox", "requests", roles=DECIDERS, order=65, count=requests_waiting))
