"""The partner, for the scenarios that reach it."""

from tests.partenaire import partenaire, processus, settle, simulateur

__all__ = ["partenaire", "processus", "settle", "simulateur"]
