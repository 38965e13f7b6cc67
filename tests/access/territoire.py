"""A small world for the tests of access: two directions, two prestataires, every role in each, files in every stage."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone

from agents.authentication import create_token
from agents.models import Agent, DirectionTerritoriale, Jeton, Lieu, Prestataire
from agents.roles import Role
from bilan.models import Bilan, Courrier, NotePhase, Synthese, TirageCourriers
from bilan.states import Etat
from cai.models import Certificat, Contrat, PropositionPrefet, SeancePrestation
from cai.services_famille import sign_famille
from core import clock
from core.uploads import Fichier
from exemptions.fichiers import attach_file
from exemptions.models import Justificatif, JustificatifFichier
from exemptions.services import add_justificatif
from poleemploi.models import Canal, EvenementEcarte, EvenementRecu, Tentative, Transmission
from tests.factories.agents import make_agent, make_direction, make_lieu, make_marche, make_prestataire
from tests.factories.cai import make_contrat, make_formation
from tests.factories.conduite import JOUR, advance, make_convoque
from tests.factories.prefet import note, propose
from tests.factories.programmation import make_prescrit
from tests.factories.reference import make_reference_tables
from tests.factories.transmissions import make_transmission

ANONYME = "anonyme"
MAINTENANT = clock.at(date(2010, 5, 12), 15)

# Who stands at the door, and where: the columns of docs/access.csv. All files are of the first direction, in the care
# of "prescripteur", entrusted to "conseiller_bilan" of the first prestataire.
_OFII = (Role.AGENT_OFII, Role.PRESCRIPTEUR, Role.DIRECTEUR_TERRITORIAL, Role.CORRESPONDANT_OFII)
_PRESTATAIRE = (Role.CONSEILLER_BILAN, Role.RESPONSABLE_PRESTATAIRE)


@dataclass
class Territoire:
    """Who there is, and what there is to ask for."""

    agents: dict[str, Agent]
    sessions: dict[str, str]
    jetons: dict[str, str]
    direction: DirectionTerritoriale
    prestataire: Prestataire
    lieu: Lieu
    contrat: Contrat  # to be assessed
    justificatif: Justificatif
    copie: JustificatifFichier
    seance: SeancePrestation
    certificat: Certificat
    bilans: dict[Etat, Bilan]  # one per stage
    synthese: Synthese  # validated
    transmission: Transmission
    ecarte: EvenementEcarte
    courrier: Courrier
    tirage: TirageCourriers  # ready to be opened
    proposition: PropositionPrefet  # of a closing, signed
    jeton: Jeton  # of the prescriber

    @property
    def roles(self) -> list[str]:
        """The columns, in order."""
        return [ANONYME, *self.agents]

    def browser(self, role: str) -> Client:
        """A browser of its own for each request, in which the agent is logged in."""
        client = Client(raise_request_exception=False)
        if role != ANONYME:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
        return client

    def program(self, role: str) -> Client:
        """A caller of the API with a token of the agent."""
        headers = {} if role == ANONYME else {"Authorization": f"Bearer {self.jetons[role]}"}
        return Client(raise_request_exception=False, headers=headers)


@contextmanager
def a_day_of_the_world() -> Iterator[None]:
    """The day on which everything here can be asked for."""
    with clock.travel(MAINTENANT):
        yield


def build() -> Territoire:
    make_reference_tables()
    ici, ailleurs = make_direction("75", "Paris"), make_direction("69", "Lyon", region="82")
    prestataire, autre = make_prestataire(), make_prestataire("Atouts Bilans")
    make_marche(prestataire, ici, ailleurs)
    make_marche(autre, ici, ailleurs)
    lieu = make_lieu(prestataire)
    agents = _people(ici, ailleurs, prestataire, autre)
    prescripteur, conseiller = agents["prescripteur"], agents["conseiller_bilan"]
    bilans = _bilans(ici, prescripteur, conseiller)
    transmission = make_transmission(ici, prescripteur, conseiller, nom="Traoré", prenom="Awa")
    bilans[Etat.SYNTHESE_VALIDEE] = transmission.bilan
    contrat = bilans[Etat.A_EVALUER].contrat
    with clock.travel(MAINTENANT):
        justificatif = add_justificatif(
            contrat=contrat, type_piece="contrat_travail", date_document=date(2010, 3, 1), by=prescripteur
        )
        sign_famille(
            contrat=contrat,
            date_signature=date(2010, 3, 15),
            conjoint="aucun",
            enfants=[date(2002, 6, 1)],
            by=prescripteur,
        )
        copie = attach_file(justificatif=justificatif, fichier=Fichier("png", b"\x89PNG"), by=prescripteur)
        seance, certificat = make_formation(contrat, by=prescripteur)
    NotePhase.objects.update_or_create(
        bilan=bilans[Etat.PHASE_CONCLUSION], phase=Etat.PHASE_PRELIMINAIRE, defaults={"texte": {"texte": "Cuisine."}}
    )
    note(bilans[Etat.CONVOQUE].contrat, "formation_civique", "non_suivie_sans_motif")
    Canal.objects.get_or_create()
    Tentative.objects.create(transmission=transmission, numero=1, operation="depot", ouverte_at=timezone.now())
    jetons = {role: create_token(agent, libelle="essai") for role, agent in agents.items()}
    return Territoire(
        agents=agents,
        sessions={role: _session(agent) for role, agent in agents.items()},
        jetons=jetons,
        direction=ici,
        prestataire=prestataire,
        lieu=lieu,
        contrat=contrat,
        justificatif=justificatif,
        copie=copie,
        seance=seance,
        certificat=certificat,
        bilans=bilans,
        synthese=transmission.synthese,
        transmission=transmission,
        ecarte=EvenementEcarte.objects.create(
            evenement=EvenementRecu.objects.create(evenement="EVT-1", recu_at=MAINTENANT, sort="ecarte"),
            motif="type_inconnu",
            contrat=transmission.bilan.contrat,
            contenu=b"{}",
        ),
        courrier=Courrier.objects.filter(contrat=bilans[Etat.CONVOQUE].contrat).first(),
        tirage=TirageCourriers.objects.create(
            direction=ici, jour=JOUR, par=prescripteur, total=1, etat="pret", pret_at=MAINTENANT, pdf=b"%PDF-1.7"
        ),
        proposition=propose(
            bilans[Etat.CONVOQUE].contrat, "resiliation", by=agents["directeur_territorial"], le=date(2010, 5, 3)
        ),
        jeton=prescripteur.jetons.get(),
    )


def _people(
    ici: DirectionTerritoriale, ailleurs: DirectionTerritoriale, prestataire: Prestataire, autre: Prestataire
) -> dict[str, Agent]:
    people: dict[str, Agent] = {}
    for role in (*_OFII, *_PRESTATAIRE):
        here, there = (ici, ailleurs) if role in _OFII else (prestataire, autre)
        people[role.value] = make_agent(role, here)
        if role in (Role.PRESCRIPTEUR, Role.CONSEILLER_BILAN):
            people[f"{role.value}_collegue"] = make_agent(role, here)
        people[f"{role.value}_ailleurs"] = make_agent(role, there)
    people[Role.ADMINISTRATEUR.value] = make_agent(Role.ADMINISTRATEUR)
    return people


def _bilans(ici: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> dict[Etat, Bilan]:
    bilans = {Etat.A_EVALUER: make_contrat(by=prescripteur, numero_cai="75-2010-900001").bilans.get()}
    bilans[Etat.A_PROGRAMMER] = make_prescrit(by=prescripteur, numero_cai="75-2010-900002", nom="Sow")
    bilans[Etat.CONVOQUE] = make_convoque(ici, prescripteur, conseiller, nom="Keita", prenom="Salif")
    for nom, etat in (("Ba", Etat.PHASE_CONCLUSION), ("Kone", Etat.SYNTHESE_PRESENTEE)):
        bilan = make_convoque(ici, prescripteur, conseiller, jour=JOUR, nom=nom, prenom="Binta")
        bilans[etat] = advance(bilan, etat)
    return bilans


def _session(agent: Agent) -> str:
    client = Client()
    client.force_login(agent, backend="agents.backends.AgentBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def addresses(territoire: Territoire, name: str) -> dict[str, Any]:
    """The arguments with which a named address is asked for."""
    space, view = name.split(":")
    if space == "admin":
        return _of_the_administration(territoire, view)
    valide = territoire.bilans[Etat.SYNTHESE_VALIDEE]
    return {
        "pk": _ROWS[name](territoire) if name in _ROWS else _BY_SPACE[space](territoire),
        "portee": "transmission",
        "phase": Etat.PHASE_PRELIMINAIRE.value,
        "uidb64": "MQ",
        "token": "choisir",
        "name": "",
        "type_proposition": "cloture",
        "genre": "attestation_nominative",
        "dossier": valide.contrat_id,
    }


def _of_the_administration(territoire: Territoire, view: str) -> dict[str, Any]:
    content_type = ContentType.objects.get_for_model(Prestataire)
    values: dict[str, Any] = {"app_label": "agents", "content_type_id": content_type.pk, "url": ""}
    values["object_id"] = territoire.prestataire.pk
    label = view.rsplit("_", 1)[0]
    for model in ContentType.objects.all():
        if f"{model.app_label}_{model.model}" == label:
            values["object_id"] = model.model_class()._default_manager.order_by("pk").first().pk
    return values


_BY_SPACE: dict[str, Any] = {
    "cai": lambda territoire: territoire.contrat.pk,
    "dossiers": lambda territoire: territoire.contrat.pk,
    "exemptions": lambda territoire: territoire.contrat.pk,
    "bilan": lambda territoire: territoire.bilans[Etat.PHASE_CONCLUSION].pk,
    "poleemploi": lambda territoire: territoire.bilans[Etat.SYNTHESE_VALIDEE].pk,
    "api": lambda territoire: territoire.bilans[Etat.PHASE_CONCLUSION].pk,
    "agents": lambda territoire: territoire.jeton.pk,
    "core": lambda territoire: None,
}
_ROWS: dict[str, Any] = {
    "cai:view_famille": lambda territoire: territoire.contrat.pk,
    "cai:sign_famille": lambda territoire: territoire.contrat.pk,
    "cai:act_famille": lambda territoire: territoire.contrat.famille.pk,
    "cai:record_school": lambda territoire: territoire.contrat.famille.enfants.get().pk,
    "api:famille": lambda territoire: territoire.contrat.pk,
    "api:acte_famille": lambda territoire: territoire.contrat.pk,
    "dossiers:open_person": lambda territoire: uuid.uuid4(),
    "dossiers:open_contract": lambda territoire: uuid.uuid4(),
    "dossiers:open_check": lambda territoire: uuid.uuid4(),
    "exemptions:verify_justificatif": lambda territoire: territoire.justificatif.pk,
    "exemptions:reject_justificatif": lambda territoire: territoire.justificatif.pk,
    "exemptions:attach_file": lambda territoire: territoire.justificatif.pk,
    "exemptions:remove_file": lambda territoire: territoire.justificatif.pk,
    "exemptions:read_file": lambda territoire: territoire.copie.pk,
    "api:examen": lambda territoire: territoire.justificatif.pk,
    "api:copie": lambda territoire: territoire.justificatif.pk,
    "api:lecture_copie": lambda territoire: territoire.copie.pk,
    "api:pieces": lambda territoire: territoire.contrat.pk,
    "api:droit_acces": lambda territoire: territoire.contrat.pk,
    "cai:correct_seance": lambda territoire: territoire.seance.pk,
    "cai:remove_seance": lambda territoire: territoire.seance.pk,
    "cai:remove_certificat": lambda territoire: territoire.certificat.pk,
    "bilan:convoke": lambda territoire: territoire.bilans[Etat.A_PROGRAMMER].pk,
    "bilan:preview_letter": lambda territoire: territoire.bilans[Etat.A_PROGRAMMER].pk,
    "bilan:assign_adviser": lambda territoire: territoire.bilans[Etat.CONVOQUE].rendez_vous.get().pk,
    "bilan:print_for_signature": lambda territoire: territoire.bilans[Etat.SYNTHESE_PRESENTEE].pk,
    "bilan:print_copy": lambda territoire: territoire.synthese.pk,
    "bilan:appointment_calendar": lambda territoire: territoire.bilans[Etat.CONVOQUE].rendez_vous.get().pk,
    "bilan:view_print_run": lambda territoire: territoire.tirage.pk,
    "bilan:open_print_run": lambda territoire: territoire.tirage.pk,
    "bilan:prepare_proposition": lambda territoire: territoire.contrat.pk,
    "bilan:sign_proposition": lambda territoire: territoire.contrat.pk,
    "bilan:view_proposition": lambda territoire: territoire.proposition.pk,
    "bilan:proposition_act": lambda territoire: territoire.proposition.pk,
    "bilan:issue_attestation": lambda territoire: territoire.contrat.pk,
    "bilan:preview_attestation": lambda territoire: territoire.contrat.pk,
    "bilan:issue_letter": lambda territoire: territoire.contrat.pk,
    "bilan:preview_free_letter": lambda territoire: territoire.contrat.pk,
    "api:courriers": lambda territoire: territoire.contrat.pk,
    "api:courrier": lambda territoire: territoire.courrier.pk,
    "api:tirage": lambda territoire: territoire.tirage.pk,
    "api:fichier_tirage": lambda territoire: territoire.tirage.pk,
    "bilan:print_courrier": lambda territoire: territoire.courrier.pk,
    "poleemploi:view_transmission": lambda territoire: territoire.transmission.pk,
    "poleemploi:requeue_transmission": lambda territoire: territoire.transmission.pk,
    "poleemploi:redeposit": lambda territoire: territoire.transmission.pk,
    "poleemploi:abandon": lambda territoire: territoire.transmission.pk,
    **dict.fromkeys(
        (
            "poleemploi:apply_set_aside",
            "poleemploi:classify_set_aside",
            "api:application_retour",
            "api:classement_retour",
        ),
        lambda territoire: territoire.ecarte.pk,
    ),
    "api:propositions": lambda territoire: territoire.contrat.pk,
    "api:preparation": lambda territoire: territoire.contrat.pk,
    "api:attestation": lambda territoire: territoire.contrat.pk,
    "api:proposition_acte": lambda territoire: territoire.proposition.pk,
    "api:contrat": lambda territoire: territoire.contrat.pk,
    "api:evenements": lambda territoire: territoire.contrat.pk,
    **dict.fromkeys(
        ("api:pre_arrivee", "api:prescription", "api:decision", "api:seances_formation", "api:certificats"),
        lambda territoire: territoire.contrat.pk,
    ),
    "api:seance_formation": lambda territoire: territoire.seance.pk,
    "api:certificat": lambda territoire: territoire.certificat.pk,
    "api:evaluations": lambda territoire: territoire.contrat.pk,
    "api:consentements": lambda territoire: territoire.bilans[Etat.SYNTHESE_VALIDEE].pk,
    "api:impressions": lambda territoire: territoire.bilans[Etat.SYNTHESE_PRESENTEE].pk,
    "api:transmission": lambda territoire: territoire.transmission.pk,
    "api:relance": lambda territoire: territoire.transmission.pk,
    "api:redepot": lambda territoire: territoire.transmission.pk,
    "api:abandon": lambda territoire: territoire.transmission.pk,
    "api:affectation": lambda territoire: territoire.bilans[Etat.CONVOQUE].pk,
}
