"""Opening a file: the person, the contract, a check page that shows who may be the same person."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from agents.http import AgentRequest
from agents.permissions import check_permission
from agents.roles import Permission
from cai import delais
from cai.controles import signs_no_cai
from cai.fiches import FicheSignataire
from cai.forms import ContratForm, SignataireForm
from cai.models import Contrat, Signataire
from cai.selectors import Doublons, person_lines, possible_duplicates
from core.errors import Conflict
from core.french import date_longue, date_sans_jour
from dossiers import ouvertures
from dossiers.forms import VerificationForm
from dossiers.ouvertures import Ouverture
from dossiers.services import FORMULAIRE_SERVI
from dossiers.services import open_file as open_file_service


@require_safe
def open_file(request: AgentRequest) -> HttpResponse:
    """A new opening, known from here on by the identifier its file will have."""
    check_permission(request.user, Permission.OUVRIR_DOSSIER)
    return redirect("dossiers:open_person", uuid.uuid4())


@require_http_methods(["GET", "HEAD", "POST"])
def open_person(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """First step: who."""
    check_permission(request.user, Permission.OUVRIR_DOSSIER)
    if opened := _opened(request, pk):
        return _already_open(request, opened)
    ouverture = ouvertures.read(request, pk)
    posted = request.method == "POST"
    form = SignataireForm(request.POST) if posted else SignataireForm(initial=ouverture.personne)
    if posted:
        # Kept even when refused: a way back, or another tab, finds what was typed.
        ouverture.personne = ouvertures.typed(request.POST, SignataireForm)
        ouvertures.keep(request, ouverture)
        if form.is_valid():
            return redirect("dossiers:open_contract", pk)
    return render(request, "dossiers/ouvrir_personne.html", {"form": form, "identifiant": pk})


@require_http_methods(["GET", "HEAD", "POST"])
def open_contract(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Second step: the contract."""
    check_permission(request.user, Permission.OUVRIR_DOSSIER)
    if opened := _opened(request, pk):
        return _already_open(request, opened)
    ouverture = ouvertures.read(request, pk)
    person = _person(ouverture)
    if person is None:
        return _start_again(request, pk)
    signataire = Signataire(**person.columns())
    posted = request.method == "POST"
    form = ContratForm(
        request.POST if posted else None,
        initial=None if posted else ouverture.contrat,
        signataire=signataire,
        agent=request.user,
    )
    if posted:
        ouverture.contrat = ouvertures.typed(request.POST, ContratForm)
        ouvertures.keep(request, ouverture)
        if form.is_valid():
            return redirect("dossiers:open_check", pk)
    return render(request, "dossiers/ouvrir_contrat.html", {"form": form, "identifiant": pk, "signataire": signataire})


@require_http_methods(["GET", "HEAD", "POST"])
def open_check(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Last step: read again, look at the possible duplicates, open. Sent twice, it opens one file."""
    check_permission(request.user, Permission.OUVRIR_DOSSIER)
    ouverture = ouvertures.read(request, pk)
    if opened := _opened(request, pk):
        if request.method != "POST":
            return _already_open(request, opened)
        if not ouverture.personne:
            return redirect("dossiers:view_file", pk)  # the second of two clicks, the first one being answered
    person = _person(ouverture)
    if person is None:
        return _start_again(request, pk)
    signataire = Signataire(**person.columns())
    terms = ContratForm(ouverture.contrat, signataire=signataire, agent=request.user, identifiant=pk)
    if not terms.is_valid():
        return redirect("dossiers:open_contract", pk)
    doublons = possible_duplicates(
        nom=person.nom,
        prenom=person.prenom,
        date_naissance=person.date_naissance,
        agent=request.user,
        sauf=pk,
    )
    form = VerificationForm(request.POST if request.method == "POST" else None, doublons=bool(doublons))
    if form.is_valid() and form.accepted_by(
        open_file_service,
        signataire=person,
        contrat=terms.fiche(),
        direction=terms.chosen_direction(),
        identifiant=pk,
        by=request.user,
    ):
        ouvertures.forget(request, pk)
        messages.success(request, f"Le dossier {form.result.numero_cai} est ouvert. Évaluez maintenant l’exemption.")
        return redirect("dossiers:view_file", form.result.pk)
    return _check_page(request, ouverture, signataire, terms, form, doublons)


def _opened(request: AgentRequest, pk: uuid.UUID) -> Contrat | None:
    """The file that this opening already gave, if any; refuses (Conflict) when it is not the agent's to see."""
    opened = Contrat.objects.visible_to(request.user).select_related("signataire").filter(pk=pk).first()
    if opened is None and Contrat.objects.filter(pk=pk).exists():
        raise Conflict(FORMULAIRE_SERVI)
    return opened


def _already_open(request: AgentRequest, opened: Contrat) -> HttpResponse:
    """The way to the file that is open, and to a new opening, which keeps the person just typed if any."""
    autre = reverse("dossiers:open_file")
    personne = ouvertures.typed(request.POST, SignataireForm)
    if personne:
        nouvelle = Ouverture(uuid.uuid4(), personne=personne)
        ouvertures.keep(request, nouvelle)
        autre = reverse("dossiers:open_person", args=[nouvelle.identifiant])
    context = {"contrat": opened, "url_autre": autre, "garde": bool(personne)}
    status = 409 if request.method == "POST" else 200
    return render(request, "dossiers/deja_ouvert.html", context, status=status)


def _check_page(
    request: AgentRequest,
    ouverture: Ouverture,
    signataire: Signataire,
    terms: ContratForm,
    form: VerificationForm,
    doublons: Doublons,
) -> HttpResponse:
    fiche = terms.fiche()
    labels = dict(terms.fields["titre_admission"].choices)  # type: ignore[attr-defined]
    echeance = delais.echeance_contrat(fiche.date_signature)
    context = {
        "identifiant": ouverture.identifiant,
        "form": form,
        "doublons": doublons,
        "libre_circulation": signs_no_cai(signataire.nationalite_id, fiche.date_signature),
        "url_personne": reverse("dossiers:open_person", args=[ouverture.identifiant]),
        "url_contrat": reverse("dossiers:open_contract", args=[ouverture.identifiant]),
        "lignes_personne": person_lines(signataire),
        "lignes_contrat": [
            ("Direction territoriale", terms.chosen_direction()),
            ("Numéro CAI", fiche.numero_cai or "attribué à l’ouverture"),
            ("Entretien", date_longue(fiche.date_entretien)),
            ("Signature", date_longue(fiche.date_signature)),
            *(
                [("Signature du représentant légal", date_longue(fiche.date_cosignature))]
                if fiche.date_cosignature
                else []
            ),
            ("Dernier jour du contrat", date_longue(echeance)),
            ("Titre d’admission", labels.get(fiche.titre_admission)),
            ("Titre actuel", labels.get(fiche.titre_actuel) if fiche.titre_actuel else "celui de l’admission"),
            ("Premier titre", date_sans_jour(fiche.date_premier_titre)),
        ],
    }
    return render(request, "dossiers/ouvrir_verifier.html", context)


def _person(ouverture: Ouverture) -> FicheSignataire | None:
    form = SignataireForm(ouverture.personne)
    return form.fiche() if form.is_valid() else None


def _start_again(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    messages.warning(request, "Renseignez la personne : ce qui avait été saisi n’est plus là ou est à corriger.")
    return redirect("dossiers:open_person", pk)
