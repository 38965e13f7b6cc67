"""The adviser writes the synthesis, presents it, has it signed, or takes it up again (transitions 14 to 17)."""

import hashlib
from datetime import date
from typing import NoReturn

from django.db import transaction

from agents.models import Agent
from agents.roles import Permission
from bilan import retention
from bilan.contenu import SyntheseContenu, codes_langues, codes_pays, codes_rome, malformed, problems
from bilan.documents import synthese_pdf
from bilan.fiche import Fiche
from bilan.guards import ecriture
from bilan.impression import build_fiche
from bilan.models import DUREE_MAX_MINUTES, Bilan, Metier, Synthese, SynthesePdf
from bilan.models.synthese import fingerprint
from bilan.passation import check_in_charge
from bilan.permissions import check_can
from bilan.states import PHASES, Etat, MotifReprise
from bilan.suivi import open_follow_up
from bilan.workflow import begin, check_state, finish, lock, set_prestation
from cai import delais
from cai.models import Langue, Pays, Prestation
from core import clock, journal
from core.errors import Blocage, Conflict, InvalidInput, RuleViolation, refuse_if
from core.french import date_sans_jour

OBSERVATIONS_MAX = 2000  # characters
WRITABLE = (*PHASES, Etat.SYNTHESE_REDIGEE)


def current_draft(bilan: Bilan) -> Synthese | None:
    """The version being written, with its content; None before the first save, once frozen, or destroyed."""
    last = Synthese.objects.filter(bilan=bilan).order_by("-version").first()
    return last if last is not None and not last.is_frozen and last.detruite_at is None else None


def revision(draft: Synthese | None) -> str:
    """What the writer saw, to be given back at the next save: it changes with every save."""
    return draft.updated_at.isoformat() if draft else ""


def blocages_of(contenu: SyntheseContenu) -> list[Blocage]:
    """What is missing before the synthesis can be completed, codes checked in their tables, dates against today."""
    return problems(
        contenu,
        rome=set(Metier.objects.filter(pk__in=codes_rome(contenu)).values_list("pk", flat=True)),
        pays=set(Pays.objects.filter(pk__in=codes_pays(contenu)).values_list("pk", flat=True)),
        langues=set(Langue.objects.filter(pk__in=codes_langues(contenu)).values_list("pk", flat=True)),
        aujourd_hui=clock.today(),
    )


@transaction.atomic
def save_draft(*, bilan: Bilan, contenu: SyntheseContenu, attendu: str | None = None, by: Agent) -> Synthese:
    """Keep the draft, complete or not, from the preliminary phase until the version is presented.

    The first save opens version 1. ``attendu`` is the ``revision`` that the writer started from: when another save came
    in between, Conflict ``brouillon_modifie`` is raised and nothing is written; None overwrites without looking.
    Refuses (InvalidInput) what no version could hold: texts too long, codes outside their list; and a bilan whose notes
    and draft reached their term.
    """
    bilan = lock(bilan.pk)
    # rule: D.4-responsabilite
    check_in_charge(by, Permission.ECRIRE_SYNTHESE, bilan)
    if bilan.etat not in WRITABLE:
        raise RuleViolation(
            f"Ce bilan est à l’état «\u00a0{bilan.get_etat_display()}\u00a0»\u00a0: la synthèse ne peut pas être "
            "modifiée.",
            code="transition_impossible",
        )
    if bilan.etat in PHASES:
        refuse_if(ecriture(bilan))
    if wrong := malformed(contenu):
        _refuse_input(wrong)
    draft = current_draft(bilan)
    if draft is None and bilan.etat == Etat.SYNTHESE_REDIGEE:
        raise RuleViolation("Le contenu de cette synthèse a été détruit.", code="contenu_detruit")
    if attendu is not None and attendu != revision(draft):
        raise Conflict(
            "Ce brouillon a été modifié dans une autre fenêtre depuis que vous l’avez ouvert.", code="brouillon_modifie"
        )
    if draft is None:
        draft = Synthese.objects.create(bilan=bilan, version=1, contenu=contenu.to_dict(), auteur=by)
        journal.record("bilan.synthese_commencee", dossier=bilan.contrat_id, target=draft, by=by, version=1)
    else:
        draft.contenu, draft.auteur = contenu.to_dict(), by
        draft.save(update_fields=["contenu", "auteur", "updated_at"])
    return draft


# rule: D.2-14
@transaction.atomic
def complete_synthese(*, bilan: Bilan, by: Agent) -> Bilan:
    """Transition 14: the writing is over, the bilan is carried out.

    Fixes the end of the conclusion on the day of the last session; the prestation is *suivie*; the six-month
    follow-up opens (D.5). Refuses a missing mandatory heading, no minute at all, an end after the effective échéance,
    and a draft that reached its term.
    """
    bilan = begin(bilan, "rediger_synthese", permission=Permission.ECRIRE_SYNTHESE, by=by)
    refuse_if(ecriture(bilan))
    draft = _draft_or_refuse(bilan)
    last = _last_day(bilan)
    refuse_if([*blocages_of(SyntheseContenu.from_dict(draft.contenu)), *_duration_blocages(bilan, last)])
    bilan.date_fin_conclusion = last
    open_follow_up(bilan)
    draft.date_redaction = clock.today()
    draft.save(update_fields=["date_redaction", "updated_at"])
    set_prestation(bilan, Prestation.Statut.SUIVIE)
    return finish(
        bilan, "rediger_synthese", by=by, version=draft.version, fin_conclusion=str(last), suivi=str(bilan.date_suivi)
    )


def why_not_complete(bilan: Bilan) -> str:
    """What the end of the writing waits for, as one sentence; nothing when transition 14 would be accepted."""
    if expired := ecriture(bilan):
        return expired[0].message
    return what_is_missing(current_draft(bilan)) or next(
        (blocage.message for blocage in _duration_blocages(bilan, _last_day(bilan))), ""
    )


def what_is_missing(draft: Synthese | None) -> str:
    """How many headings of the draft are still to be completed, as a sentence; nothing when none is."""
    blocages = blocages_of(SyntheseContenu.from_dict(draft.contenu if draft else None))
    headings = {blocage.field.partition(".")[0] for blocage in blocages}
    if not headings:
        return ""
    if len(headings) == 1:
        return "Il reste une rubrique à compléter dans la synthèse."
    return f"Il reste {len(headings)} rubriques à compléter dans la synthèse."


def _last_day(bilan: Bilan) -> date | None:
    return max(bilan.seances.values_list("jour", flat=True), default=None)


def _duration_blocages(bilan: Bilan, last: date | None) -> list[Blocage]:
    used = bilan.minutes_utilisees
    if last is None or not 1 <= used <= DUREE_MAX_MINUTES:
        return [Blocage("aucune_seance", "Enregistrez d’abord les minutes passées avec la personne.")]
    # rule: C.6-apres-echeance
    if last > bilan.contrat.echeance_effective:
        fin = date_sans_jour(bilan.contrat.echeance_effective)
        return [Blocage("echeance_passee", f"La dernière séance doit avoir lieu au plus tard le\u00a0{fin}.")]
    return []


# rule: D.2-15
def present_synthese(*, bilan: Bilan, by: Agent) -> Synthese:
    """Transition 15: freeze the version and make its PDF, stored encrypted with its SHA-256.

    The sheet is rendered before the lock is taken, so that nobody waits for paper; under the lock it is refused
    (Conflict) unless content, name and version are still those that were rendered. Refuses as transition 14 does.
    """
    check_can(by, Permission.ECRIRE_SYNTHESE, bilan)
    bilan = _with_paper_facts(bilan)
    check_state(bilan, "presenter_synthese")
    sheet = _sheet_of(bilan)
    moment = clock.now()
    return _freeze(bilan, sheet, synthese_pdf(sheet, moment), by=by)


def _sheet_of(bilan: Bilan) -> Fiche:
    draft = _draft_or_refuse(bilan)
    contenu = SyntheseContenu.from_dict(draft.contenu)
    refuse_if(blocages_of(contenu))
    return build_fiche(bilan, contenu, version=draft.version)


@transaction.atomic
def _freeze(bilan: Bilan, sheet: Fiche, pdf: bytes, *, by: Agent) -> Synthese:
    bilan = begin(bilan, "presenter_synthese", permission=Permission.ECRIRE_SYNTHESE, by=by)
    draft = _draft_or_refuse(bilan)
    if _sheet_of(bilan) != sheet:
        raise Conflict(
            "La synthèse a été modifiée pendant sa mise en page. Relisez-la, puis présentez-la de nouveau.",
            code="brouillon_modifie",
        )
    draft.figee_at = clock.now()
    draft.date_presentation = clock.today()
    draft.pdf_sha256 = hashlib.sha256(pdf).hexdigest()
    draft.contenu_sha256 = fingerprint(draft.contenu)
    draft.save(update_fields=["figee_at", "date_presentation", "pdf_sha256", "contenu_sha256", "updated_at"])
    SynthesePdf.objects.create(synthese=draft, contenu=pdf)
    finish(bilan, "presenter_synthese", by=by, version=draft.version, pdf_sha256=draft.pdf_sha256)
    return draft


# rule: D.2-16, D.4-responsabilite
@transaction.atomic
def validate_synthese(
    *,
    bilan: Bilan,
    date_presentation: date,
    observations: str,
    date_signature: date,
    date_remise: date,
    representant: str = "",
    by: Agent,
) -> Synthese:
    """Transition 16: presented, observations taken down (may be empty), signed, copy handed over.

    The validation is dated of the day the last of these was done. Refuses dates to come or out of order (frozen,
    presented, signed, handed over: each on the same day as the previous one or later), and the signature of a person
    under 18 that day without their legal representative's.
    """
    bilan = begin(bilan, "valider_synthese", permission=Permission.ECRIRE_SYNTHESE, by=by)
    synthese = _presented(bilan)
    if len(observations) > OBSERVATIONS_MAX:
        _refuse_input([Blocage("trop_long", f"{OBSERVATIONS_MAX}\u00a0caractères au plus.", "observations")])
    blocages = _order_blocages(
        synthese,
        [("date_presentation", date_presentation), ("date_signature", date_signature), ("date_remise", date_remise)],
    )
    # rule: D.2-16-mineur
    if bilan.contrat.signataire.age_on(date_signature) < delais.AGE_MAJORITE and not representant:
        blocages.append(
            Blocage(
                "representant_manquant",
                "La personne a moins de 18\u00a0ans\u00a0: indiquez le représentant légal qui a signé avec elle.",
                "representant",
            )
        )
    refuse_if(blocages)
    synthese.date_presentation = date_presentation
    synthese.observations = {"texte": observations}
    synthese.date_signature = date_signature
    synthese.date_remise = synthese.date_validation = date_remise
    synthese.representant_signataire = representant
    synthese.save(
        update_fields=[
            "date_presentation", "observations", "date_signature", "date_remise", "date_validation",
            "representant_signataire", "updated_at",
        ]
    )  # fmt: skip
    finish(
        bilan,
        "valider_synthese",
        by=by,
        version=synthese.version,
        pdf_sha256=synthese.pdf_sha256,
        validee_le=str(synthese.date_validation),
    )
    retention.apply_rules(bilan, by=by)  # a late entry may already have reached a term
    return synthese


# rule: D.2-17
@transaction.atomic
def record_signature_refusal(*, bilan: Bilan, date_presentation: date, date_refus: date, by: Agent) -> Synthese:
    """Transition 17: presented, and the person does not sign. No sanction follows.

    The content is destroyed at once, unless the person agreed that it be kept.
    """
    bilan = begin(bilan, "constater_refus_signature", permission=Permission.ECRIRE_SYNTHESE, by=by)
    synthese = _presented(bilan)
    refuse_if(_order_blocages(synthese, [("date_presentation", date_presentation), ("date_refus", date_refus)]))
    synthese.date_presentation, synthese.date_refus_signature = date_presentation, date_refus
    synthese.save(update_fields=["date_presentation", "date_refus_signature", "updated_at"])
    finish(bilan, "constater_refus_signature", by=by, version=synthese.version)
    retention.apply_rules(bilan, by=by)
    return synthese


# rule: D.2-15b
@transaction.atomic
def rework_synthese(*, bilan: Bilan, motif: MotifReprise, by: Agent) -> Synthese:
    """Transition 15b: open the next version as a draft, copied from the present one.

    A consent to transmission bound to the older version lapses by itself. **Pages call the service of the same name in
    ``poleemploi``**, which also cancels what was waiting to be sent. Refuses a destroyed content.
    """
    bilan = begin(bilan, "reprendre_synthese", permission=Permission.ECRIRE_SYNTHESE, by=by)
    previous = Synthese.objects.filter(bilan=bilan).order_by("-version")[0]
    if previous.detruite_at is not None:
        raise RuleViolation("Le contenu de cette synthèse a été détruit.", code="contenu_detruit")
    draft = Synthese.objects.create(
        bilan=bilan,
        version=previous.version + 1,
        contenu=previous.contenu,
        auteur=by,
        date_redaction=clock.today(),
    )
    finish(bilan, "reprendre_synthese", by=by, motif=str(motif), version=draft.version)
    return draft


def _with_paper_facts(bilan: Bilan) -> Bilan:
    related = ("contrat__signataire", "contrat__direction", "prestataire", "conseiller")
    loaded: Bilan = Bilan.objects.select_related(*related).get(pk=bilan.pk)
    return loaded


def _draft_or_refuse(bilan: Bilan) -> Synthese:
    draft = current_draft(bilan)
    if draft is None:
        raise RuleViolation("Aucun brouillon de synthèse n’est enregistré.", code="synthese_absente")
    return draft


def _presented(bilan: Bilan) -> Synthese:
    synthese = Synthese.objects.filter(bilan=bilan).order_by("-version")[0]
    if synthese.detruite_at is not None:
        raise RuleViolation("Le contenu de cette synthèse a été détruit.", code="contenu_detruit")
    return synthese


def _order_blocages(synthese: Synthese, steps: list[tuple[str, date]]) -> list[Blocage]:
    """Each step on the day of the previous one or later, the first not before the version was frozen, none to come."""
    blocages = []
    earliest = synthese.figee_at.astimezone(clock.PARIS).date() if synthese.figee_at else date.min
    for field, day in steps:
        if day > clock.today():
            blocages.append(Blocage("date_future", "Cette date est à venir.", field))
        elif day < earliest:
            blocages.append(
                Blocage("ordre_des_dates", f"Indiquez une date à partir du\u00a0{date_sans_jour(earliest)}.", field)
            )
        earliest = max(earliest, day)
    return blocages


def _refuse_input(blocages: list[Blocage]) -> NoReturn:
    fields: dict[str, list[str]] = {}
    for blocage in blocages:
        fields.setdefault(blocage.field, []).append(blocage.message)
    raise InvalidInput(" ".join(blocage.message for blocage in blocages), code=blocages[0].code, fields=fields)
