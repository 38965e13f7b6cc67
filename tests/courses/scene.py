"""The people of the races, one file of their own for each act, and how an act is described."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client

from agents.authentication import create_token
from agents.models import Agent
from agents.roles import Role
from tests.factories.agents import make_agent, make_direction, make_lieu, make_marche, make_prestataire
from tests.factories.reference import make_reference_tables
from tests.factories.transitions import APRES_MIDI, Monde

Saisie = dict[str, Any]


@dataclass(frozen=True)
class Scene:
    """Everybody, in one direction and one prestataire; browsers and programs of theirs."""

    monde: Monde
    agents: dict[str, Agent]
    sessions: dict[str, str] = field(default_factory=dict)
    jetons: dict[str, str] = field(default_factory=dict)

    def cookies(self, par: str) -> dict[str, str]:
        """What the browser of an agent holds; one log-in each."""
        if par and par not in self.sessions:
            client = Client()
            client.force_login(self.agents[par], backend="agents.backends.AgentBackend")
            self.sessions[par] = client.cookies[settings.SESSION_COOKIE_NAME].value
        return {settings.SESSION_COOKIE_NAME: self.sessions[par]} if par else {}

    def afresh(self) -> "Scene":
        """The same office, with a prescriber, advisers and an agent who have nothing else to do."""
        prestataire, direction = self.monde.lieu.prestataire, self.monde.direction
        monde = replace(
            self.monde,
            conseiller=make_agent(Role.CONSEILLER_BILAN, prestataire),
            autre_conseiller=make_agent(Role.CONSEILLER_BILAN, prestataire),
            prescripteur=make_agent(Role.PRESCRIPTEUR, direction),
        )
        new = {"conseiller": monde.conseiller, "releve": monde.autre_conseiller, "prescripteur": monde.prescripteur}
        new["agent_ofii"] = make_agent(Role.AGENT_OFII, direction)
        return Scene(monde, {**self.agents, **new})

    def bearer(self, par: str) -> str:
        if par not in self.jetons:
            self.jetons[par] = create_token(self.agents[par], libelle="essai")
        return f"Bearer {self.jetons[par]}"


@dataclass(frozen=True)
class Situation:
    """What an act is asked for: the arguments of its address, what is typed, and what the browser holds already."""

    adresse: dict[str, Any] = field(default_factory=dict)
    saisie: Saisie = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Acte:
    """One row of the table: who, on what, typing what, when.

    ``situation`` lays a file of its own and returns it: a row (its key goes into the address), arguments by name, or a
    whole ``Situation``. ``page`` names the page that holds the form when it is not the act's own address;
    ``sans_effet`` is why nothing is written, ``chacun`` why each of the fifty counts. After an act
    that ends the session (``session_finie``) whoever comes later is led to log in.
    """

    par: str
    situation: Callable[[Scene], Any] = lambda scene: {}
    saisie: Saisie | Callable[[Scene], Saisie] = field(default_factory=dict)
    quand: datetime = APRES_MIDI
    page: str = ""
    sans_effet: str = ""
    chacun: str = ""
    session_finie: bool = False

    def lay(self, scene: Scene) -> Situation:
        laid = self.situation(scene)
        if not isinstance(laid, Situation):
            laid = Situation(adresse=laid if isinstance(laid, dict) else {"pk": laid.pk})
        typed = self.saisie(scene) if callable(self.saisie) else self.saisie
        return replace(laid, saisie={**typed, **laid.saisie})


def lettres() -> str:
    """A word that nobody has typed yet, of letters alone."""
    return "".join(chr(ord("a") + int(digit, 16)) for digit in uuid.uuid4().hex[:8])


def as_json(saisie: Saisie) -> Saisie:
    """What a page sends, as a program says it."""
    return {name: _value(value) for name, value in saisie.items() if value != ""}


def _value(text: Any) -> Any:
    if text in ("on", "oui", "non"):
        return text != "non"
    try:
        return datetime.strptime(text, "%d/%m/%Y").date().isoformat()  # noqa: DTZ007
    except (TypeError, ValueError):
        return text


def build() -> Scene:
    make_reference_tables()
    direction, prestataire = make_direction("75", "Paris"), make_prestataire()
    make_marche(prestataire, direction)
    offices = {
        "agent_ofii": Role.AGENT_OFII,
        "prescripteur": Role.PRESCRIPTEUR,
        "collegue": Role.PRESCRIPTEUR,
        "directeur": Role.DIRECTEUR_TERRITORIAL,
        "correspondant": Role.CORRESPONDANT_OFII,
    }
    agents = {name: make_agent(role, direction) for name, role in offices.items()}
    for name, role in (
        ("conseiller", Role.CONSEILLER_BILAN),
        ("releve", Role.CONSEILLER_BILAN),
        ("responsable", Role.RESPONSABLE_PRESTATAIRE),
    ):
        agents[name] = make_agent(role, prestataire)
    agents["administrateur"] = make_agent(Role.ADMINISTRATEUR)
    monde = Monde(
        direction=direction,
        prescripteur=agents["prescripteur"],
        autre_prescripteur=agents["collegue"],
        conseiller=agents["conseiller"],
        autre_conseiller=agents["releve"],
        lieu=make_lieu(prestataire),
    )
    return Scene(monde, agents)


TABLES = """
    SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND relname NOT IN ('django_session', 'core_soumission', 'django_migrations') ORDER BY 1
"""
_SNAPSHOT: list[str] = []


def rows() -> set[tuple[str, str]]:
    """Every row of every table, by its fingerprint."""
    with connection.cursor() as cursor:
        if not _SNAPSHOT:
            cursor.execute(TABLES)
            tables = [name for (name,) in cursor.fetchall()]
            _SNAPSHOT.append(" UNION ALL ".join(f"SELECT '{name}', md5(t::text) FROM {name} t" for name in tables))
        cursor.execute(_SNAPSHOT[0])
        return set(cursor.fetchall())


def effect(before: set[tuple[str, str]], after: set[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    """For each table that changed: how many rows it has that it had not, and the reverse."""
    counts: dict[str, tuple[int, int]] = {}
    for name, _ in after - before:
        new, gone = counts.get(name, (0, 0))
        counts[name] = new + 1, gone
    for name, _ in before - after:
        new, gone = counts.get(name, (0, 0))
        counts[name] = new, gone + 1
    return counts
