"""Answers that pages share."""

import re

from django.http import HttpResponse


def pdf_response(pdf: bytes, filename: str) -> HttpResponse:
    """A PDF shown in the browser and kept in no cache. ``filename`` must hold nothing personal."""
    return _file(pdf, "application/pdf", f'inline; filename="{_plain(filename)}"')


def calendar_response(calendar: bytes, filename: str) -> HttpResponse:
    """An iCalendar file to keep or to open, kept in no cache. ``filename`` must hold nothing personal."""
    return _file(calendar, "text/calendar; charset=utf-8", f'attachment; filename="{_plain(filename)}"')


def _plain(filename: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]+", "-", filename)


def _file(content: bytes, content_type: str, disposition: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = disposition
    response["Cache-Control"] = "no-store, private"
    return response
