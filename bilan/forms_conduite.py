"""What the adviser types while the bilan runs and when the synthesis is signed."""

from typing import Any

from django import forms

from bilan.conduite import BESOINS_A_NOTER, NOTE_MAX, read_note
from bilan.forms_programmation import BilanForm
from bilan.models import DUREE_MAX_MINUTES
from bilan.redaction import OBSERVATIONS_MAX
from bilan.selectors import current_synthese
from bilan.states import PHASES, Etat, MotifImpression, MotifInterruption
from cai import delais
from core import clock
from core.form_fields import ChoixField, DateField, LigneField, NombreField, TexteField
from core.forms import BaseForm


class DebutForm(BilanForm):
    informe = forms.BooleanField(
        label="La personne est présente et je l’ai informée",
        help_text="Des buts et des méthodes du bilan, du secret professionnel, et de qui reçoit quoi.",
        error_messages={"required": "Informez la personne, puis cochez cette case."},
    )


class InterruptionForm(BilanForm):
    motif = ChoixField(label="Pourquoi le bilan s’interrompt-il\u00a0?", choices=MotifInterruption.choices, radios=True)


class TravailForm(BilanForm):
    """The notes of a phase and, if there was one, a session: one form, so that saving one never loses the other."""

    phase = forms.ChoiceField(
        choices=[(phase.value, phase.label) for phase in PHASES],
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "Cette phase n’existe pas."},
    )
    attendu = LigneField(widget=forms.HiddenInput, required=False)  # the revision of the notes that were opened
    texte = TexteField(
        label="Notes",
        # rule: E.5-textes-libres
        help_text="Pour vous seul, et détruites avec la synthèse. N’écrivez rien sur la santé ni sur la vie privée.",
        max_length=NOTE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    jour = DateField(label="Jour de la séance", required=False)
    minutes = NombreField(
        label="Minutes passées avec la personne",
        help_text="Le temps réel. Laissez vide si aucune séance n’est à noter.",
        min_value=1,
        max_value=DUREE_MAX_MINUTES,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("phase", self.bilan.etat)
        self.initial.setdefault("jour", clock.today())
        self.stored, self.revision = read_note(bilan=self.bilan, phase=self.phase_vue, by=self.agent)
        self.initial.update(texte=self.stored, attendu=self.revision)
        phase = str(self.phase_vue.label)
        self.fields["texte"].label = f"Notes de la {phase[0].lower()}{phase[1:]}"
        self.fields["texte"].mention = ""  # type: ignore[attr-defined]
        self.fields["jour"].mention = ""  # type: ignore[attr-defined]

    @property
    def phase_vue(self) -> Etat:
        """The phase that the writer was looking at, even when the bilan has moved since."""
        asked = self["phase"].value()
        return Etat(asked if asked in PHASES else self.bilan.etat)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        jour, minutes = typed.get("jour"), typed.get("minutes")
        if minutes is not None and jour is None and "jour" not in self.errors:
            self.add_error("jour", "Indiquez le jour de cette séance.")
        if jour is not None and minutes is None and "minutes" not in self.errors and "jour" in self.changed_data:
            self.add_error("minutes", "Indiquez les minutes de cette séance, ou remettez la date d’aujourd’hui.")
        if typed.get("attendu") != self.revision and typed.get("texte", self.stored) != self.stored:
            self._warn_of_other_window()
        if (
            self.data.get("suite") == "passer_en_investigation"
            and not typed.get("texte")
            and "texte" not in self.errors
        ):
            self.add_error("texte", BESOINS_A_NOTER)
        return typed

    def _warn_of_other_window(self) -> None:
        """What was kept meanwhile is shown; having read the warning, the next save replaces it."""
        self.add_error(
            "texte",
            "Ces notes ont été modifiées dans une autre fenêtre depuis que vous avez ouvert cette page. Relisez "
            "ci-dessous ce qui est enregistré, reprenez-le ici s’il le faut, puis enregistrez de nouveau.",
        )
        self.data = {**dict(self.data.items()), "attendu": self.revision}

    def arguments(self) -> dict[str, Any]:
        typed = self.cleaned_data
        seance = (typed["jour"], typed["minutes"]) if typed["minutes"] is not None else None
        return {"phase": Etat(typed["phase"]), "texte": typed["texte"], "seance": seance}


class _PresentationForm(BilanForm):
    date_presentation = DateField(label="Présentée à la personne le")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        synthese = current_synthese(self.bilan)
        if synthese is not None and synthese.figee_at is not None:
            self.initial.setdefault("date_presentation", synthese.date_presentation or clock.today())
            first, last = synthese.figee_at.astimezone(clock.PARIS).date(), clock.today()
            for field in self.fields.values():
                if isinstance(field, DateField):
                    field.min_date, field.max_date = first, last


class ValidationForm(_PresentationForm):
    observations = TexteField(
        label="Observations de la personne",
        help_text="Telles qu’elle les a dites, sans rien de sa santé ni de sa vie privée. Vide si elle n’en a pas.",
        max_length=OBSERVATIONS_MAX,
        required=False,
    )
    date_signature = DateField(label="Signée par la personne le")
    date_remise = DateField(label="Copie remise à la personne le")
    representant = LigneField(
        label="Représentant légal qui a signé",
        help_text="La personne a moins de 18\u00a0ans\u00a0: son représentant légal signe avec elle.",
        max_length=200,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The copy is handed over as the person signs; the day they signed is theirs to say.
        self.initial.setdefault("date_remise", clock.today())
        personne = self.bilan.contrat.signataire
        synthese = current_synthese(self.bilan)
        # Only someone who was a minor when the version was frozen may still have been one when signing it.
        frozen = synthese.figee_at if synthese else None
        if frozen is None or personne.age_on(frozen.astimezone(clock.PARIS).date()) >= delais.AGE_MAJORITE:
            del self.fields["representant"]
        else:
            self.initial.setdefault("representant", personne.representant_nom)


class RefusForm(_PresentationForm):
    date_refus = DateField(label="La personne a refusé de signer le")


class ImpressionForm(BaseForm):
    motif = ChoixField(
        label="Pourquoi cette copie\u00a0?",
        choices=[(motif.value, motif.label) for motif in (MotifImpression.REMISE, MotifImpression.DEMANDE_ECRITE)],
        radios=True,
    )
    demande_recue_le = DateField(label="La personne l’a demandée le")
