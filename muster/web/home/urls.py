"""The pages that gather several apps."""

from django.urls import path

from muster.web.home.home import give_lead, home_page
from muster.web.home.requests import request_list
from muster.web.home.search import search_page

urlpatterns = [
    path("", home_page, name="home"),
    path("home/batches/<batch_id>/lead/", give_lead, name="home-lead"),
    path("requests/", request_list, name="requests"),
    path("search/", search_page, name="search"),
]
