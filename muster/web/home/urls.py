"""The pages that gather several apps."""

from django.urls import path

from muster.web.home.home import give_lead, home
from muster.web.home.requests import requests
from muster.web.home.search import search

urlpatterns = [
    path("", home, name="home"),
    path("home/batches/<batch_id>/lead/", give_lead, name="home-lead"),
    path("requests/", requests, name="requests"),
    path("search/", search, name="search"),
]
