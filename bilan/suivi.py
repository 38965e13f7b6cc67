"""What became of the person: the optional contact at three months, the interview at six (reference D.5).

It lies outside the three hours and outside the contract; missing it has no consequence whatever (C.6).
"""

from datetime import date, timedelta

from django.db import transaction

from agents.models import Agent
from agents.roles import Permission
from bilan.models import Bilan, Consentement, Suivi
from bilan.permissions import check_can
from bilan.selectors import in_force
from bilan.states import Etat
from bilan.workflow import lock
from cai import delais
from core import clock, journal
from core.errors import Blocage, InvalidInput, RuleViolation, refuse, refuse_if
from core.french import date_sans_jour, minuscule

Echeance, Statut, Situation = Suivi.Echeance, Suivi.Statut, Suivi.Situation
# rule: D.5-3-mois
MOIS = {Echeance.TROIS_MOIS: 3, Echeance.SIX_MOIS: delais.SUIVI_MOIS}  # [S-G]
RAPPEL = timedelta(days=15)  # D.6: on the adviser's list fifteen days before; no interview is noted earlier [D]
# Between the end of the conclusion and the closing.
SUIVIS = (Etat.SYNTHESE_REDIGEE, Etat.SYNTHESE_PRESENTEE, Etat.SYNTHESE_VALIDEE, Etat.SIGNATURE_REFUSEE)


# rule: D.5-6-mois
def open_follow_up(bilan: Bilan) -> None:
    """The six-month interview is to be held: called as the conclusion ends, in the caller's transaction.

    Nothing is opened beyond the period of services, the outer bound of any nominative follow-up (C.10).
    """
    prevu_le, fin = _due(bilan, Echeance.SIX_MOIS), bilan.contrat.fin_periode_services
    if fin is None or prevu_le <= fin:
        Suivi.objects.get_or_create(bilan=bilan, echeance=Echeance.SIX_MOIS, defaults={"prevu_le": prevu_le})


def _due(bilan: Bilan, echeance: Suivi.Echeance) -> date:
    if bilan.date_fin_conclusion is None:
        raise RuleViolation("La conclusion n’a pas eu lieu\u00a0: il n’y a pas de suivi.", code="bilan_non_conclu")
    return delais.date_suivi(bilan.date_fin_conclusion, MOIS[echeance])


# rule: D.5-sans-consequence
def is_awaited(bilan: Bilan) -> bool:
    """Whether the six-month interview is still expected: neither done, nor refused, nor left without an answer.

    Never beyond the person's period of services (C.10).
    """
    if bilan.etat not in SUIVIS or _period_blocages(bilan):
        return False
    return not Suivi.objects.over().filter(bilan=bilan).exists()


def may_answer_late(bilan: Bilan) -> bool:
    """Whether the person, who did not answer at six months, may still come: nothing is expected, all can be noted."""
    unanswered = {"bilan": bilan, "echeance": Echeance.SIX_MOIS, "statut": Statut.SANS_REPONSE}
    return bilan.etat in SUIVIS and not _period_blocages(bilan) and Suivi.objects.filter(**unanswered).exists()


# rule: D.6-suivi
def is_due(bilan: Bilan, echeance: Suivi.Echeance = Echeance.SIX_MOIS) -> bool:
    """Whether an interview may be held now: from fifteen days before its date, as long as six months are awaited."""
    if bilan.date_fin_conclusion is None or clock.today() < _due(bilan, echeance) - RAPPEL:
        return False
    return is_awaited(bilan)


# rule: E.2-contact
def may_contact(bilan: Bilan) -> bool:
    """Whether the person agreed to be contacted for the follow-up.

    Without it nothing is expected of the adviser: no reminder, no letter; only the person's own visit is noted.
    """
    return in_force(bilan, Consentement.Portee.SUIVI) is not None


# rule: D.5-statuts, C.6-suivi-a-part
@transaction.atomic
def record_follow_up(
    *,
    bilan: Bilan,
    echeance: str,
    statut: str,
    fait_le: date,
    situation: str = "",
    date_embauche: date | None = None,
    by: Agent,
) -> Suivi:
    """Write down what came of a follow-up: done with the person's situation, refused, or without an answer.

    Right of the adviser in charge. An interview without an answer may still be held later; done or refused is final.
    Refuses: a bilan not concluded or ended, a day to come or before the conclusion, an interview noted more than
    fifteen days before its date (a refusal may come at any time; the silence of someone whom nobody may invite, from
    its date on), three months once six were noted, an employment date without employment, and anything beyond the
    person's period of services (C.10).
    """
    bilan = lock(bilan.pk)
    check_can(by, Permission.ENREGISTRER_SUIVI, bilan)
    if bilan.etat not in SUIVIS:
        etat = bilan.get_etat_display()
        raise RuleViolation(
            f"Ce bilan est à l’état «\u00a0{etat}\u00a0»\u00a0: aucun suivi n’y est noté.",
            code="transition_impossible",
        )
    _check_choices(echeance, statut, situation)
    kept = Suivi.objects.filter(bilan=bilan, echeance=echeance).first()
    _refuse_repeated(bilan, kept, statut)
    prevu_le = _due(bilan, Echeance(echeance))
    refuse_if(
        [
            *_period_blocages(bilan),
            *_date_blocages(bilan, Echeance(echeance), statut, fait_le, prevu_le),
            *_situation_blocages(statut, situation, date_embauche, fait_le),
        ]
    )
    suivi, _ = Suivi.objects.update_or_create(
        bilan=bilan,
        echeance=echeance,
        defaults={
            "prevu_le": prevu_le,
            "statut": statut,
            "fait_le": fait_le,
            "situation": situation,
            "date_embauche": date_embauche,
            "par": by,
        },
    )
    # The situation is the person's: it stays on the row, which can be anonymised, and out of the journal.
    journal.record(
        "bilan.suivi_note",
        dossier=bilan.contrat_id,
        target=bilan,
        by=by,
        echeance=str(echeance),
        statut=str(statut),
        fait_le=fait_le.isoformat(),
    )
    return suivi


def _check_choices(echeance: str, statut: str, situation: str) -> None:
    fields = {}
    if echeance not in Echeance.values:
        fields["echeance"] = ["Choisissez de quel suivi il s’agit."]
    if statut not in Statut.values or statut == Statut.A_FAIRE:
        fields["statut"] = ["Dites ce que le suivi a donné."]
    if situation and situation not in Situation.values:
        fields["situation"] = ["Choisissez une situation de la liste."]
    if fields:
        raise InvalidInput(" ".join(sentence for said in fields.values() for sentence in said), fields=fields)


def _refuse_repeated(bilan: Bilan, kept: Suivi | None, statut: str) -> None:
    if kept is not None and (kept.statut in (Statut.REALISE, Statut.REFUSE) or kept.statut == statut):
        refuse("suivi_deja_note", f"Ce suivi est déjà noté\u00a0: {tell(kept)}.", field="echeance")
    if kept is None and Suivi.objects.over().filter(bilan=bilan).exists():
        refuse("suivi_plus_tardif", "Le suivi à six mois est déjà noté.", field="echeance")


# rule: C.10-borne
def _period_blocages(bilan: Bilan) -> list[Blocage]:
    fin = bilan.contrat.fin_periode_services
    if fin is None or clock.today() <= fin:
        return []
    message = f"Les cinq ans de services ont pris fin le {date_sans_jour(fin)}\u00a0: aucun suivi nominatif n’est tenu."
    return [Blocage("periode_services_finie", message)]


def _date_blocages(bilan: Bilan, echeance: Suivi.Echeance, statut: str, fait_le: date, prevu_le: date) -> list[Blocage]:
    if fait_le > clock.today():
        return [Blocage("date_future", "Indiquez une date au plus tard aujourd’hui.", "fait_le")]
    earliest = _earliest(bilan, statut, prevu_le)
    if fait_le < earliest:
        message = f"Ce suivi est prévu le {date_sans_jour(prevu_le)}\u00a0: il se note à partir du "
        return [Blocage("suivi_trop_tot", f"{message}{date_sans_jour(earliest)}.", "fait_le")]
    if echeance == Echeance.TROIS_MOIS and fait_le >= _due(bilan, Echeance.SIX_MOIS) - RAPPEL:
        return [Blocage("suivi_de_six_mois", "À cette date, notez le suivi à six mois.", "echeance")]
    return []


def _earliest(bilan: Bilan, statut: str, prevu_le: date) -> date:
    if statut == Statut.REFUSE:
        return bilan.date_fin_conclusion or prevu_le
    # Whom nobody may invite has not failed to answer before the day itself.
    return prevu_le if statut == Statut.SANS_REPONSE and not may_contact(bilan) else prevu_le - RAPPEL


# rule: D.5-situation
def _situation_blocages(statut: str, situation: str, date_embauche: date | None, fait_le: date) -> list[Blocage]:
    if statut != Statut.REALISE:
        if situation or date_embauche:
            message = "Sans entretien, aucune situation n’est notée."
            return [Blocage("situation_sans_entretien", message, "situation")]
        return []
    found = []
    if not situation:
        found.append(Blocage("situation_absente", "Choisissez la situation de la personne.", "situation"))
    elif date_embauche and situation != Situation.EMPLOI:
        found.append(Blocage("embauche_sans_emploi", "Une date d’embauche suppose un emploi.", "date_embauche"))
    if date_embauche and date_embauche > fait_le:
        found.append(Blocage("embauche_future", "L’embauche ne peut pas suivre l’entretien.", "date_embauche"))
    return found


def tell(suivi: Suivi) -> str:
    """Where one follow-up stands, in a few words: « réalisé le 12 novembre 2010, en emploi »."""
    if suivi.fait_le is None:
        return f"à faire, prévu le {date_sans_jour(suivi.prevu_le)}"
    situation = f", {minuscule(suivi.get_situation_display())}" if suivi.situation else ""
    return f"{minuscule(suivi.get_statut_display())} le {date_sans_jour(suivi.fait_le)}{situation}"
