"""The letters that a page asks for and does not wait for."""

from celery import shared_task

from agents import courriels
from agents.models import Agent

ENVOYER_LIEN = "agents.envoyer_lien"
VIE_DE_LA_DEMANDE = 3600.0  # seconds: whoever still waits has asked again


@shared_task(
    name=ENVOYER_LIEN, autoretry_for=(OSError,), retry_backoff=10, retry_backoff_max=60, retry_kwargs={"max_retries": 5}
)
def send_password_link(agent_id: str) -> None:
    """Send one agent the link they asked for; its token is made here, and is never a message of the broker.

    Nothing for an identifier that is nobody's, or a closed account's. A mail server that fails is tried again for some
    minutes, less than the broker waits before giving a message to another worker.
    """
    agent = Agent.objects.get_queryset().filter(pk=agent_id, is_active=True).first()
    if agent is not None:
        courriels.send_password_link(agent, letter=courriels.OUBLI)
