"""A request as views receive it: log-in is required everywhere, so its user is an agent."""

from django.http import HttpRequest

from agents.models import Agent


class AgentRequest(HttpRequest):
    user: Agent
