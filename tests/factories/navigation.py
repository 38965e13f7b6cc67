"""A person's two clicks, without a browser: follow a link by its words, press a button on what the page holds."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.test import Client


class _Page(HTMLParser):
    """Links and buttons by their text, and the fields of the page's forms as a browser would send them untouched."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.liens: list[tuple[str, str]] = []
        self.champs: dict[str, str] = {}
        self.boutons: list[tuple[str, dict[str, str]]] = []
        self._href: str | None = None
        self._select = ""
        self._in_button = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        name, value = values.get("name") or "", values.get("value") or ""
        if tag == "a":
            self._href = values.get("href")
            self.liens.append(("", self._href or ""))
        elif tag == "button" and values.get("type") == "submit" and "disabled" not in values:
            self._in_button = True
            self.boutons.append(("", {name: value} if name else {}))
        elif tag == "input" and name and (values.get("type") not in ("radio", "checkbox") or "checked" in values):
            self.champs[name] = value
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in values:
            self.champs[self._select] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._href = None
        elif tag == "button":
            self._in_button = False
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._href is not None and self.liens:
            text, href = self.liens[-1]
            self.liens[-1] = (f"{text}{data}", href)
        if self._in_button:
            text, sent = self.boutons[-1]
            self.boutons[-1] = (f"{text}{data}", sent)


@dataclass
class Navigateur:
    """Counts the clicks made from a first page on."""

    client: Client
    url: str
    clics: int = 0
    page: _Page = field(init=False)
    reponse: Any = None

    def __post_init__(self) -> None:
        self._show(self.client.get(self.url))

    def follow(self, words: str) -> None:
        """Click the only link whose text holds these words."""
        [href] = {href for text, href in self.page.liens if words in " ".join(text.split())}
        self.clics, self.url = self.clics + 1, href
        self._show(self.client.get(href))

    def press(self, words: str) -> None:
        """Press the only button whose text holds these words, with what its form already holds."""
        [sent] = [sent for text, sent in self.page.boutons if words in " ".join(text.split())]
        self.clics += 1
        self._show(self.client.post(self.url, self.page.champs | sent, follow=True))

    def _show(self, response: Any) -> None:
        assert response.status_code == 200, response.status_code
        self.reponse, self.page = response, _Page(response.content.decode())
