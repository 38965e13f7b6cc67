"""What is asked for in the matrix of access, and what kind of answer came back."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.test import Client
from django.urls import reverse

from bilan.actes import ACTES
from bilan.api_prefet import ENTREES
from bilan.states import Etat
from dossiers.api_transitions import TRANSITIONS
from tests.access.routes import Route, every_route
from tests.access.territoire import Territoire, addresses
from tests.repository.sources import RACINE

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
LOGIN = "/connexion/"


@dataclass(frozen=True)
class Demande:
    """One address, one variant of its arguments or of its body."""

    route: Route
    variante: tuple[tuple[str, str], ...] = ()
    corps: tuple[tuple[str, Any], ...] = field(default=(), compare=False)

    @property
    def cle(self) -> str:
        """How the row is called in docs/access.csv: ``bilan:act name=prescrire``."""
        return " ".join([self.route.name, *(f"{name}={value}" for name, value in self.variante)])

    @property
    def is_api(self) -> bool:
        return self.route.name.startswith("api:") and self.route.name != "api:documentation"

    def url(self, territoire: Territoire) -> str:
        values = {**addresses(territoire, self.route.name), **dict(self.variante)}
        if self.route.name in _STAGES:
            values["pk"] = territoire.bilans[_stage(values["name"])].pk
        return reverse(self.route.name, kwargs={name: values[name] for name in self.route.arguments})

    def body(self, territoire: Territoire, method: str) -> dict[str, Any]:
        """A body that the schema accepts, so that rights alone decide; pages ask for rights before they read a form."""
        if not self.is_api or method == "GET":
            return {}
        body = dict(_examples().get((_template_of(self.route), method.lower()), {}))
        if self.route.name == "api:transition":
            body = dict(TRANSITIONS[dict(self.variante)["name"]].exemple)
        if self.route.name == "api:proposition_acte":
            body = dict(ENTREES[dict(self.variante)["name"]][1])
        known = {
            "prescripteur": territoire.agents["prescripteur"].pk,
            "conseiller": territoire.agents["conseiller_bilan"].pk,
            "lieu": territoire.lieu.pk,
        }
        body |= {name: str(pk) for name, pk in known.items() if name in body}
        return {**body, **dict(self.corps)}


# Acts of a bilan: each on a file of a stage where the agents who may do it see it.
_STAGES = {"bilan:act", "bilan:preview_act_letter", "api:transition"}
_BEFORE = ("prescrire", "constater_exemption", "lever_exemption")


def _stage(name: str) -> Etat:
    if name in _BEFORE:
        return Etat.A_EVALUER
    if name == "convoquer":
        return Etat.A_PROGRAMMER
    if name in ("valider_synthese", "constater_refus_signature", "reprendre_synthese", "presenter_synthese"):
        return Etat.SYNTHESE_PRESENTEE
    if name in ("interrompre", "passer_en_investigation", "passer_en_conclusion", "rediger_synthese"):
        return Etat.PHASE_CONCLUSION
    return Etat.SYNTHESE_VALIDEE if name == "cloturer" else Etat.CONVOQUE


def every_demande() -> Iterator[Demande]:
    for route in every_route():
        if route.name == "bilan:act":
            yield from (Demande(route, (("name", name),)) for name in ACTES)
        elif route.name == "bilan:preview_act_letter":
            yield from (Demande(route, (("name", name),)) for name, acte in ACTES.items() if acte.lettre)
        elif route.name in ("bilan:proposition_act", "api:proposition_acte"):
            yield from (Demande(route, (("name", name),)) for name in ENTREES)
        elif route.name == "api:transition":
            yield from (Demande(route, (("name", name),)) for name in TRANSITIONS)
        elif route.name in ("bilan:issue_letter", "bilan:preview_free_letter"):
            yield Demande(route, (("name", "suivi"),))
        elif route.name in ("cai:act_famille", "api:acte_famille"):
            yield Demande(route, (("name", "journee"),))
        elif route.name == "api:consentements":
            for decision in ("accorde", "retire"):
                yield Demande(route, (("decision", decision),), (("decision", decision),))
        elif route.name == "api:impressions":
            for motif in ("signature", "remise_beneficiaire"):
                yield Demande(route, (("motif", motif),), (("motif", motif),))
        elif "name" in route.arguments:
            yield Demande(route, (("name", _FORMATION),))
        else:
            yield Demande(route)


_FORMATION = "formation_civique"  # rights are the same for the three trainings
_EXAMPLES: dict[tuple[str, str], dict[str, Any]] = {}


def _examples() -> dict[tuple[str, str], dict[str, Any]]:
    """The body given as an example for each operation of the API's document."""
    if not _EXAMPLES:
        document = yaml.safe_load((RACINE / "docs" / "openapi.yaml").read_text(encoding="utf-8"))
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                media = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
                for example in media.get("examples", {}).values():
                    _EXAMPLES.setdefault((path, method), example["value"])
    return _EXAMPLES


def _template_of(route: Route) -> str:
    values = {name: "00000000-0000-0000-0000-000000000000" if name == "pk" else "xxx" for name in route.arguments}
    address = reverse(route.name, kwargs=values)
    return address.replace("00000000-0000-0000-0000-000000000000", "{id}").replace("xxx", "{name}")


def ask(client: Client, demande: Demande, territoire: Territoire, method: str) -> str:
    """Send one request; tell what kind of answer it got. Anything but an answer foreseen is an error of the test."""
    url, body = demande.url(territoire), demande.body(territoire, method)
    if demande.is_api:
        response = client.generic(method, url, json.dumps(body), content_type="application/json")
    elif method == "POST":
        response = client.post(url, body)
    else:
        response = client.generic(method, url)
    status = response.status_code
    if status == 302 and response["Location"].startswith(f"{LOGIN}?next="):
        return "connexion"
    # A rule may stand in the way (409), or a form be empty (200, 422): who asked had the right to.
    if status in (200, 201, 302, 307, 409) or (status == 422 and not demande.is_api):
        return "ok"
    if status in (401, 403, 404, 405):
        return str(status)
    raise AssertionError(f"{method} {demande.cle}: {status} {response.content[:300]!r}")
