"""A word that is nobody else's goes through the whole journey; what must never hold it is then read to the end."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import redis
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import reverse

from agents.authentication import create_token
from agents.models import Agent, DirectionTerritoriale, Lieu
from bilan import redaction
from bilan.api import EXEMPLE_CONTENU
from bilan.models import Bilan, Synthese
from bilan.states import Etat
from config.celery import app
from core import clock
from poleemploi import sender, services
from poleemploi.models import Transmission
from poleemploi.states import EtatTransmission
from tests.factories.conduite import JOUR, make_convoque
from tests.paper import text_of
from tests.simulateur import SimulateurEnProcessus

pytestmark = pytest.mark.django_db(transaction=True)
CANARI = "Zwyntharque"
T = EtatTransmission
# Every free text of the sheet and of what surrounds it.
CONTENU = {
    **EXEMPLE_CONTENU,
    **{
        heading: f"Rubrique {CANARI} {heading}."
        for heading in ("circonstances", "competences_aptitudes", "projet", "orientation", "parcours")
    },
    "parcours_recherche": f"Candidatures {CANARI}.",
    "diplomes": [{"intitule": f"Certificat {CANARI}", "pays": "MLI", "annee": 2004, "niveau": "V"}],
    "experiences": [{"metier": f"Aide {CANARI}", "pays": "MLI", "debut": "2004-09", "fin": "2009-06"}],
    "besoins_formation": [{"domaine": "FRANCAIS_PROFESSIONNEL", "intitule": f"Français {CANARI}"}],
    "preconisations": [f"Suivre {CANARI}."],
}


class Visiteur:
    """A caller of the API and of the pages, who keeps every address asked for and every answer's headers."""

    def __init__(self, agent: Agent, seen: list[str]) -> None:
        self.agent, self.seen = agent, seen
        jeton = create_token(agent, libelle="essai")
        self.api = Client(headers={"Authorization": f"Bearer {jeton}"}, raise_request_exception=False)
        self.browser = Client()
        self.browser.force_login(agent, backend="agents.backends.AgentBackend")

    def call(self, method: str, path: str, body: Any = None, *, expect: int = 200) -> Any:
        url = f"/api/v1/{path}"
        answer = self.api.generic(method, url, json.dumps(body or {}), content_type="application/json")
        assert answer.status_code == expect, (url, answer.content[:300])
        self._keep(url, answer)
        return answer

    def look(self, url: str) -> str:
        answer = self.browser.get(url)
        assert answer.status_code == 200, url
        self._keep(url, answer)
        return answer.content.decode()

    def search(self, words: str) -> str:
        self.browser.post("/recherche/", {"q": words})
        return self.look("/recherche/")

    def _keep(self, url: str, answer: Any) -> None:
        self.seen.append(f"{url} {answer.request.get('QUERY_STRING', '')} {dict(answer.headers)}")


@pytest.fixture
def broker() -> Iterator[Callable[[], str]]:
    """A queue of its own that no worker empties: all that was ever said to the broker."""
    before, prefix = app.conf.broker_transport_options, f"canari-{uuid4().hex[:8]}:"
    app.conf.broker_transport_options = {**before, "global_keyprefix": prefix}
    server = redis.from_url(settings.REDIS_URL)
    yield lambda: " ".join(str(message) for message in server.lrange(f"{prefix}celery", 0, -1))
    app.conf.broker_transport_options = before
    for key in server.scan_iter(f"{prefix}*"):
        server.delete(key)


def database() -> Iterator[tuple[str, str]]:
    """Every table, row by row, as text; bytes in hexadecimal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            yield table, "\n".join(row for (row,) in cursor.fetchall())


def holds(text: str) -> bool:
    lowered = text.lower()
    return CANARI.lower() in lowered or CANARI.encode().hex() in lowered


def administration() -> Iterator[str]:
    """Every list of the administration and the page of every row it shows."""
    yield reverse("admin:index")
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        for row in model._default_manager.order_by("pk")[:5]:
            yield reverse(f"{name}_change", args=[row.pk])


def write_and_present(adviser: Visiteur, bilan: Bilan, monkeypatch: pytest.MonkeyPatch) -> None:
    here = f"bilans/{bilan.pk}/"

    def move(name: str, *, expect: int = 200, **body: Any) -> Any:
        return adviser.call("POST", f"{here}transitions/{name}/", body, expect=expect)

    move("demarrer", informe=True)
    adviser.call("POST", f"{here}seances/", {"jour": str(JOUR), "minutes": 30}, expect=201)
    move("passer_en_investigation", besoins_objectifs=f"Retrouver {CANARI}.")
    adviser.call("PUT", f"{here}synthese/", {"contenu": {**CONTENU, "metiers": [CANARI]}}, expect=422)
    adviser.call("PUT", f"{here}synthese/", {"contenu": CONTENU})
    move("passer_en_conclusion")
    adviser.call("POST", f"{here}seances/", {"jour": str(JOUR), "minutes": 45}, expect=201)
    move("rediger_synthese")
    with monkeypatch.context() as broken:
        broken.setattr("bilan.redaction.synthese_pdf", _fail)
        move("presenter_synthese", expect=500)
    move("presenter_synthese")
    printed = adviser.call("POST", f"{here}impressions/", {"motif": "signature"})
    assert CANARI in text_of(printed.content), "the paper does say it"
    days = dict.fromkeys(("date_presentation", "date_signature", "date_remise"), str(JOUR))
    move("valider_synthese", observations=f"D’accord avec {CANARI}.", **days)
    answer = {"decision": "accorde", "mode": "formulaire_signe", "langue": "fr", "interprete": False}
    for portee in ("conservation_synthese", "transmission_pole_emploi"):
        adviser.call("POST", f"{here}consentements/", {"portee": portee, **answer}, expect=201)


def _fail(*args: object, **kwargs: object) -> Any:
    raise ValueError(f"cannot lay {CANARI} out: {args}")


def deposit(
    partenaire: SimulateurEnProcessus,
    bilan: Bilan,
    correspondant: Agent,
    settle: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Unreadable once, unanswered once, then received."""
    with monkeypatch.context() as broken:
        broken.setattr("poleemploi.payload.to_wire", _fail)
        assert sender.step()
    row = Transmission.objects.get(bilan=bilan)
    assert row.etat == T.ECHEC_DEFINITIF
    services.requeue(transmission=row, by=correspondant)
    partenaire.panne("ERREUR_500", operation="deposerSynthese", nombre=1)
    settle()
    assert Transmission.objects.get(bilan=bilan).etat == T.ACCUSEE
    assert CANARI in str(partenaire.depots()), "the partner does receive it"


@pytest.mark.rule("E.3-chiffrement", "E.3-exclusions", "E.6-sans-contenu")
def test_what_the_person_said_is_nowhere_in_clear_text(
    partenaire: SimulateurEnProcessus,
    settle: Callable[..., None],
    broker: Callable[[], str],
    printed: Callable[[], str],
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    correspondant: Agent,
    directeur: Agent,
    agent_ofii: Agent,
    administrateur: Agent,
    lieu: Lieu,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bilan = make_convoque(direction, prescripteur, conseiller)
    seen: list[str] = []
    people = [Visiteur(agent, seen) for agent in (agent_ofii, correspondant, directeur, prescripteur)]
    adviser, keeper, office = Visiteur(conseiller, seen), Visiteur(administrateur, seen), people[-1]
    with clock.travel(clock.at(JOUR, 14)):
        write_and_present(adviser, bilan, monkeypatch)
        deposit(partenaire, bilan, correspondant, settle, monkeypatch)
        copy = {"motif": "remise_beneficiaire", "demande_recue_le": str(JOUR)}
        office.call("POST", f"bilans/{bilan.pk}/impressions/", copy)
        assert redaction.current_draft(bilan) is None
        assert CANARI in str(Synthese.objects.get().contenu), "and it can still be deciphered"

        row = Transmission.objects.get(bilan=bilan)
        pages = [reverse(name, args=[bilan.contrat_id]) for name in ("dossiers:view_file", "dossiers:view_timeline")]
        for person in people:
            for path in (f"contrats/{bilan.contrat_id}/", f"contrats/{bilan.contrat_id}/evenements/", "bilans/"):
                seen.append(person.call("GET", path).content.decode())
            seen.extend(person.look(url) for url in ("/", *pages))
            seen.append(person.search(bilan.contrat.numero_cai))
        follower = people[1]
        seen.append(follower.call("GET", f"transmissions/{row.pk}/").content.decode())
        seen.extend(follower.look(f"/transmissions/{path}") for path in ("", "?filtre=recues", f"{row.pk}/"))
        seen.extend(keeper.look(url) for url in administration())
        asked = {"motif": "demande_ecrite", "demande_recue_le": str(JOUR)}
        seen.append(office.call("POST", f"contrats/{bilan.contrat_id}/donnees-de-la-personne/", asked).content.decode())

    assert Bilan.objects.get().etat == Etat.SYNTHESE_VALIDEE
    assert "poleemploi.envoyer_transmission" in broker()
    assert str(row.pk) in broker()
    assert "ValueError" in printed()
    assert "tentative_fermee" in printed()
    read = {"logs": printed(), "broker": broker(), "addresses, headers and pages": "\n".join(seen)}
    places = {**read, **dict(database())}
    assert places["bilan_synthesepdf"]
    assert b"%PDF".hex() not in places["bilan_synthesepdf"]
    assert [place for place, text in places.items() if holds(text)] == []
