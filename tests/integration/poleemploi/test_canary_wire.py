"""A file full of what must never be sent lives its whole life; every byte that reached the partner is then read."""

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.db import models
from pytest_django import Settings

from agents.models import Agent, DirectionTerritoriale
from bilan.models import Bilan, Consentement
from bilan.states import Etat, MotifReprise
from cai.models import Contrat, ContratFamille, Enfant, Prestation, PropositionPrefet, SeancePrestation, Signataire
from core import clock
from exemptions.models import Evaluation, Justificatif
from poleemploi import flux, payload, services
from poleemploi.models import EvenementRecu, Transmission
from tests.ecoute import Ecoute
from tests.factories.conduite import advance, make_contenu, make_convoque
from tests.factories.transmissions import RECUEIL, agree, sign_again
from tests.simulateur import SimulateurEnProcessus

CANARI = "Zwynthark"
EN_TETES = {
    "host", "user-agent", "accept", "accept-encoding", "connection", "authorization", "content-type", "content-length",
    "idempotency-key", "x-correlation-id",
}  # fmt: skip
NAISSANCE = date(1979, 11, 23)
# One day for each fact that is not sent, so that whatever leaks is named.
JOURS = {
    "birth": NAISSANCE,
    "child": date(2003, 2, 17),
    "family": date(2010, 3, 17),
    "permit": date(2009, 7, 19),
    "civic training": date(2010, 4, 13),
    "absence": date(2010, 4, 21),
    "exemption": date(2009, 9, 27),
    "document": date(2009, 8, 29),
}
MOTS = ("L313-11", "formation_civique", "vivre_en_france", "maladie", "absence", "exempt", "conjoint", "enfant")
# Sent as they are, because the contract asks for them (docs/champs.md).
ENVOYES = {origine.source for origine in payload.ORIGINES.values()}


def plant(bilan: Bilan, by: Agent) -> None:
    """Everything around the bilan that is not for Pôle emploi: family, permit, exemption, absence, other trainings."""
    cai = Contrat.objects.get(pk=bilan.contrat_id)
    Contrat.objects.filter(pk=cai.pk).update(date_premier_titre=JOURS["permit"])
    famille = ContratFamille.objects.create(
        contrat=cai, date_signature=JOURS["family"], date_echeance=date(2011, 3, 17), saisi_par=by,
        conjoint=ContratFamille.Conjoint.values[0],
    )  # fmt: skip
    Enfant.objects.create(famille=famille, rang=1, date_naissance=JOURS["child"])
    for type in (Prestation.Type.FORMATION_CIVIQUE, Prestation.Type.VIVRE_EN_FRANCE):
        prestation, _ = Prestation.objects.update_or_create(
            contrat=cai, type=type, defaults={"statut": "suivie", "date_fin": JOURS["civic training"]}
        )
        SeancePrestation.objects.create(
            prestation=prestation, jour=JOURS["absence"], minutes=180, presence="absent", saisie_par=by
        )
    Justificatif.objects.create(
        contrat=cai, type="contrat_travail", date_document=JOURS["document"], statut="recue",
        recue_le=JOURS["document"], recue_par=by,
    )  # fmt: skip
    Evaluation.objects.create(
        contrat=cai, date_reference=JOURS["exemption"], faits={"dit": CANARI}, resultat={"dit": CANARI}, exempte=False,
        evaluee_at=clock.at(JOURS["exemption"], 9), evaluee_par=by,
    )  # fmt: skip
    PropositionPrefet.objects.create(contrat=cai, type="cloture", faits=CANARI, prepare_at=clock.now(), prepare_par=by)
    bilan.rendez_vous.update(precision=CANARI)
    for model in (Signataire, Contrat):
        fill(model)


def fill(model: type[models.Model]) -> None:
    """A word that is nobody else's in each free text of every row."""
    texts = [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not field.choices
        and not field.unique
        and f"{model._meta.app_label}.{model.__name__}.{field.name}" not in ENVOYES
        and (field.max_length or 99) >= len(CANARI)
    ]
    model._default_manager.update(**dict.fromkeys(texts, CANARI))


@pytest.fixture
def ecoute(partenaire: SimulateurEnProcessus, settings: Settings) -> Iterator[Ecoute]:
    with Ecoute(partenaire.port) as ear:
        settings.PE_URL = ear.url
        yield ear


@pytest.fixture
def bilan(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent, agent_ofii: Agent) -> Bilan:
    """A validated synthesis, whose headings that stay at the office say the word too."""
    convoque = make_convoque(
        direction, prescripteur, conseiller, date_naissance=NAISSANCE, telephone="0142424243",
        courriel=f"{CANARI}@exemple.example", adresse=f"3, rue {CANARI}", code_postal="75987",
    )  # fmt: skip
    kept_here = dict.fromkeys(("circonstances", "competences_aptitudes", "projet"), f"Ici {CANARI}.")
    bilan = advance(convoque, to=Etat.SYNTHESE_VALIDEE, contenu=make_contenu(**kept_here))
    agree(bilan, Consentement.Portee.CONSERVATION, by=conseiller)
    plant(bilan, agent_ofii)
    return Bilan.objects.get(pk=bilan.pk)


def grant(bilan: Bilan, by: Agent) -> Transmission:
    details = {**RECUEIL, "commentaire": CANARI, "representant_legal": CANARI}
    return services.grant_transmission(bilan=Bilan.objects.get(pk=bilan.pk), by=by, **details)


def written(day: date) -> list[str]:
    """A day as a machine, a form and a person write it."""
    return [day.isoformat(), f"{day:%d/%m/%Y}", f"{day:%d-%m-%Y}", f"{day:%Y%m%d}", f"{day:%d%m%Y}"]


@pytest.mark.rule("E.3-pole-emploi", "E.3-exclusions")
def test_nothing_but_the_fields_of_the_contract_reaches_the_partner_in_the_whole_life_of_a_file(
    partenaire: SimulateurEnProcessus,
    ecoute: Ecoute,
    bilan: Bilan,
    conseiller: Agent,
    agent_ofii: Agent,
    settle: Callable[..., None],
) -> None:
    with clock.travel(clock.at(date(2010, 5, 12), 15)):
        grant(bilan, conseiller)
        partenaire.panne("COUPURE_APRES", operation="deposerSynthese", nombre=1)
        settle()  # lost, looked up, found
        services.rework_synthese(bilan=bilan, motif=next(iter(MotifReprise)), by=conseiller)
        sign_again(bilan)
        second = grant(bilan, conseiller)
        partenaire.panne("JETON_REFUSE", operation="deposerSynthese", nombre=1)
        settle()
        receipt = Transmission.objects.get(pk=second.pk).accuse_identifiant
        partenaire.publier("PPAE", bilan.contrat.numero_cai, {"dateEntretien": "2010-05-11"},
                           referenceAccuse=receipt, survenuLe="2010-05-12")  # fmt: skip
        partenaire.revoquer_jetons()
        flux.read_all(seconds=5)
        services.withdraw_transmission(
            bilan=Bilan.objects.get(pk=bilan.pk), by=agent_ofii, **{**RECUEIL, "commentaire": CANARI}
        )
        settle()
    assert [depot["etat"] for depot in partenaire.depots()] == ["EFFACE", "EFFACE"]
    assert EvenementRecu.objects.exists()

    heard = ecoute.heard
    assert set(re.findall(r"(\w+) /\S* HTTP/1.1", heard)) >= {"GET", "POST", "DELETE"}
    for said in ("/connexion/oauth2/access_token", "/syntheses/par-cle/", "/evenements?", '"signataire"'):
        assert said in heard, "the ear hears everything"

    low = heard.lower()
    assert [word for word in (CANARI, *MOTS) if word.lower() in low] == []
    assert [name for name, day in JOURS.items() if any(form in low for form in written(day))] == []
    for value in ("0142424243", "75987", "@exemple", str(conseiller), str(agent_ofii)):
        assert value not in heard

    assert {name.lower() for name in re.findall(r"^([A-Za-z-]+): ", heard, re.MULTILINE)} <= EN_TETES
    around = re.sub(r"{.*}", "", heard)  # all but the bodies
    for value in (bilan.contrat.numero_cai, bilan.contrat.signataire.nom, str(bilan.pk), str(bilan.contrat_id)):
        assert value not in around
