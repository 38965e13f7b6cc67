"""The acts about the contract around the bilan: its other trainings, its letters."""

from datetime import date
from typing import Any

from bilan.models import Consentement
from cai.models import Contrat
from core import clock
from tests.courses.actes_bilan import EN_NOVEMBRE, MATIN, RIEN, _lettre_de, _tirage, _valide
from tests.courses.actes_dossier import EN_MAI, dossier
from tests.courses.scene import Acte, Scene
from tests.factories.cai import make_formation
from tests.factories.transmissions import agree

VENDREDI = clock.at(date(2010, 5, 7), 10)
PRESCRIPTION = {"date_prescription": "15/03/2010", "heures": "6"}
SEANCE = {"jour": "06/04/2010", "minutes": "180", "presence": "present"}
PRE_ARRIVEE = {
    "qualite": "conjoint_francais", "date_depot": "01/09/2009", "test_dispense": "non",
    "date_evaluation_1": "05/11/2009", "resultat_1": "insuffisant", "formation": "prescrite",
    "date_evaluation_2": "21/12/2009", "resultat_2": "suffisant",
}  # fmt: skip


def _formation(scene: Scene) -> Contrat:
    """A civic training prescribed, attended for half of it, and its paper."""
    contrat = dossier(scene)
    with clock.travel(EN_MAI):
        make_formation(contrat, by=scene.agents["agent_ofii"])
    return contrat


def _seance(scene: Scene) -> Any:
    return _formation(scene).prestations.get(type="formation_civique").seances.get()


def _certificat(scene: Scene) -> Any:
    return _formation(scene).prestations.get(type="formation_civique").certificats.get()


def _a_inviter(scene: Scene) -> Contrat:
    """Six months later, of a person who agreed to be contacted."""
    bilan = _valide(scene)
    agree(bilan, Consentement.Portee.SUIVI, by=scene.monde.conseiller)
    return bilan.contrat


CONTRATS: dict[str, Acte] = {
    # the other trainings
    "cai:prescribe name=formation_civique": Acte("agent_ofii", dossier, PRESCRIPTION, EN_MAI),
    "api:prescription name=formation_civique": Acte("agent_ofii", dossier, PRESCRIPTION, EN_MAI),
    "cai:decide name=formation_civique": Acte("agent_ofii", dossier, {"statut": "sans_objet"}, EN_MAI),
    "api:decision name=formation_civique": Acte("agent_ofii", dossier, {"statut": "sans_objet"}, EN_MAI),
    "cai:add_seance name=formation_civique": Acte("agent_ofii", _formation, SEANCE, EN_MAI),
    "api:seances_formation name=formation_civique": Acte("agent_ofii", _formation, SEANCE, EN_MAI),
    "cai:correct_seance": Acte("agent_ofii", _seance, {"minutes": "120"}, EN_MAI),
    "cai:remove_seance": Acte("agent_ofii", _seance, quand=EN_MAI),
    "cai:add_certificat name=formation_civique": Acte(
        "agent_ofii",
        lambda scene: {"pk": _formation(scene).pk, "genre": "attestation_nominative"},
        {"jour": "07/04/2010"},
        EN_MAI,
    ),
    "api:certificats name=formation_civique": Acte(
        "agent_ofii", _formation, {"genre": "attestation_nominative", "jour": "07/04/2010"}, EN_MAI
    ),
    "cai:remove_certificat": Acte("agent_ofii", _certificat, quand=EN_MAI),
    "cai:record_pre_arrivee": Acte("agent_ofii", dossier, PRE_ARRIVEE, EN_MAI),
    "api:pre_arrivee": Acte("agent_ofii", dossier, PRE_ARRIVEE, EN_MAI),
    # letters
    "bilan:issue_letter name=suivi": Acte("prescripteur", _a_inviter, quand=EN_NOVEMBRE),
    "api:courriers": Acte("prescripteur", _a_inviter, {"lettre": "suivi"}, EN_NOVEMBRE),
    "bilan:preview_free_letter name=suivi": Acte("prescripteur", _a_inviter, quand=EN_NOVEMBRE, sans_effet=RIEN),
    "api:tirages": Acte("prescripteur", _lettre_de(VENDREDI), {"jour": "07/05/2010", "direction": "75"}, VENDREDI),
    "api:fichier_tirage": Acte("prescripteur", _tirage, quand=MATIN),
}
