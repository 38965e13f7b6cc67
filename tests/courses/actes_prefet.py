"""The acts about the préfet: a draft, a signature, the letter received, what the person answers, a decision, an end."""

from collections.abc import Callable
from datetime import date
from typing import Any

from bilan import prefet
from cai.models import Contrat, PropositionPrefet
from core import clock
from tests.courses.actes_dossier import RIEN, dossier
from tests.courses.scene import Acte, Saisie, Scene
from tests.factories.prefet import MOTIVATION, achieve, decide, note, propose

SIGNEE, RECUE = date(2010, 5, 3), date(2010, 5, 17)
EN_JUIN = clock.at(date(2010, 6, 18), 10)  # the day after the month of observations


def _cloture(scene: Scene) -> dict[str, Any]:
    contrat = dossier(scene)
    achieve(contrat)
    return {"pk": contrat.pk, "type_proposition": "cloture"}


def _resiliation(*, recue: bool) -> Callable[[Scene], PropositionPrefet]:
    """Signed, and, when ``recue``, its letter of intention in the hands of the person."""

    def _lay(scene: Scene) -> PropositionPrefet:
        contrat = dossier(scene)
        note(contrat, "formation_civique", "non_suivie_sans_motif")
        proposition = propose(contrat, "resiliation", by=scene.agents["directeur"], le=SIGNEE)
        if recue:
            with clock.travel(RECUE):
                prefet.record_intention(proposition=proposition, date_reception=RECUE, by=scene.agents["agent_ofii"])
        return proposition

    return _lay


def _finie(scene: Scene) -> Contrat:
    contrat = dossier(scene)
    achieve(contrat)
    cloture = propose(contrat, "cloture", by=scene.agents["directeur"], le=SIGNEE)
    decide(cloture, by=scene.agents["agent_ofii"], le=SIGNEE)
    return contrat


def _both(page: str, api: str, acte: Acte, api_saisie: Saisie | None = None) -> dict[str, Acte]:
    """The same act by hand and by program."""
    called = Acte(acte.par, acte.situation, api_saisie or acte.saisie, acte.quand)
    return {page: acte, api: called}


_FAITS, _MOTIVATION = {"faits": "Tout est suivi."}, {"motivation": MOTIVATION}
_GENRE = {"type": "cloture"}
_ACTES: dict[str, tuple[str, bool, Saisie]] = {
    "intention": ("agent_ofii", False, {"date_reception": "17/05/2010"}),
    "observations": ("agent_ofii", True, {"date_observations": "20/05/2010", "observations": "Était à l’étranger."}),
    "correction": ("agent_ofii", True, {"date_reception": "15/05/2010"}),
    "decision": (
        "agent_ofii", True, {"decision": "accord", "date_decision": "18/06/2010", "reference_acte": "2010-17"},
    ),
    "abandon": ("directeur", True, {"motif": "L’absence a été excusée."}),
}  # fmt: skip

PREFET: dict[str, Acte] = {
    **_both(
        "bilan:prepare_proposition",
        "api:preparation",
        Acte("agent_ofii", _cloture, _FAITS, EN_JUIN),
        _FAITS | _GENRE,
    ),
    **_both(
        "bilan:sign_proposition",
        "api:propositions",
        Acte("directeur", _cloture, _MOTIVATION, EN_JUIN),
        _MOTIVATION | _GENRE,
    ),
    "bilan:preview_attestation": Acte("agent_ofii", _finie, quand=EN_JUIN, sans_effet=RIEN),
    **_both("bilan:issue_attestation", "api:attestation", Acte("agent_ofii", _finie, quand=EN_JUIN)),
}
for _name, (_par, _recue, _saisie) in _ACTES.items():
    PREFET |= _both(
        f"bilan:proposition_act name={_name}",
        f"api:proposition_acte name={_name}",
        Acte(_par, _resiliation(recue=_recue), _saisie, EN_JUIN),
    )
