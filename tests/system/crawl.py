"""Walk the application as each role: every page that links lead to, once a kind and state."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Page

# What a link of these starts is a file or an act on the session, not a page of ours to look at.
NOT_PAGES = (
    "print_courrier", "print_consent_form", "preview_synthese", "deconnexion", "schema", "sante", "my_calendar",
    "appointment_calendar", "open_print_run",
)  # fmt: skip
OUTSIDE = ("/administration/", "/static/")
FICHES = ("dossiers:view_file", "bilan:voir_bilan", "poleemploi:view_transmission")
_IDENTIFIER = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


@dataclass(frozen=True)
class Visited:
    """A page as it stands in the browser: its URL name, and the situation that makes it look different."""

    name: str
    state: str

    def __str__(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", f"{self.name} {self.state}".lower()).strip("-")


def crawl(page: Page, start: str, *, per_kind: int = 1, most: int = 400) -> Iterator[Visited]:
    """Visit each kind of page in each state ``per_kind`` times, following the links of what was visited."""
    waiting, known, seen = deque([start]), {start}, dict[Visited, int]()
    tried: dict[str, int] = {}
    while waiting and most:
        url = waiting.popleft()
        name = view_name(url)
        # Files differ by their situation, known only once opened: a bounded number is tried. Their forms differ less.
        if name is None or tried.get(name, 0) >= (15 if name in FICHES else 6):
            continue
        tried[name] = tried.get(name, 0) + 1
        most -= 1
        answer = page.goto(url)
        assert answer is not None
        assert answer.status < 400, f"{url}: {answer.status}"
        visited = Visited(name, _state(page))
        for link in _links(page, url):
            if link not in known:
                known.add(link)
                waiting.append(link)
        if seen.get(visited, 0) < per_kind:
            seen[visited] = seen.get(visited, 0) + 1
            yield visited


def view_name(url: str) -> str | None:
    """The URL name of a page of ours; None for a file, an act or somebody else's page."""
    path = urlsplit(url).path
    if path.startswith(OUTSIDE):
        return None
    try:
        name = resolve(path).view_name
    except Resolver404:
        return None
    return None if name.split(":")[-1] in NOT_PAGES else name


def _state(page: Page) -> str:
    badge = page.locator(".identite__situation")
    return badge.inner_text().strip() if badge.count() else ""


def _links(page: Page, url: str) -> list[str]:
    found = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
    host = urlsplit(url).netloc
    links = (urljoin(url, href).split("#")[0] for href in found)
    return [link for link in dict.fromkeys(links) if urlsplit(link).netloc == host]
