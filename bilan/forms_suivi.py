"""What the adviser notes of a follow-up: which one, what came of it, where the person stands."""

from typing import Any

from django import forms

from bilan.forms_programmation import BilanForm
from bilan.models import Suivi
from bilan.suivi import is_due, may_answer_late, may_contact
from core import clock
from core.form_fields import ChoixField, DateField


class SuiviForm(BilanForm):
    echeance = ChoixField(label="Quel suivi\u00a0?", choices=Suivi.Echeance.choices, radios=True)
    statut = ChoixField(
        label="Qu’a donné le suivi\u00a0?",
        choices=[
            (Suivi.Statut.REALISE, "L’entretien a eu lieu"),
            (Suivi.Statut.SANS_REPONSE, "La personne n’est pas venue ou n’a pas répondu"),
            (Suivi.Statut.REFUSE, "La personne ne souhaite pas de suivi"),
        ],
        radios=True,
        error_messages={"required": "Dites ce que le suivi a donné."},
    )
    fait_le = DateField(label="Date du suivi")
    situation = ChoixField(
        label="Situation de la personne",
        help_text="Si l’entretien a eu lieu. Rien d’autre n’est demandé\u00a0: ni santé, ni famille.",
        choices=Suivi.Situation.choices,
        radios=True,
        required=False,
    )
    date_embauche = DateField(label="Date d’embauche", help_text="Si la personne est en emploi.", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        six = Suivi.Echeance.SIX_MOIS
        if is_due(self.bilan) or may_answer_late(self.bilan):
            self.fields["echeance"].widget = forms.HiddenInput()
            self.initial.setdefault("echeance", six)
        for name in ("situation", "date_embauche"):
            self.fields[name].mention = ""  # type: ignore[attr-defined]
        if not may_contact(self.bilan):
            statuts = dict(self.fields["statut"].choices)  # type: ignore[attr-defined]
            statuts[Suivi.Statut.SANS_REPONSE] = "La personne n’est pas venue"
            self.fields["statut"].choices = list(statuts.items())  # type: ignore[attr-defined]
        self.initial.setdefault("fait_le", clock.today())
        # No interview is held in the future, and nobody was hired after it: both are told whatever else is missing.
        for name in ("fait_le", "date_embauche"):
            self.fields[name].max_date = clock.today()  # type: ignore[attr-defined]
