"""The desk, the search, the file and its timeline."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from agents.http import AgentRequest
from agents.models import Agent
from agents.permissions import check_permission, has_permission
from agents.roles import Permission
from cai.models import Contrat
from core import journal
from core.french import date_longue, distance
from dossiers import chronologie
from dossiers.bureau import COMPTE_MAX, Bureau, committee_to_prepare, desk_of, list_page
from dossiers.listes import listes_of
from dossiers.page import compose
from dossiers.selectors import search_files, situations_of

RECHERCHE = "recherche"  # key of the session: the words of the last search


def file_or_404(agent: Agent, pk: uuid.UUID) -> Contrat:
    """The contract of a file the agent may know of, with its person."""
    contrats = Contrat.objects.visible_to(agent).select_related(
        "signataire__nationalite",
        "signataire__langue_comprise",
        "direction",
        "titre_admission",
        "titre_actuel",
        "famille",
    )
    return get_object_or_404(contrats, pk=pk)


@require_safe
def bureau(request: AgentRequest) -> HttpResponse:
    """What the agent has to do today; ``?liste=`` shows one list whole."""
    if code := request.GET.get("liste"):
        return _one_list(request, code)
    desk = desk_of(request.user)
    context = {"bureau": desk, "tuiles": _tiles(desk), "vide": _nothing_waits(request.user)}
    if fin := committee_to_prepare(request.user):
        context["comite"] = f"Le trimestre finit {distance(fin)}, le {date_longue(fin)}."
    return render(request, "dossiers/bureau.html", context)


def _nothing_waits(agent: Agent) -> dict[str, str]:
    """What an empty desk says: nothing today, or, to a role that has no list, where its work is."""
    if listes_of(agent):
        phrase = "Les dossiers qui auront besoin de vous apparaîtront ici."
        return {"titre": "Rien ne vous attend aujourd’hui", "phrase": phrase, "lien": "", "url": ""}
    if has_permission(agent, Permission.ADMINISTRER):
        return {
            "titre": "Aucun dossier ne vous attend ici",
            "phrase": "L’administration tient les comptes, les lieux, les marchés et les tables de référence.",
            "lien": "Ouvrir l’administration",
            "url": reverse("admin:index"),
        }
    if has_permission(agent, Permission.VOIR_PLANNING):
        return {
            "titre": "Aucun dossier ne vous attend ici",
            "phrase": "Les rendez-vous de vos conseillers, et ceux à confier à un autre, sont dans le planning.",
            "lien": "Ouvrir le planning",
            "url": reverse("bilan:planning"),
        }
    return {
        "titre": "Votre compte n’a aucun rôle en cours",
        "phrase": "Demandez à votre administrateur de vous en attribuer un.",
        "lien": "Voir mon compte",
        "url": reverse("agents:mon_compte"),
    }


def _tiles(desk: Bureau) -> list[dict[str, Any]]:
    address = reverse("dossiers:bureau")
    return [
        {
            "nombre": compte,
            "label": f"{liste.titre} (ou plus)" if compte >= COMPTE_MAX else liste.compte(compte),
            "url": f"{address}?liste={liste.code}",
        }
        for liste, compte in desk.comptes
    ]


def _one_list(request: AgentRequest, code: str) -> HttpResponse:
    liste = next((liste for liste in listes_of(request.user) if liste.code == code), None)
    if liste is None:
        raise Http404
    page = list_page(request.user, liste, apres=request.GET.get("apres", ""))
    suivants = f"?{urlencode({'liste': code, 'apres': page.suite})}" if page.suite else ""
    return render(request, "dossiers/bureau_liste.html", {"liste": liste, "page": page, "suivants": suivants})


@require_http_methods(["GET", "HEAD", "POST"])
def search(request: AgentRequest) -> HttpResponse:
    """Find a file by number, name or birth date; answers the results alone to a search as you type.

    The words are posted and wait in the session, never in an address: they name people, and addresses are kept by
    browsers, proxies and logs. A GET shows the last search again; words in its address are refused and dropped.
    """
    check_permission(request.user, Permission.VOIR_DOSSIER)
    if "q" in request.GET:
        messages.warning(
            request,
            "Une recherche ne s’écrit pas dans l’adresse, où elle serait gardée\u00a0: tapez-la ci-dessous.",
        )
        return redirect("dossiers:search")
    as_typed = "HX-Request" in request.headers
    if request.method == "POST":
        request.session[RECHERCHE] = request.POST.get("q", "")[:100].replace("\x00", "")
        if not as_typed:
            return redirect("dossiers:search")
    text = request.session.get(RECHERCHE, "")
    context = {"q": text, "resultats": search_files(request.user, text)}
    return render(request, "dossiers/_resultats.html" if as_typed else "dossiers/recherche.html", context)


@require_safe
def view_file(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """The file: who, where it stands, what to do now, and what each step knows."""
    try:
        contrat = file_or_404(request.user, pk)
    except Http404:
        return _view_anonymised(request, get_object_or_404(Contrat.objects.anonymised_for(request.user), pk=pk))
    # rule: E.6-actes
    journal.log_access("voir_dossier", by=request.user, target=contrat)
    return render(request, "dossiers/dossier.html", {"dossier": compose(contrat, request.user)})


# rule: E.6-anonymisation
def _view_anonymised(request: AgentRequest, contrat: Contrat) -> HttpResponse:
    """What is left of a file: what happened and when, nobody's; no act, no tab, no search leads on from it."""
    journal.log_access("voir_dossier", by=request.user, target=contrat)
    sees = has_permission(request.user, Permission.VOIR_EXEMPTION, direction_id=contrat.direction_id)
    context = {"contrat": contrat, "evenements": chronologie.timeline(contrat.pk, sees_exemption=sees)}
    return render(request, "dossiers/dossier_anonymise.html", context)


@require_safe
def view_timeline(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """The file's journal in sentences, all of it or one family."""
    contrat = file_or_404(request.user, pk)
    journal.log_access("voir_chronologie", by=request.user, target=contrat)
    sees = has_permission(request.user, Permission.VOIR_EXEMPTION, direction_id=contrat.direction_id)
    familles = {code: label for code, label in chronologie.FAMILLES.items() if sees or code != chronologie.EXEMPTION}
    choisie = request.GET.get("famille", "")
    chosen = [choisie] if choisie in familles else []
    context = {
        "contrat": contrat,
        "tout": reverse("dossiers:view_timeline", args=[pk]),
        "situation": situations_of([contrat.pk])[contrat.pk],
        "familles": familles,
        "choisie": chosen[0] if chosen else "",
        "evenements": chronologie.timeline(contrat.pk, familles=chosen, sees_exemption=sees),
    }
    return render(request, "dossiers/chronologie.html", context)
