"""Ask the person one thing at a time, write the answer down, withdraw in two clicks, take the synthesis up again."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from agents.http import AgentRequest
from agents.models import Agent
from agents.permissions import direction_ids
from agents.roles import Permission
from bilan.bilingue import rows_of_texte
from bilan.emission import blank_consent
from bilan.models import Bilan, Consentement
from bilan.permissions import can
from bilan.retention import would_destroy
from bilan.selectors import PORTEES, current_synthese, last_decision
from bilan.states import MotifReprise
from bilan.textes import CE_QUE_NE_RECOIT_PAS_POLE_EMPLOI, CE_QUE_RECOIT_POLE_EMPLOI, CONSENTEMENTS, DROITS
from bilan.traductions import traduction_for, traductions
from core import journal
from core.http import pdf_response
from poleemploi import services
from poleemploi.forms import DecisionForm, RepriseForm, RetraitForm
from poleemploi.models import Transmission
from poleemploi.permissions import check_can_collect, check_can_rework, check_can_withdraw
from poleemploi.presentation import panel, questions_of
from poleemploi.states import EtatTransmission

Portee, Decision = Consentement.Portee, Consentement.Decision
FAITS = {
    (Portee.TRANSMISSION, Decision.ACCORDE): "L’accord est enregistré. La synthèse part vers Pôle emploi.",
    (Portee.TRANSMISSION, Decision.REFUSE): "Le refus est enregistré. Rien ne sera transmis.",
    (Portee.CONSERVATION, Decision.ACCORDE): "L’accord est enregistré. La synthèse est conservée un an au plus.",
    (Portee.CONSERVATION, Decision.REFUSE): "Le refus est enregistré.",
    (Portee.SUIVI, Decision.ACCORDE): "L’accord est enregistré.",
    (Portee.SUIVI, Decision.REFUSE): "Le refus est enregistré.",
}


def _bilan_or_404(agent: Agent, pk: uuid.UUID) -> Bilan:
    queryset = Bilan.objects.visible_to(agent).select_related(
        "contrat__signataire", "contrat__direction", "prestataire", "conseiller"
    )
    bilan: Bilan = get_object_or_404(queryset, pk=pk)
    return bilan


def _home_of(agent: Agent, bilan: Bilan) -> str:
    """The file for OFII, the bilan's own page for its adviser."""
    if bilan.contrat.direction_id in direction_ids(agent, Permission.VOIR_DOSSIER):
        return reverse("dossiers:view_file", args=[bilan.contrat_id])
    return reverse("bilan:voir_bilan", args=[bilan.pk])


def _portee_or_404(slug: str) -> Consentement.Portee:
    if slug not in PORTEES:
        raise Http404
    return PORTEES[slug]


@never_cache
@require_safe
def collect_consents(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Every question, in order, with its last answer; one is asked at a time."""
    bilan = _bilan_or_404(request.user, pk)
    check_can_collect(request.user, bilan)
    exchange = panel(bilan, request.user)
    questions = exchange.questions
    context = {
        "bilan": bilan,
        "questions": [(question, CONSENTEMENTS[question.portee]) for question in questions],
        "suivante": next((question for question in questions if question.is_open), None),
        "panel": exchange,
        "retour": _home_of(request.user, bilan),
        "retour_nom": "dossier" if can(request.user, Permission.VOIR_DOSSIER, bilan) else "bilan",
    }
    return render(request, "poleemploi/consentements.html", context)


def _langue_lue(request: AgentRequest, bilan: Bilan) -> str:
    """The language in which the person reads: the one chosen on the page, otherwise the one they understand."""
    chosen = request.GET.get("langue", "")
    return chosen if chosen in (*traductions(), "fr") else bilan.contrat.signataire.langue_comprise_id


def _lecture(bilan: Bilan, portee: Consentement.Portee, langue: str) -> dict[str, object]:
    """What shows the text in French and in the language of the person, and offers the others."""
    traduction = traduction_for(langue)
    return {
        "langue": langue,
        "langue_comprise": bilan.contrat.signataire.langue_comprise,
        "traduction": traduction,
        "traductions": sorted(traductions().values(), key=lambda one: one.nom_francais),
        "lignes": rows_of_texte(portee, traduction) if traduction else (),
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_consent(request: AgentRequest, pk: uuid.UUID, portee: str) -> HttpResponse:
    """One question, its text and its form to sign.

    Agreeing to the transmission shows first who will receive what; a refusal that destroys shows first what goes.
    """
    bilan, scope = _bilan_or_404(request.user, pk), _portee_or_404(portee)
    check_can_collect(request.user, bilan)
    question = next(one for one in questions_of(bilan, request.user) if one.portee == scope)
    if request.method != "POST" and not question.ask_url:
        messages.warning(request, question.attente or "Un accord est en vigueur\u00a0: il n’y a rien à demander.")
        return redirect("poleemploi:collect_consents", pk=bilan.pk)
    langue = _langue_lue(request, bilan)
    form = DecisionForm(
        request.POST if request.method == "POST" else None, bilan=bilan, portee=scope, initial={"langue": langue}
    )
    context = {"bilan": bilan, "form": form, "portee": portee, "texte": CONSENTEMENTS[scope], "droits": DROITS}
    context |= {"conservation_url": "", **_lecture(bilan, scope, langue)}
    if scope == Portee.TRANSMISSION:
        context["synthese"] = current_synthese(bilan)
        if last_decision(bilan.pk, Portee.CONSERVATION) is None:
            context["conservation_url"] = reverse("poleemploi:ask_consent", args=[bilan.pk, "conservation"])
    destroying = context["detruit"] = would_destroy(bilan, scope, Decision.REFUSE)
    if form.is_valid() and "modifier" not in request.POST:
        decision = Decision(form.cleaned_data["decision"])
        if "confirmer" not in request.POST:
            if (scope, decision) == (Portee.TRANSMISSION, Decision.ACCORDE):
                context |= {"recoit": CE_QUE_RECOIT_POLE_EMPLOI, "jamais": CE_QUE_NE_RECOIT_PAS_POLE_EMPLOI}
                return render(request, "poleemploi/consentement_verifier.html", context)
            if decision == Decision.REFUSE and destroying:
                return render(request, "poleemploi/consentement_detruire.html", context)
        if form.accepted_by(
            services.record_decision,
            bilan=bilan,
            portee=scope,
            decision=decision,
            **form.recueil(),
            by=request.user,
        ):
            messages.success(request, FAITS[scope, decision])
            return redirect("poleemploi:collect_consents", pk=bilan.pk)
    return render(request, "poleemploi/consentement.html", context)


@never_cache
@require_safe
def print_form(request: AgentRequest, pk: uuid.UUID, portee: str) -> HttpResponse:
    """The form of one scope, blank, to be read and signed, in French and in the language asked for."""
    bilan, scope = _bilan_or_404(request.user, pk), _portee_or_404(portee)
    check_can_collect(request.user, bilan)
    pdf = blank_consent(bilan=bilan, portee=scope, langue=_langue_lue(request, bilan))
    journal.log_access("imprimer_formulaire", by=request.user, target=bilan, motif=str(scope))
    return pdf_response(pdf, f"accord-{portee}.pdf")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_consent(request: AgentRequest, pk: uuid.UUID, portee: str) -> HttpResponse:
    """From the file: one click to come here, one on the way in which the person withdraws."""
    bilan, scope = _bilan_or_404(request.user, pk), _portee_or_404(portee)
    check_can_withdraw(request.user, bilan)
    form = RetraitForm(request.POST if request.method == "POST" else None, bilan=bilan)
    if form.is_valid() and form.accepted_by(
        services.record_decision,
        bilan=bilan,
        portee=scope,
        decision=Decision.RETIRE,
        **form.recueil(),
        by=request.user,
    ):
        messages.success(request, "Le retrait est enregistré.")
        return redirect(_home_of(request.user, bilan))
    context = _withdrawal_words(bilan, scope)
    context |= {
        "bilan": bilan,
        "form": form,
        "annuler_url": _home_of(request.user, bilan),
    }
    return render(request, "poleemploi/retrait.html", context)


def _withdrawal_words(bilan: Bilan, portee: Consentement.Portee) -> dict[str, object]:
    """What a withdrawal does, said before it is done."""
    destroyed = not _is_kept(bilan)
    if portee == Portee.CONSERVATION:
        return {
            "titre": "Retirer l’accord de conservation",
            "phrase": "La synthèse est détruite dès qu’aucun envoi accepté n’est plus attendu.",
            "perdu": ["Le contenu de la synthèse et son PDF. L’exemplaire remis à la personne reste à elle."],
            "irreversible": True,
        }
    if portee == Portee.SUIVI:
        return {
            "titre": "Retirer l’accord de prise de contact",
            "phrase": "Le prestataire ne prendra plus contact avec la personne pour le suivi.",
        }
    received = Transmission.objects.filter(bilan=bilan, etat=EtatTransmission.ACCUSEE).exists()
    return {
        "titre": "Retirer l’accord de transmission",
        "phrase": "Pôle emploi sera prié d’effacer ce qu’il a reçu."
        if received
        else "Plus rien ne sera envoyé. Si un envoi est déjà parti, son effacement sera demandé.",
        "recoit": ["Pôle emploi\u00a0: une demande d’effacement, sans autre renseignement."] if received else [],
        "perdu": ["Le contenu de la synthèse\u00a0: la personne n’a pas accepté qu’il soit conservé."]
        if destroyed
        else [],
        "irreversible": destroyed,
    }


def _is_kept(bilan: Bilan) -> bool:
    rows = Consentement.objects.filter(bilan=bilan, portee=Portee.CONSERVATION).order_by("-rang")
    return rows.values_list("decision", flat=True).first() == Decision.ACCORDE


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rework_synthese(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Transition 15b, which touches the synthesis and the queue."""
    bilan = _bilan_or_404(request.user, pk)
    check_can_rework(request.user, bilan)
    form = RepriseForm(request.POST if request.method == "POST" else None, bilan=bilan)
    if form.is_valid() and form.accepted_by(
        services.rework_synthese, bilan=bilan, motif=MotifReprise(form.cleaned_data["motif"]), by=request.user
    ):
        messages.success(request, "Une nouvelle version est ouverte, copiée de la précédente.")
        return redirect(_home_of(request.user, bilan))
    context = {
        "bilan": bilan,
        "titre": "Reprendre la synthèse",
        "phrase": "Une nouvelle version s’ouvre, copiée de celle-ci. Elle devra être présentée et signée de nouveau.",
        "perdu": [
            "L’accord de transmission, s’il a été donné\u00a0: il sera redemandé pour la nouvelle version.",
            "L’envoi en attente, s’il y en a un. Ce que Pôle emploi a déjà reçu y reste jusqu’à la nouvelle version.",
        ],
        "bouton": "Reprendre la synthèse",
        "form": form,
        "annuler_url": _home_of(request.user, bilan),
    }
    return render(request, "poleemploi/confirmation.html", context)
