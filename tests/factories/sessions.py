"""A browser in which an agent is already logged in, without the log-in page."""

from django.conf import settings
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from agents.models import Agent


def log_in(page: Page, live_server: LiveServer, agent: Agent) -> None:
    client = Client()
    client.force_login(agent, backend="agents.backends.AgentBackend")
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": str(live_server)}])
