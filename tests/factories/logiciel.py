"""An agent's own software: calls the API with its token, in the test's process and at the test's time."""

from datetime import date, datetime
from typing import Any

from django.test import Client

from agents.authentication import create_token
from agents.models import Agent
from bilan.models import Bilan
from core import clock


class Logiciel:
    """Each call answers (status, body); ``at`` is the moment at which it is made."""

    def __init__(self, agent: Agent) -> None:
        self._client = Client(headers={"Authorization": f"Bearer {create_token(agent, libelle='essai')}"})

    def post(self, path: str, body: Any, *, at: datetime | date) -> tuple[int, dict[str, Any]]:
        with clock.travel(at):
            answer = self._client.post(f"/api/v1/{path}", body, content_type="application/json")
        return answer.status_code, answer.json()

    def get(self, path: str, *, at: datetime | date) -> dict[str, Any]:
        with clock.travel(at):
            answer = self._client.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.content
        body: dict[str, Any] = answer.json()
        return body

    def move(self, bilan: Bilan, name: str, *, at: datetime | date, **body: Any) -> str:
        """Fire a transition; its new state, or the code of the refusal."""
        status, said = self.post(f"bilans/{bilan.pk}/transitions/{name}/", body, at=at)
        return str(said["etat"] if status == 200 else said["code"])
