"""A request as views receive it: log-in is required everywhere, so its user is an agent."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from agents.models import Agent


class AgentRequest(HttpRequest):
    user: Agent
    htmx: HtmxDetails  # true when a part of a page asks for itself again
