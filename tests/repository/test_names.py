"""A name written in one place exists in the other: addresses, events, transitions, codes."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.template.loader import get_template

from bilan import prefet
from bilan.models import Bilan
from bilan.states import Etat
from bilan.workflow import ACTS
from cai.models import TitreAdmission
from dossiers.api_transitions import TRANSITIONS
from dossiers.chronologie import FAMILLES, SENTENCES, famille
from dossiers.droit_acces_mots import ACTES
from dossiers.situation import Situation
from exemptions.domain import bareme
from tests.access.routes import every_route
from tests.repository.sources import RACINE, application_files, shown, templates, texts

ROUTES = {route.name for route in every_route()}
NAMESPACES = {name.split(":")[0] for name in ROUTES if ":" in name}
_URL_TAG = re.compile(r"{%\s*url\s+[\"']([^\"']+)[\"']")
_NAME = re.compile(r"^([a-z_]+):[a-z_]+$")


def test_every_address_named_in_a_template_exists():
    named = {(shown(path), name) for path in templates() for name in _URL_TAG.findall(path.read_text(errors="ignore"))}
    assert named, "templates name addresses"
    assert {(path, name) for path, name in named if name not in ROUTES} == set()


def test_every_address_named_in_code_exists():
    named = {
        (shown(path), text)
        for path in application_files()
        for text in texts(path)
        if (match := _NAME.match(text)) and match.group(1) in NAMESPACES
    }
    assert named
    assert {(path, name) for path, name in named if name not in ROUTES} == set()


# Who writes to the journal names events whole, the transitions' apart (bilan/workflow.py, bilan/prefet.py).
_WRITER = re.compile(r"\b(?:journal\.record|_?tell)\(")
_EVENT = re.compile(r"^[a-z]+\.[a-z_]+$")


def _events_recorded() -> set[str]:
    readers = {"chronologie.py", "recits"}
    writers = [path for path in application_files() if not readers & set(path.parts)]
    writers = [path for path in writers if _WRITER.search(path.read_text(encoding="utf-8"))]
    written = {text for path in writers for text in texts(path) if _EVENT.match(text)}
    return written | {f"bilan.{name}" for name in ACTS} | {f"proposition.{name}" for name in prefet.ACTES}


def test_every_event_has_its_sentence_in_the_timeline():
    assert _events_recorded() - set(SENTENCES) == set()


def test_the_timeline_tells_no_event_that_nobody_records():
    assert set(SENTENCES) - _events_recorded() == set()


def test_every_event_belongs_to_a_family_the_reader_can_choose():
    assert {name for name in SENTENCES if famille(name) not in FAMILLES} == set()


def _transitions() -> set[str]:
    field = Bilan._meta.get_field("etat")
    return {transition.name for transition in field.get_all_transitions(Bilan)}


def test_every_transition_has_its_words_and_its_name_in_the_api():
    assert _transitions() <= set(ACTS)
    # The prestataire's own planning: who assigns advisers sees no bilan through the API.
    assert set(TRANSITIONS) == _transitions() - {"affecter_conseiller"}


def test_every_state_of_the_conduct_is_a_situation():
    assert set(Etat.values) - {Etat.SIGNATURE_REFUSEE} <= set(Situation.values)


@pytest.mark.rule("C.2-titres")
@pytest.mark.django_db
def test_every_permit_of_the_code_list_has_its_rule():
    call_command("load_reference", verbosity=0)
    assert set(TitreAdmission.objects.values_list("code", flat=True)) == set(bareme.TITRES)


@pytest.mark.parametrize("path", [path for path in templates() if path.suffix in (".html", ".txt")], ids=shown)
def test_every_template_compiles(path: Path):
    get_template(str(path.relative_to(RACINE / "templates")))


# Of many files at once, or of none: no line of one person’s.
_DE_PLUSIEURS = {"demander_tirage", "exporter_agenda", "imprimer_tirage", "rome_importe"}


def test_every_look_at_a_file_has_its_words_for_the_person():
    apps = {"bilan", "cai", "dossiers", "exemptions", "poleemploi"}
    logged = {
        name
        for path in application_files()
        if shown(path).split("/")[0] in apps
        for name in re.findall(r'journal\.log_access\(\s*"([a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert "voir_dossier" in logged
    assert logged - _DE_PLUSIEURS - set(ACTES) == set()
