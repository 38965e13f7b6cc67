"""Accessibility of a page as the browser shows it, by axe-core (tests/vendor/axe.min.js).

The script goes in through the browser's debugging door, so that the page's own security policy stays on.
"""

from pathlib import Path

from playwright.sync_api import Page

_SOURCE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
_RUN = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  const place = node => `\\n    ${node.target} ${node.html}`;
  return found.violations.map(rule => `${rule.id}: ${rule.help}` + rule.nodes.map(place).join(""));
}"""


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it now stands: one text a rule broken, with the elements that break it."""
    page.evaluate(_SOURCE)
    return page.evaluate(_RUN)


def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window; 0 means that nothing scrolls sideways."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
