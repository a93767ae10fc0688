"""The pages that gather several apps."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
