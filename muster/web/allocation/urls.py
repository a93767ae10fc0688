"""The pages of individual assignments, cover and the planner."""

from django.urls import URLPattern, URLResolver, include, path

from muster.web.allocation import cover
from muster.web.allocation.assignments import assign_many, assign_page, end_page, take_back
from muster.web.allocation.planner.item import plan_item
from muster.web.allocation.planner.list import planner
from muster.web.allocation.planner.plan import plan_page
from muster.web.allocation.students import mentee_page, mentoring_list
from muster.web.allocation.suggestions import suggestion_list

pages: list[URLPattern] = [
    path("", mentoring_list, name="list"),
    path("assign/", assign_many, name="assign-many"),
    path("take-back/", take_back, name="take-back"),
    path("suggested/", suggestion_list, name="suggested"),
    path("<uuid:student_id>/", mentee_page, name="student"),
    path("<uuid:student_id>/assign/", assign_page, name="assign"),
    path("<uuid:student_id>/end/", end_page, name="end"),
]
cover_pages: list[URLPattern] = [
    path("", cover.cover_request_list, name="list"),
    path("for/<uuid:instructor_id>/", cover.for_instructor, name="for"),
    path("<uuid:cover_id>/", cover.request_page, name="request"),
    path("<uuid:cover_id>/fill/", cover.fill, name="fill"),
    path("<uuid:cover_id>/reopen/", cover.reopen, name="reopen"),
    path("<uuid:cover_id>/decline/", cover.decline, name="decline"),
    path("<uuid:cover_id>/withdraw/", cover.withdraw, name="withdraw"),
    path("<uuid:cover_id>/answer/", cover.answer, name="answer"),
]
planner_pages: list[URLPattern] = [
    path("", planner, name="list"),
    path("<uuid:plan_id>/", plan_page, name="plan"),
    path("<uuid:plan_id>/items/<uuid:item_id>/", plan_item, name="item"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("cover/", include((cover_pages, "cover"))),
    path("mentoring/", include((pages, "mentoring"))),
    path("planner/", include((planner_pages, "planner"))),
]
