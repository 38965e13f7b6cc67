"""The acts about a file: opening and correcting it, exemption and its documents, the family's contract."""

import uuid
from datetime import date
from itertools import count
from typing import Any

from django.test import Client

from cai.models import Contrat, ContratFamille
from cai.services_famille import sign_famille
from core import clock
from core.uploads import Fichier
from exemptions.models import Justificatif
from exemptions.services import add_justificatif, reject_justificatif
from tests.courses.scene import Acte, Scene, Situation, as_json, lettres
from tests.factories.cai import make_contrat
from tests.factories.fichiers import pdf

_NUMEROS = count(700_000)
SIGNATURE = date(2010, 3, 15)
LE_JOUR = clock.at(SIGNATURE, 10)
EN_MAI = clock.at(date(2010, 5, 20), 10)
EN_SESSION = "only the session of the browser changes"
RIEN = "nothing is written: it may be asked for each time"

PERSONNE = {
    "nom": "N’Diaye", "prenom": "Fatou", "sexe": "F", "date_naissance": "1/7/1980", "nationalite": "SEN",
    "langue_comprise": "fr", "adresse": "12, rue des Lilas", "code_postal": "75020", "ville": "Paris",
}  # fmt: skip
CONTRAT = {"date_entretien": "15/03/2010", "date_signature": "15/03/2010", "titre_admission": "L313-11"}
REPONSES = dict.fromkeys(("scolarise", "declare_activite", "declare_ne_recherche_pas", "inscrit_pole_emploi"), "non")
DROIT_ACCES = {"motif": "demande_ecrite", "demande_recue_le": "10/05/2010"}
PIECE = {"type_piece": "contrat_travail", "date_document": "01/03/2010", "fin_validite": ""}
FAMILLE = {"date_signature": "15/03/2010", "conjoint": "signe", "enfants-0-date_naissance": "01/06/2002"}


def _numero() -> str:
    """Far from those that are given one after the other."""
    return f"75-2010-{next(_NUMEROS)}"


def dossier(scene: Scene) -> Contrat:
    return make_contrat(by=scene.agents["agent_ofii"], nom=f"Course{lettres()}", numero_cai=_numero())


def _ouverture(*, contrat: bool, personne: bool = True) -> Any:
    """An opening half way, in the session of a browser."""

    def _lay(scene: Scene) -> Situation:
        browser, pk = Client(), uuid.uuid4()
        browser.force_login(scene.agents["agent_ofii"], backend="agents.backends.AgentBackend")
        person = {**PERSONNE, "nom": f"Course{lettres()}"}
        with clock.travel(LE_JOUR):
            if personne:
                browser.post(f"/dossiers/ouvrir/{pk}/personne/", person)
            if contrat:
                browser.post(f"/dossiers/ouvrir/{pk}/contrat/", {**CONTRAT, "numero_cai": _numero()})
        return Situation({"pk": pk}, cookies={name: morsel.value for name, morsel in browser.cookies.items()})

    return _lay


def _piece(scene: Scene, fichier: Fichier | None = None) -> Justificatif:
    agent = scene.agents["agent_ofii"]
    with clock.travel(LE_JOUR):
        return add_justificatif(
            contrat=dossier(scene), type_piece="contrat_travail", date_document=SIGNATURE, fichier=fichier, by=agent
        )


def _piece_rejetee(scene: Scene) -> Justificatif:
    piece = _piece(scene, Fichier("png", b"\x89PNG"))
    with clock.travel(LE_JOUR):
        reject_justificatif(justificatif=piece, motif="Illisible", by=scene.agents["agent_ofii"])
    return piece


def _famille(scene: Scene) -> ContratFamille:
    with clock.travel(LE_JOUR):
        return sign_famille(
            contrat=dossier(scene), date_signature=SIGNATURE, conjoint="aucun", enfants=[date(2002, 6, 1)],
            by=scene.agents["agent_ofii"],
        )  # fmt: skip


DOSSIER: dict[str, Acte] = {
    "dossiers:search": Acte("agent_ofii", saisie={"q": "Diallo"}, sans_effet=EN_SESSION),
    "dossiers:open_person": Acte(
        "agent_ofii", _ouverture(personne=False, contrat=False), PERSONNE, LE_JOUR, sans_effet=EN_SESSION
    ),
    "dossiers:open_contract": Acte("agent_ofii", _ouverture(contrat=False), CONTRAT, LE_JOUR, sans_effet=EN_SESSION),
    "dossiers:open_check": Acte("agent_ofii", _ouverture(contrat=True), quand=LE_JOUR),
    "api:contrats": Acte(
        "agent_ofii",
        saisie=lambda scene: {
            "direction": "75", "numero_cai": _numero(), **as_json(CONTRAT),
            "signataire": {**PERSONNE, "date_naissance": "1980-07-01"},
        },
        quand=LE_JOUR,
    ),
    "dossiers:correct_signataire": Acte("agent_ofii", dossier, {"ville": "Montreuil", "code_postal": "93100"}, EN_MAI),
    "dossiers:correct_contrat": Acte(
        "agent_ofii", dossier, {"date_entretien": "12/03/2010", "date_signature": "12/03/2010"}, EN_MAI
    ),
    "dossiers:cancel_file": Acte("agent_ofii", dossier, {"motif": "erreur_saisie"}, EN_MAI),
    "dossiers:export_person": Acte("agent_ofii", dossier, DROIT_ACCES | {"forme": "pdf"}, EN_MAI),
    "api:droit_acces": Acte("agent_ofii", dossier, DROIT_ACCES, EN_MAI),
    # exemption
    "exemptions:evaluate_contrat": Acte("agent_ofii", dossier, REPONSES, LE_JOUR),
    "exemptions:simulate_contrat": Acte(
        "agent_ofii", dossier, REPONSES | {"date_reference": "15/03/2010"}, LE_JOUR, sans_effet=RIEN
    ),
    "api:evaluations": Acte("agent_ofii", dossier, REPONSES | {"date_reference": "15/03/2010"}, LE_JOUR),
    "api:simulation": Acte(
        "agent_ofii",
        saisie=REPONSES | {"date_reference": "15/03/2010", "date_naissance": "01/07/1980", "titre_admission": "L314"},
        quand=LE_JOUR,
        sans_effet=RIEN,
    ),
    "exemptions:add_justificatif": Acte("agent_ofii", dossier, {**PIECE, "fichier": pdf()}, LE_JOUR),
    "api:pieces": Acte(
        "agent_ofii", dossier, {"type": "contrat_travail", "date_document": "01/03/2010"}, LE_JOUR
    ),
    "exemptions:verify_justificatif": Acte("agent_ofii", _piece, quand=LE_JOUR),
    "exemptions:reject_justificatif": Acte("agent_ofii", _piece, {"motif": "Illisible"}, LE_JOUR),
    "api:examen": Acte("agent_ofii", _piece, {"examen": "rejetee", "motif": "Illisible"}, LE_JOUR),
    "exemptions:attach_file": Acte("agent_ofii", _piece, {"fichier": pdf()}, LE_JOUR),
    "exemptions:remove_file": Acte("agent_ofii", _piece_rejetee, quand=LE_JOUR),
    # the family's contract
    "cai:sign_famille": Acte("agent_ofii", dossier, FAMILLE, EN_MAI),
    "cai:act_famille name=journee": Acte("agent_ofii", _famille, {"journee": "non_suivie_sans_motif"}, EN_MAI),
    "api:acte_famille name=journee": Acte(
        "agent_ofii", lambda scene: _famille(scene).contrat, {"journee": "non_suivie_sans_motif"}, EN_MAI
    ),
    "cai:record_school": Acte(
        "agent_ofii", lambda scene: _famille(scene).enfants.get(), {"vue_le": "10/05/2010"}, EN_MAI
    ),
}  # fmt: skip
