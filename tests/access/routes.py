"""Every address the application answers, read from the resolver itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse


@dataclass(frozen=True)
class Route:
    """One named address and the arguments it takes."""

    name: str
    arguments: tuple[str, ...]

    def url(self, values: dict[str, Any]) -> str:
        return reverse(self.name, kwargs={argument: values[argument] for argument in self.arguments})


def every_route() -> list[Route]:
    """All named routes, the Django admin's included, sorted. An address without a name is a defect."""
    return sorted(_walk(get_resolver(), ""), key=lambda route: route.name)


def _walk(resolver: URLResolver, prefix: str) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _walk(pattern, inner)
        elif isinstance(pattern, URLPattern):
            if pattern.name:
                yield Route(f"{prefix}{pattern.name}", tuple(pattern.pattern.regex.groupindex))
            elif not prefix.startswith("admin:"):
                raise AssertionError(f"an address without a name: {pattern.pattern}")
