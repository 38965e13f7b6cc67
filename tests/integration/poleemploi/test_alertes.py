"""An alarm that names a measure nobody exposes never rings; one that leads nowhere rings in vain."""

import re
from typing import Any

import pytest
import yaml
from django.utils import timezone

from poleemploi.mesures import Releve
from tests.repository.sources import RACINE

INCIDENTS = RACINE / "docs" / "incidents.md"
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((RACINE / "deploiement" / "alertes.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
SELECTOR = re.compile(r"\b(cai_[a-z_]+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'([a-z]+)=~?"([^"]*)"')


@pytest.fixture
def exposed(db: None) -> dict[str, list[dict[str, str]]]:
    """The labels of every sample, by its name."""
    found: dict[str, list[dict[str, str]]] = {}
    for family in Releve(timezone.now()).collect():
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample.labels)
    return found


def test_every_measure_and_label_that_an_alarm_names_is_exposed(exposed: dict[str, list[dict[str, str]]]) -> None:
    assert len(RULES) > 10
    for rule in RULES:
        selectors = SELECTOR.findall(rule["expr"])
        assert selectors, rule["alert"]
        for name, matchers in selectors:
            for label, values in MATCHER.findall(matchers) or [("", "")]:
                for value in values.split("|"):
                    assert any(labels.get(label, "") == value for labels in exposed.get(name, [])), (name, label, value)


def test_every_alarm_leads_to_a_page_that_says_what_to_do() -> None:
    text = INCIDENTS.read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    for rule in RULES:
        page, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert page == "docs/incidents.md"
        assert anchor in anchors, rule["alert"]
        assert f"`{rule['alert']}`" in text, "the table of alarms names it"
        assert rule["labels"]["severity"] in ("warning", "critical")
    assert set(re.findall(r"`(Cai\w+)`", text)) == {rule["alert"] for rule in RULES}


def test_the_five_incidents_each_say_how_they_show_what_to_do_and_when_they_are_over() -> None:
    incidents = re.split(r"^## (?=\d\.)", INCIDENTS.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert len(incidents) == 5
    for incident in incidents:
        for part in ("**It shows**", "**Look**", "**Do**", "**Do not**", "**It is over**"):
            assert part in incident, incident.splitlines()[0]
