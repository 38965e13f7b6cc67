"""A real browser for every test of this folder: Debian's Chromium, driven by Playwright."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import testcases
from playwright.sync_api import ConsoleMessage, Page

# Playwright's loop runs in the test's thread; Django would take its own synchronous calls there for a mistake.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# The live server looks for Django's own app of static files by its name; ours derives from it (config/apps.py).
testcases._StaticFilesHandler = StaticFilesHandler  # type: ignore[misc]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin each half of the tests with one of the two walks, by far the longest: two workers then end together."""
    walks = [item for item in items if item.path.stem == "test_every_page"]
    if len(walks) == 2:
        others = [item for item in items if item not in walks]
        half = len(items) // 2
        items[:] = [walks[0], *others[: half - 1], walks[1], *others[half - 1 :]]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    options = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"
    return {**browser_type_launch_args, "executable_path": "/usr/bin/chromium", "args": options.split()}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "fr-FR", "reduced_motion": "reduce"}


@pytest.fixture
def quiet_page(page: Page) -> Iterator[Page]:
    """A page on which an error of script or of the security policy fails the test, once its own steps are done.

    Never from inside the listener: an exception raised there ends the browser's driver, and every test after it.
    """
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    page.on("console", lambda message: complaints.extend(_complaints(message)))
    yield page
    assert not complaints, "\n".join(complaints)


def _complaints(message: ConsoleMessage) -> list[str]:
    # A page that is left while a partial answer is awaited gives it up: htmx says so, and it is no fault.
    if message.type != "error" or message.text.startswith(("htmx:afterRequest", "htmx:sendAbort")):
        return []
    return [f"console: {message.text} ({message.location.get('url', '')})"]
