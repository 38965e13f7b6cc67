"""What goes on each sheet of paper: the synthesis, the convocation, the consent forms, the information notice."""

from collections.abc import Mapping
from datetime import datetime

from bilan.fiche import Fiche
from core.french import date_sans_jour, duree
from core.pdf import count_pages, render_pdf

_SYNTHESE = "bilan/pdf/synthese.html"
# From the airiest type to the tightest (8.5 pt): each side takes the first in which it holds on one page. Texts longer
# than an interview of three hours gives (twenty recommendations of 500 signs) take a third page rather than be
# unreadable.
_DENSITES = ("ample", "aere", "normal", "serre", "compact")


def synthese_pdf(fiche: Fiche, created_at: datetime) -> bytes:
    """The sheet the person takes home, on one or two pages.

    The first can be handed to an employer alone: obstacles, training needs, recommendations, steps and signatures are
    on the second. All is on one page only when there is neither obstacle nor training need and everything holds there.
    """
    context = {
        "fiche": fiche,
        "corps_du_nom": _corps_du_nom(fiche.nom_complet),
        "date_bilan": date_sans_jour(fiche.date_bilan),
        "duree": duree(fiche.duree_minutes),
    }
    return render_pdf(
        _SYNTHESE,
        {**context, **_mise_en_page(fiche, context)},
        title=f"Synthèse du bilan de compétences professionnelles – {fiche.nom_complet}",
        author=fiche.prestataire_nom,
        identifier=repr((fiche, created_at)),
        created_at=created_at,
    )


def _mise_en_page(fiche: Fiche, context: Mapping[str, object]) -> dict[str, object]:
    if fiche.peut_tenir_en_une_page:
        une_page = {"une_page": True, "recto": "aere", "verso": "aere"}
        if count_pages(_SYNTHESE, {**context, **une_page}) == 1:
            return une_page
    return {"recto": _densite("recto", context), "verso": _densite("verso", context)}


def _densite(face: str, context: Mapping[str, object]) -> str:
    for densite in _DENSITES:
        if count_pages(_SYNTHESE, {**context, face: densite}) == 1:
            break
    return densite


def _corps_du_nom(nom: str) -> str:
    """Long names keep their dignity on one or two lines."""
    return "tres-long" if len(nom) > 60 else "long" if len(nom) > 28 else ""
