"""The acts about a bilan, its synthesis and what leaves for Pôle emploi."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from agents.models import Agent
from bilan import programmation
from bilan.actes import ACTES as ACTES_DU_BILAN
from bilan.models import Bilan, Consentement, TirageCourriers
from bilan.states import Etat
from core import clock
from dossiers.api_transitions import TRANSITIONS
from poleemploi.evenements import to_bytes
from poleemploi.models import EvenementEcarte, EvenementRecu, Transmission
from poleemploi.states import EtatTransmission
from tests.courses.scene import Acte, Saisie, Scene, Situation
from tests.factories.conduite import JOUR, advance
from tests.factories.saisies import SAISIES
from tests.factories.transitions import TABLE
from tests.factories.transmissions import agree, make_transmission, make_valide, receive

MATIN = clock.at(JOUR, 8)
LE_13 = clock.at(date(2010, 5, 13), 9)
EN_NOVEMBRE = clock.at(date(2010, 11, 10), 9)
RIEN = "nothing is written: it may be asked for each time"
Portee, Decision = Consentement.Portee, Consentement.Decision


def _transition(name: str) -> Acte:
    ligne = TABLE[name]
    return Acte(
        min(ligne.acteurs - {"systeme"}),
        lambda scene: ligne.veille(scene.monde),
        lambda scene: SAISIES[name](scene.monde) if name in SAISIES else {},
        ligne.quand,
    )


def _convocation(scene: Scene) -> Saisie:
    jour = JOUR + timedelta(days=30)
    return {
        "jour": f"{jour:%d/%m/%Y}", "heure": "09:30", "duree_fixee_minutes": "180",
        "lieu": str(scene.monde.lieu.pk), "conseiller": str(scene.monde.conseiller.pk), "confirmer": "1",
    }  # fmt: skip


def _a_convoquer(scene: Scene) -> Bilan:
    return TABLE["convoquer"].veille(scene.monde)


def _at(etat: Etat) -> Any:
    return lambda scene: advance(scene.monde.convoque(), etat)


def _valide(scene: Scene) -> Bilan:
    return make_valide(scene.monde.direction, scene.monde.prescripteur, scene.monde.conseiller, conserver=True)


def _a_accorder(scene: Scene) -> dict[str, Any]:
    return {"pk": _valide(scene).pk, "portee": "transmission"}


def _imprimable(scene: Scene) -> Bilan:
    """Validated by the services, so that there is a paper, and kept."""
    bilan = advance(scene.monde.convoque(), Etat.SYNTHESE_VALIDEE)
    agree(bilan, Portee.CONSERVATION, by=scene.monde.conseiller)
    return bilan


def _accorde(scene: Scene) -> dict[str, Any]:
    bilan = _valide(scene)
    agree(bilan, Portee.TRANSMISSION, by=scene.monde.conseiller)
    return {"pk": bilan.pk, "portee": "transmission"}


def _transmission(etat: EtatTransmission | None = None, **changes: Any) -> Any:
    def _lay(scene: Scene) -> Transmission:
        row = make_transmission(scene.monde.direction, scene.monde.prescripteur, scene.monde.conseiller)
        if etat:
            Transmission.objects.filter(pk=row.pk).update(etat=etat, **changes)
        return row

    return _lay


def _corrigee(scene: Scene) -> Transmission:
    """Refused for its number, which has been corrected since."""
    faute = [{"chemin": "/numeroCai", "motif": "Inconnu."}]
    row = _transmission(EtatTransmission.REJETEE, erreur_code="NUMERO_CAI_INCONNU", erreur_champs=faute)(scene)
    row.bilan.contrat.numero_cai = f"75-2010-8{row.bilan.contrat.numero_cai[-5:]}"
    row.bilan.contrat.save()
    return row


def _recue(scene: Scene) -> Bilan:
    with transaction.atomic():
        return receive(_transmission()(scene)).bilan


def _ecarte(scene: Scene) -> EvenementEcarte:
    """Set aside once, and told of a file to which it applies now."""
    contrat = _recue(scene).contrat
    event = {
        "id": f"EVT-{contrat.numero_cai}", "type": "PPAE", "numeroCai": contrat.numero_cai, "referenceAccuse": "PE-1",
        "survenuLe": "2010-06-05", "donnees": {"dateEntretien": "2010-06-01"},
    }  # fmt: skip
    read = EvenementRecu.objects.create(evenement=event["id"], recu_at=EN_JUIN, sort="ecarte")
    return EvenementEcarte.objects.create(
        evenement=read, motif="accuse_inconnu", accuse="PE-1", contrat=contrat, contenu=to_bytes(event)
    )


def _lettre_de(moment: datetime) -> Any:
    """A letter of that day, to be printed; a day has one run at a time."""

    def _lay(scene: Scene) -> dict[str, Any]:
        with clock.travel(moment):
            programmation.postpone(bilan=scene.monde.convoque(), motif="decision_office", by=scene.monde.prescripteur)
        return {}

    return _lay


def _tirage(scene: Scene) -> TirageCourriers:
    return TirageCourriers.objects.create(
        direction=scene.monde.direction, jour=JOUR, par=scene.monde.prescripteur, total=1, etat="pret", pret_at=MATIN,
        pdf=b"%PDF-1.7",
    )  # fmt: skip


def _autre(agent: Agent) -> Saisie:
    return {"conseiller": str(agent.pk)}


ECHOUEE = _transmission(EtatTransmission.ECHEC_DEFINITIF)


def _a_relancer(scene: Scene) -> Situation:
    """Two that failed, chosen together."""
    return Situation(saisie={"transmissions": [str(ECHOUEE(scene).pk), str(ECHOUEE(scene).pk)]})


TRAVAIL = {"minutes": "20", "texte": "Cuisiner.", "jour": "10/05/2010"}
SUIVI = {"echeance": "six_mois", "statut": "realise", "fait_le": "10/11/2010", "situation": "recherche"}
ACCORD = {"decision": "accorde", "mode": "formulaire_signe", "jour": "13/05/2010", "langue": "fr", "interprete": "non"}
RETRAIT = {"mode": "declaration_guichet", "langue": "fr", "interprete": "non"}
RETOUR = {"recu_le": "10/06/2010", "date_entretien_ppae": "14/06/2010"}
COPIE = {"motif": "remise_beneficiaire", "demande_recue_le": "13/05/2010"}
CLASSEMENT = {"motif": "sans_suite"}
EN_JUIN = clock.at(date(2010, 6, 10), 9)

BILAN: dict[str, Acte] = {
    **{f"bilan:act name={name}": _transition(name) for name in ACTES_DU_BILAN if name in TABLE},
    **{f"api:transition name={name}": _transition(name) for name in TRANSITIONS if name in TABLE},
    "api:transition name=convoquer": Acte("prescripteur", _a_convoquer, _convocation),
    "bilan:convoke": Acte("prescripteur", _a_convoquer, _convocation),
    "bilan:preview_letter": Acte(
        "prescripteur", _a_convoquer, _convocation, sans_effet=RIEN
    ),
    **{
        f"bilan:preview_act_letter name={name}": replace(_transition(name), par="prescripteur", sans_effet=RIEN)
        for name, acte in ACTES_DU_BILAN.items()
        if acte.lettre and name != "annuler"
    },
    "bilan:preview_act_letter name=annuler": Acte(
        "directeur", lambda scene: scene.monde.convoque(), {"motif": "erreur_saisie"}, MATIN, sans_effet=RIEN
    ),
    "bilan:assign_adviser": Acte(
        "responsable",
        lambda scene: scene.monde.convoque().rendez_vous.get(),
        lambda scene: _autre(scene.monde.autre_conseiller),
        MATIN,
    ),
    "api:affectation": Acte(
        "responsable", lambda scene: scene.monde.convoque(), lambda scene: _autre(scene.monde.autre_conseiller), MATIN
    ),
    "bilan:letters_of_day": Acte("prescripteur", _lettre_de(MATIN), quand=MATIN),
    "bilan:open_print_run": Acte("prescripteur", _tirage, quand=MATIN),
    # the adviser
    "bilan:record_work": Acte("conseiller", _at(Etat.PHASE_PRELIMINAIRE), TRAVAIL | {"phase": "phase_preliminaire"}),
    "api:seances": Acte("conseiller", _at(Etat.PHASE_PRELIMINAIRE), {"jour": "10/05/2010", "minutes": 20}),
    "bilan:write_synthese": Acte("conseiller", _at(Etat.PHASE_CONCLUSION), {"circonstances": "Une autre phrase."}),
    "bilan:preview_synthese": Acte(
        "conseiller", _at(Etat.PHASE_CONCLUSION), page="bilan:write_synthese", sans_effet=RIEN
    ),
    "bilan:print_for_signature": Acte("conseiller", _at(Etat.SYNTHESE_PRESENTEE)),
    "api:impressions motif=signature": Acte("conseiller", _at(Etat.SYNTHESE_PRESENTEE), {"motif": "signature"}),
    "bilan:print_copy": Acte("prescripteur", lambda scene: _imprimable(scene).syntheses.get(), COPIE, LE_13),
    "api:impressions motif=remise_beneficiaire": Acte("prescripteur", _imprimable, COPIE, LE_13),
    "bilan:record_follow_up": Acte("conseiller", _valide, SUIVI, EN_NOVEMBRE),
    "api:suivis": Acte("conseiller", _valide, SUIVI, EN_NOVEMBRE),
    # the person's decisions, and the queue
    "poleemploi:ask_consent": Acte(
        "conseiller", _a_accorder, ACCORD | {"confirmer": "1"}, LE_13
    ),
    "poleemploi:withdraw_consent": Acte("agent_ofii", _accorde, RETRAIT, LE_13),
    "poleemploi:rework_synthese": Acte("conseiller", _valide, {"motif": "erreur_materielle"}, LE_13),
    "api:transition name=reprendre_synthese": Acte("conseiller", _valide, {"motif": "erreur_materielle"}, LE_13),
    "api:consentements decision=accorde": Acte("conseiller", _valide, ACCORD | {"portee": Portee.TRANSMISSION}, LE_13),
    "api:consentements decision=retire": Acte("agent_ofii", _accorde, RETRAIT | {"portee": Portee.TRANSMISSION}, LE_13),
    "poleemploi:requeue_transmission": Acte("correspondant", ECHOUEE, quand=LE_13),
    "api:relance": Acte("correspondant", ECHOUEE, quand=LE_13),
    "poleemploi:requeue_many": Acte("correspondant", _a_relancer, quand=LE_13),
    "api:relances": Acte("correspondant", _a_relancer, quand=LE_13),
    "poleemploi:redeposit": Acte("correspondant", _corrigee, quand=LE_13),
    "api:redepot": Acte("correspondant", _corrigee, quand=LE_13),
    "poleemploi:abandon": Acte("correspondant", ECHOUEE, quand=LE_13),
    "api:abandon": Acte("correspondant", ECHOUEE, quand=LE_13),
    "poleemploi:record_return": Acte("correspondant", _recue, RETOUR, EN_JUIN),
    "api:retours": Acte("correspondant", _recue, RETOUR, EN_JUIN),
    "poleemploi:apply_set_aside": Acte("correspondant", _ecarte, quand=EN_JUIN),
    "api:application_retour": Acte("correspondant", _ecarte, quand=EN_JUIN),
    "poleemploi:classify_set_aside": Acte("correspondant", _ecarte, CLASSEMENT, EN_JUIN),
    "api:classement_retour": Acte("correspondant", _ecarte, CLASSEMENT, EN_JUIN),
}  # fmt: skip
