"""Answers that pages share."""

import re

from django.http import HttpResponse


def pdf_response(pdf: bytes, filename: str) -> HttpResponse:
    """A PDF shown in the browser and kept in no cache. ``filename`` must hold nothing personal."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{re.sub(r"[^A-Za-z0-9.-]+", "-", filename)}"'
    response["Cache-Control"] = "no-store, private"
    return response
