"""Routes are found by the first word of their address, as trying all of them in turn finds them."""

import re

from django.test import SimpleTestCase
from django.urls import Resolver404, path

from muster.api.kit.addresses import ByFirstWord
from muster.api.root import api

URLS = api.urls
OURS, IN_TURN = ByFirstWord("api/", URLS), path("api/", URLS)


class Addresses(SimpleTestCase):
    def test_every_route_is_found_as_when_all_are_tried(self) -> None:
        for route in IN_TURN.url_patterns:
            address = "api/" + re.sub("<[^>]*>", "some-id", str(route.pattern))
            found, wanted = OURS.resolve(address), IN_TURN.resolve(address)
            for what in ("func", "args", "kwargs", "route", "view_name", "namespaces", "app_names"):
                assert getattr(found, what) == getattr(wanted, what), f"{what} of {address}"

    def test_none_begins_with_a_parameter(self) -> None:
        assert [str(route.pattern) for route in IN_TURN.url_patterns if str(route.pattern).startswith("<")] == []

    def test_what_is_nowhere_is_not_found(self) -> None:
        for address in ("api/nothing", "api/batches/", "api/batches/some-id/nothing", "else"):
            for resolver in (OURS, IN_TURN):
                with self.assertRaises(Resolver404):
                    resolver.resolve(address)
