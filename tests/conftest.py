"""What every test may ask for: places, one agent per role, a browser session of theirs, a file."""

import gc
import io
import logging
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from agents.models import Agent, DirectionTerritoriale, Lieu, Prestataire
from agents.roles import Role
from agents.tasks import send_password_link
from bilan.courriers import Numerote
from bilan.documents import synthese_pdf
from bilan.emission import printed as letter_on_paper
from bilan.fiche import Fiche
from bilan.models import Bilan
from cai.models import Contrat
from core import clock
from core.logs import configure
from tests.factories.agents import make_agent, make_direction, make_lieu, make_marche, make_prestataire
from tests.factories.cai import make_contrat
from tests.factories.reference import make_reference_tables
from tests.factories.transitions import Monde
from tests.gabarits import refuse_undefined_variables


def pytest_collection_finish() -> None:
    """Stop the garbage collector from going again and again through modules and tests, which live to the end.

    A fifth of the suite's time went there.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


@pytest.fixture(scope="session", autouse=True)
def strict_templates() -> None:
    refuse_undefined_variables()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Let transactional tests empty the tables after themselves.

    They do so by TRUNCATE, which the append-only tables refuse (core/append_only.py). UPDATE and DELETE stay refused;
    what ``protect`` refuses is proved on a
    table of its own (tests/integration/core/test_append_only.py).
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%\\_no\\_truncate'")
        for trigger, table in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {trigger} ON {table}")


@pytest.fixture(scope="session", autouse=True)
def sheets_printed_once() -> Iterator[None]:
    """Keep the very same paper of the very same moment: half of the tests sign a synthesis or send a letter."""
    printed: dict[str, bytes] = {}

    def _lettre(lettre: Numerote) -> bytes:
        same = repr((lettre, clock.now()))
        if same not in printed:
            printed[same] = letter_on_paper(lettre)
        return printed[same]

    def _synthese_pdf(fiche: Fiche, created_at: datetime) -> bytes:
        same = repr((fiche, created_at))
        if same not in printed:
            printed[same] = synthese_pdf(fiche, created_at)
        return printed[same]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bilan.redaction.synthese_pdf", _synthese_pdf)
        patch.setattr("bilan.emission.printed", _lettre)
        yield


@pytest.fixture
def reference_tables(db: None) -> None:
    make_reference_tables()


@pytest.fixture
def direction(reference_tables: None) -> DirectionTerritoriale:
    return make_direction("75", "Paris")


@pytest.fixture
def autre_direction(reference_tables: None) -> DirectionTerritoriale:
    return make_direction("69", "Lyon", region="82")


@pytest.fixture
def prestataire(direction: DirectionTerritoriale) -> Prestataire:
    """A prestataire whose market covers ``direction`` on any day."""
    prestataire = make_prestataire()
    make_marche(prestataire, direction)
    return prestataire


@pytest.fixture
def autre_prestataire(direction: DirectionTerritoriale) -> Prestataire:
    prestataire = make_prestataire("Atouts Bilans")
    make_marche(prestataire, direction)
    return prestataire


@pytest.fixture
def lieu(prestataire: Prestataire) -> Lieu:
    return make_lieu(prestataire)


@pytest.fixture
def agent_ofii(direction: DirectionTerritoriale) -> Agent:
    return make_agent(Role.AGENT_OFII, direction, prenom="Agnès", nom="Auditeur")


@pytest.fixture
def prescripteur(direction: DirectionTerritoriale) -> Agent:
    return make_agent(Role.PRESCRIPTEUR, direction, prenom="Paul", nom="Prescripteur")


@pytest.fixture
def directeur(direction: DirectionTerritoriale) -> Agent:
    return make_agent(Role.DIRECTEUR_TERRITORIAL, direction, prenom="Diane", nom="Directrice")


@pytest.fixture
def correspondant(direction: DirectionTerritoriale) -> Agent:
    return make_agent(Role.CORRESPONDANT_OFII, direction, prenom="Corinne", nom="Correspondante")


@pytest.fixture
def conseiller(prestataire: Prestataire) -> Agent:
    return make_agent(Role.CONSEILLER_BILAN, prestataire, prenom="Camille", nom="Conseillère")


@pytest.fixture
def responsable(prestataire: Prestataire) -> Agent:
    return make_agent(Role.RESPONSABLE_PRESTATAIRE, prestataire, prenom="Rachid", nom="Responsable")


@pytest.fixture
def administrateur(db: None) -> Agent:
    return make_agent(Role.ADMINISTRATEUR, prenom="Aude", nom="Administratrice")


@pytest.fixture
def agent_ailleurs(autre_direction: DirectionTerritoriale) -> Agent:
    """An agent with every right of a prescriber, in another territory."""
    return make_agent(Role.PRESCRIPTEUR, autre_direction, prenom="Alain", nom="Ailleurs")


@pytest.fixture
def contrat(agent_ofii: Agent) -> Contrat:
    """A file of ``direction``: Mamadou Diallo, born 1 July 1980, signed on 15 March 2010, exemption not assessed yet.

    A test that acts on it stands on a day of its own with ``clock.travel``.
    """
    return make_contrat(by=agent_ofii)


@pytest.fixture
def bilan(contrat: Contrat) -> Bilan:
    """The bilan of ``contrat``."""
    return contrat.bilans.get()


@pytest.fixture
def monde(
    direction: DirectionTerritoriale, prestataire: Prestataire, prescripteur: Agent, conseiller: Agent, lieu: Lieu
) -> Monde:
    """The people around one file, two of each kind that may be exchanged."""
    return Monde(
        direction=direction,
        prescripteur=prescripteur,
        autre_prescripteur=make_agent(Role.PRESCRIPTEUR, direction),
        conseiller=conseiller,
        autre_conseiller=make_agent(Role.CONSEILLER_BILAN, prestataire),
        lieu=lieu,
    )


@pytest.fixture
def connect() -> Callable[[Agent], Client]:
    """A browser in which an agent is logged in."""

    def _connect(agent: Agent) -> Client:
        client = Client()
        client.force_login(agent, backend="agents.backends.AgentBackend")
        return client

    return _connect


@pytest.fixture
def letters_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker's letters, written as soon as they are asked for."""
    monkeypatch.setattr("agents.views.ring_on_commit", lambda task, identifier, expires: send_password_link(identifier))


@pytest.fixture
def printed() -> Iterator[Callable[[], str]]:
    """What the process really writes, as a server would."""
    before = logging.getLogger().handlers[:]
    configure({"niveau": "DEBUG", "format": "json"})
    (handler,) = [handler for handler in logging.getLogger().handlers if handler not in before]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream := io.StringIO())
    yield stream.getvalue
    configure(settings.LOGGING)
