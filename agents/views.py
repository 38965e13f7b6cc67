"""Log in and out, choose a password, look at one's own account."""

import uuid
from datetime import timedelta
from typing import Any

from axes.utils import reset as reset_lockout
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.contrib.auth.views import LoginView, PasswordChangeView, PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agents.backends import lockout_key
from agents.forms import ConnexionForm, MotDePasseChangerForm, MotDePasseOublieForm, NouveauMotDePasseForm
from agents.http import AgentRequest
from agents.models import Agent
from agents.roles import Role
from agents.services import revoke_token
from agents.tasks import ENVOYER_LIEN, VIE_DE_LA_DEMANDE
from core import journal
from core.doorbell import ring_on_commit
from core.models import JournalAcces

LIENS_PAR_QUART_D_HEURE = 3


class ConnexionView(LoginView):
    """Every attempt leaves a line in the access journal, without the address that was typed."""

    template_name = "agents/connexion.html"
    authentication_form = ConnexionForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lost = self.request.GET.get("envoi") == "perdu"
        return super().get_context_data(**kwargs, envoi_perdu=lost)

    def get_default_redirect_url(self) -> str:
        if self.request.user.roles == {Role.ADMINISTRATEUR}:  # type: ignore[union-attr]
            return reverse("admin:index")
        return super().get_default_redirect_url()

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        self.request.session.pop("expiree", None)
        # rule: E.6-actes
        journal.log_access("connexion", by=self.request.user)
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        if form.non_field_errors() and not getattr(self.request, "axes_locked_out", False):
            journal.log_access("connexion", by=None, motif="identifiants_inexacts", granted=False)
        return super().form_invalid(form)


@never_cache
def account_locked(request: HttpRequest, response: HttpResponse | None, credentials: Any) -> HttpResponse:
    """The answer once AXES_FAILURE_LIMIT passwords were wrong, until AXES_COOLOFF_TIME has passed."""
    journal.log_access("connexion", by=None, motif="compte_bloque", granted=False)
    return render(request, "agents/compte_bloque.html", status=429)


@login_not_required  # a session that is over already must not be told that its form was lost
@require_POST
def deconnexion(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        journal.log_access("deconnexion", by=request.user)
        logout(request)
        messages.success(request, "Vous êtes déconnecté.")
    return redirect("agents:connexion")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mot_de_passe_oublie(request: HttpRequest) -> HttpResponse:
    form = MotDePasseOublieForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _ask_for_a_link(form.cleaned_data["email"])
        return redirect("agents:mot_de_passe_envoye")
    return render(request, "agents/mot_de_passe_oublie.html", {"form": form})


def _ask_for_a_link(address: str) -> None:
    """Whatever happens here, the page answers the same: it must not tell which addresses have an account.

    Nor does the time it takes, broker up or down: a message leaves in every case, about nobody for an unknown address.
    """
    agent = Agent.objects.get_queryset().filter(email__iexact=address, is_active=True).first()
    asks = agent is not None and _may_ask(agent)
    if asks:
        journal.log_access("mot_de_passe_demande", by=None, target=agent)
    ring_on_commit(ENVOYER_LIEN, str(agent.pk if agent and asks else uuid.uuid4()), expires=VIE_DE_LA_DEMANDE)


def _may_ask(agent: Agent) -> bool:
    since = timezone.now() - timedelta(minutes=15)
    asked = JournalAcces.objects.filter(action="mot_de_passe_demande", objet_id=str(agent.pk), survenu_at__gte=since)
    return asked.count() < LIENS_PAR_QUART_D_HEURE


@login_not_required
@require_safe
def mot_de_passe_envoye(request: HttpRequest) -> HttpResponse:
    return render(request, "agents/mot_de_passe_envoye.html")


class MotDePasseNouveauView(PasswordResetConfirmView):
    """Reached by the link of a letter; the token leaves the address bar at once (it is kept in the session)."""

    template_name = "agents/mot_de_passe_nouveau.html"
    form_class = NouveauMotDePasseForm
    reset_url_token = "choisir"  # noqa: S105
    success_url = reverse_lazy("agents:mot_de_passe_enregistre")

    def get_user(self, uidb64: str) -> Agent | None:
        agent: Agent | None = super().get_user(uidb64)
        return agent if agent is not None and agent.is_active else None

    def form_valid(self, form: "SetPasswordForm[Agent]") -> HttpResponse:
        response = super().form_valid(form)
        agent = form.user
        reset_lockout(username=lockout_key(self.request, {"username": agent.email}))
        journal.log_access("mot_de_passe_choisi", by=agent, target=agent)
        return response


@login_not_required
@require_safe
def mot_de_passe_enregistre(request: HttpRequest) -> HttpResponse:
    return render(request, "agents/mot_de_passe_enregistre.html")


class MotDePasseChangerView(PasswordChangeView):
    """The other sessions of the account end; this one goes on."""

    template_name = "agents/mot_de_passe_changer.html"
    form_class = MotDePasseChangerForm
    success_url = reverse_lazy("agents:mon_compte")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        response = super().form_valid(form)
        journal.log_access("mot_de_passe_choisi", by=form.user, target=form.user)
        messages.success(self.request, "Votre nouveau mot de passe est enregistré.")
        return response


@require_safe
def mon_compte(request: AgentRequest) -> HttpResponse:
    jetons = request.user.jetons.filter(revoque_at=None, expire_at__gt=timezone.now())
    return render(request, "agents/mon_compte.html", {"jetons": jetons})


@require_POST
def jeton_revoquer(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    jeton = revoke_token(jeton=get_object_or_404(request.user.jetons, pk=pk), by=request.user)
    messages.success(request, f"Le jeton «\u00a0{jeton.libelle}\u00a0» est révoqué.")
    return redirect("agents:mon_compte")
