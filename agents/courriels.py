"""What the application writes to agents: the link that lets one choose a password."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from agents.models import Agent

OUBLI = ("agents/courriel_oubli.txt", "Choisir un nouveau mot de passe")
INVITATION = ("agents/courriel_invitation.txt", "Votre compte est ouvert")


def send_password_link(agent: Agent, *, letter: tuple[str, str]) -> None:
    """Send the agent a link good for one password, for PASSWORD_RESET_TIMEOUT seconds. Raises OSError if mail fails.

    It leads to ADRESSE_PUBLIQUE, whatever name the request that asked for it gave to this server.
    """
    template, subject = letter
    uid = urlsafe_base64_encode(force_bytes(agent.pk))
    path = reverse("agents:mot_de_passe_nouveau", args=[uid, default_token_generator.make_token(agent)])
    context = {
        "agent": agent,
        "lien": f"{settings.ADRESSE_PUBLIQUE}{path}",
        "demander": f"{settings.ADRESSE_PUBLIQUE}{reverse('agents:mot_de_passe_oublie')}",
        "minutes": settings.PASSWORD_RESET_TIMEOUT // 60,
    }
    send_mail(subject, render_to_string(template, context), None, [agent.email])
