"""The operator's pages: what was received, which faults are in force, what the partner announces."""

from flask import Blueprint

operateur = Blueprint("operateur", __name__)
