"""Finding a route without trying several hundred in turn."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import Any

from django.urls import ResolverMatch, URLResolver
from django.urls.exceptions import Resolver404
from django.urls.resolvers import RoutePattern


class ByFirstWord(URLResolver):
    """The routes below an address, each found among those that begin with the same word. All begin with one."""

    def __init__(self, address: str, urls: tuple[list[Any], str, str]) -> None:
        routes, app_name, namespace = urls
        super().__init__(RoutePattern(address), routes, app_name=app_name, namespace=namespace)

    def resolve(self, path: str) -> ResolverMatch:
        below = self.pattern.match(path)
        word = _first_word(below[0]) if below else ""
        if word not in self._by_word:
            raise Resolver404({"path": path})
        return self._by_word[word].resolve(path)

    @cached_property
    def _by_word(self) -> dict[str, URLResolver]:
        routes = defaultdict(list)
        for one in self.url_patterns:
            routes[_first_word(str(one.pattern))].append(one)
        return {
            word: URLResolver(self.pattern, those, app_name=self.app_name, namespace=self.namespace)
            for word, those in routes.items()
        }


def _first_word(path: str) -> str:
    return path.partition("/")[0]
