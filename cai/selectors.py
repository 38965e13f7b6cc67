"""Reading contracts: possible duplicates before a file is opened, and what the file page shows."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity

from agents.models import Agent
from agents.permissions import has_permission
from agents.roles import Permission
from cai import delais
from cai.models import Contrat, Signataire
from cai.presentation import prestations_panel
from core.form_fields import format_telephone
from core.french import date_longue, date_sans_jour, distance
from core.text import search_key

# Two writings of one name on one birth date ("Diallo"/"Dialo") score above this; two unrelated names rarely do [D].
SIMILITUDE_DOUBLON = 0.35


@dataclass(frozen=True)
class Doublons:
    """Files that may be those of the same person: the agent's own in full, the others as a bare fact."""

    visibles: list[Contrat]
    ailleurs: bool

    def __bool__(self) -> bool:
        return bool(self.visibles) or self.ailleurs


def possible_duplicates(
    *, nom: str, prenom: str, date_naissance: date, numero_cai: str = "", agent: Agent, sauf: uuid.UUID | None = None
) -> Doublons:
    """Living contracts with the same birth date and a similar name in any order, or with the same number.

    Trigram similarity compares sets of words, so a name and a first name exchanged score as high as in their places.
    """
    living = Contrat.objects.filter(anonymise_at=None).exclude(statut=Contrat.Statut.ANNULE)
    if sauf:
        living = living.exclude(pk=sauf)
    ressemblance = TrigramSimilarity("signataire__cle_recherche", search_key(f"{nom} {prenom}"))
    # Two indexed searches rather than one with OR, which would read every contract.
    same_person = living.filter(signataire__date_naissance=date_naissance).alias(ressemblance=ressemblance)
    found = set(same_person.filter(ressemblance__gte=SIMILITUDE_DOUBLON).values_list("pk", flat=True))
    if numero_cai:
        found |= set(living.filter(numero_cai=numero_cai).values_list("pk", flat=True))
    visible = (
        Contrat.objects.filter(pk__in=found)
        .visible_to(agent)
        .select_related("signataire__nationalite", "direction")
        .order_by("signataire__cle_recherche", "numero_cai")
    )
    visibles = list(visible)
    return Doublons(visibles=visibles, ailleurs=len(visibles) < len(found))


def person_lines(signataire: Signataire) -> list[tuple[str, object]]:
    """Identity and address as labels and values; works on a person not stored yet."""
    lieu = f"{signataire.code_postal} {signataire.ville}"
    lines: list[tuple[str, object]] = [
        ("Nom", signataire.nom),
        ("Prénom", signataire.prenom or "aucun, un seul nom"),
        ("Sexe", signataire.get_sexe_display()),
        ("Date de naissance", date_longue(signataire.date_naissance)),
        ("Nationalité", signataire.nationalite),
        ("Langue comprise", signataire.langue_comprise),
        ("Adresse", ", ".join(filter(None, (signataire.adresse, signataire.adresse_complement, lieu)))),
        ("Téléphone", format_telephone(signataire.telephone)),
        ("Courriel", signataire.courriel),
    ]
    if signataire.representant_nom:
        qualite = f" ({signataire.representant_qualite})" if signataire.representant_qualite else ""
        lines.append(("Représentant légal", f"{signataire.representant_nom}{qualite}"))
    return lines


def _cosignature_lines(contrat: Contrat) -> list[tuple[str, object]]:
    """The representative's signature, only of the contract of a minor (reference C.2)."""
    if contrat.date_cosignature:
        return [("Signature du représentant légal", date_longue(contrat.date_cosignature))]
    if contrat.signataire.age_on(contrat.date_signature) >= delais.AGE_MAJORITE:
        return []
    return [("Signature du représentant légal", "à renseigner\u00a0: la personne était mineure à la signature")]


def _services_line(contrat: Contrat) -> tuple[str, object]:
    """The end of the five years, or what is missing to know it."""
    fin = contrat.fin_periode_services
    if fin is None:
        return ("Premier titre", "date à renseigner\u00a0: elle fixe la fin des cinq ans de services")
    return ("Fin des services", f"{distance(fin)}, le {date_longue(fin)} inclus")


def _permit_lines(contrat: Contrat) -> list[tuple[str, object]]:
    lines: list[tuple[str, object]] = [("Titre d’admission", contrat.titre_admission)]
    if contrat.titre_actuel:
        lines.append(("Titre actuel", contrat.titre_actuel))
    if contrat.date_premier_titre:
        lines.append(("Premier titre", date_sans_jour(contrat.date_premier_titre)))
    return lines


def contract_panel(contrat: Contrat, agent: Agent, *, cancellable: bool) -> dict[str, Any]:
    """What ``cai/_panel.html`` shows: the terms of the contract, its trainings, what the agent may correct.

    What is read at a glance stands in ``lignes``; what is looked up once in a while, in ``details``, folded.
    The permits only to those who see the grounds of an exemption (reference B): they are one of them. Address and
    trainings are not for those who follow the exchange alone.
    """
    prorogee = contrat.date_echeance_prorogee
    lines: list[tuple[str, object]] = [
        ("État", contrat.get_statut_display()),
        ("Signature", date_longue(contrat.date_signature)),
        *_cosignature_lines(contrat),
        ("Dernier jour", date_longue(contrat.echeance_effective) + (" (prorogé)" if prorogee else "")),
    ]
    details: list[tuple[str, object]] = [
        ("Direction", contrat.direction),
        ("Entretien", date_longue(contrat.date_entretien)),
    ]
    if has_permission(agent, Permission.VOIR_EXEMPTION, direction_id=contrat.direction_id):
        lines.append(_services_line(contrat))
        details += _permit_lines(contrat)
    sees_person = has_permission(agent, Permission.VOIR_PERSONNE, direction_id=contrat.direction_id)
    if sees_person:
        details += person_lines(contrat.signataire)
    may_correct = has_permission(agent, Permission.CORRIGER_DOSSIER, direction_id=contrat.direction_id)
    famille = getattr(contrat, "famille", None)  # read with the contract
    may_follow = has_permission(agent, Permission.SUIVRE_PRESTATIONS, direction_id=contrat.direction_id)
    may_cancel = has_permission(agent, Permission.ANNULER_DOSSIER, direction_id=contrat.direction_id)
    return {
        "contrat": contrat,
        "lignes": lines,
        "details": details,
        "sees_person": sees_person,
        "famille": famille if sees_person else None,
        "can_sign_famille": famille is None and contrat.is_running and may_follow,
        "prestations": prestations_panel(contrat, agent) if sees_person else None,
        "can_export": has_permission(agent, Permission.EXPORTER_DOSSIER, direction_id=contrat.direction_id),
        "can_correct_person": contrat.statut != Contrat.Statut.ANNULE and may_correct,
        "can_correct_contrat": contrat.is_running and may_correct,
        "can_cancel": cancellable and contrat.is_running and may_cancel,
    }
