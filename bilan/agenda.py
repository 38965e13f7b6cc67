"""Appointments as an iCalendar file (RFC 5545), to hand over or to import: no name, no address of a person."""

from collections.abc import Iterable
from datetime import UTC, timedelta

from icalendar import Calendar, Event

from bilan.models import RendezVous

S = RendezVous.Statut
_CANCELLED = (S.REPORTE, S.ANNULE)


def calendar_of(appointments: Iterable[RendezVous], *, nommer: bool) -> bytes:
    """One calendar of these appointments, each with its place; times in UTC, lines folded, texts escaped.

    ``nommer`` adds the file's number to the title, for those who must tell one from another; without it nothing says
    what the appointment is about. The same appointment keeps its UID, and its SEQUENCE grows with each change, so that
    importing again replaces it; one that was called off is told as cancelled.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//CAI//Rendez-vous//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for appointment in appointments:
        calendar.add_component(_event(appointment, nommer))
    written: bytes = calendar.to_ical()
    return written


def _event(appointment: RendezVous, nommer: bool) -> Event:
    lieu = appointment.lieu
    event = Event()
    event.add("uid", str(appointment.pk))
    event.add("dtstamp", appointment.updated_at)
    event.add("sequence", int((appointment.updated_at - appointment.created_at).total_seconds()))
    event.add("dtstart", appointment.debut.astimezone(UTC))
    event.add("duration", timedelta(minutes=appointment.duree_minutes))
    title = f"Rendez-vous, dossier {appointment.bilan.contrat.numero_cai}" if nommer else "Rendez-vous"
    event.add("summary", title)
    event.add("location", ", ".join(filter(None, (lieu.nom, lieu.adresse, f"{lieu.code_postal} {lieu.ville}"))))
    event.add("status", "CANCELLED" if appointment.statut in _CANCELLED else "CONFIRMED")
    return event
