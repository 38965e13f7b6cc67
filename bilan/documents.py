"""What goes on each sheet of paper: the synthesis, the convocation, the consent forms, the information notice."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings

from bilan import bilingue
from bilan.courriers import Consentement, Convocation, Information, Lettre, Numerote
from bilan.fiche import Fiche
from bilan.textes import CONSENTEMENTS, DROITS
from bilan.traductions import francais, traduction_for
from core.french import date_sans_jour, duree, minuscule
from core.pdf import count_pages, render_pdf

OFFICE = "Office français de l’immigration et de l’intégration"
_SYNTHESE = "bilan/pdf/synthese.html"
# From the airiest type to the tightest (8.5 pt): each side takes the first in which it holds on one page. Texts longer
# than an interview of three hours gives (twenty recommendations of 500 signs) take a third page rather than be
# unreadable.
# rule: D.4-lisible
_DENSITES = ("ample", "aere", "normal", "serre", "compact")

_DENSITES_COURRIER = ("", "moyen", "serre")  # 10, 9.5 and 9 points


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
        "office": "l’OFII" if settings.MARQUE_ETAT else "l’Office",
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


def convocation_pdf(convocation: Convocation, created_at: datetime) -> bytes:
    """The numbered summons, its address where the window of a DL envelope is.

    In two columns and on two sides at most when the language of the person is one of ``bilan.traductions``; otherwise
    in French on one page, with pictograms when the person understands another language.
    """
    traduction = traduction_for(convocation.langue)
    context: dict[str, object] = {
        "date_lettre": date_sans_jour(convocation.date_lettre),
        "adresse_serree": _is_crowded(convocation.lignes_adresse),
    }
    if traduction:
        context |= {"traduction": traduction, "lignes": bilingue.rows_of_convocation(convocation, traduction)}
    else:
        context |= {"blocs": bilingue.french_convocation(convocation)}
        context |= {"rdv": bilingue.drawn(convocation)} if bilingue.needs_pictograms(convocation.langue) else {}
    return _courrier(
        "bilan/pdf/convocation_bilingue.html" if traduction else "bilan/pdf/convocation.html",
        convocation,
        context,
        title=f"Convocation n°\N{NO-BREAK SPACE}{convocation.numero}"
        if convocation.numero
        else "Projet de convocation",
        created_at=created_at,
        pages=2 if traduction else 1,
        densites=("serre",) if "rdv" in context else _DENSITES_COURRIER,
    )


def consentement_pdf(consentement: Consentement, created_at: datetime) -> bytes:
    """The form of one scope, blank, with the version of its words.

    In two columns and on two sides at most when its language is one of ``bilan.traductions``; otherwise in French on
    one page, each answer drawn when the person understands another language.
    """
    texte, traduction = CONSENTEMENTS[consentement.portee], traduction_for(consentement.langue)
    context: dict[str, object] = {
        "texte": texte,
        "droits": DROITS,
        "mots": francais().formulaire,
        "version": bilingue.version_of(traduction),
        "date_bilan": date_sans_jour(consentement.date_bilan),
        "picto": f"bilan/pdf/pictos/{consentement.portee}.svg"
        if bilingue.needs_pictograms(consentement.langue)
        else "",
    }
    if traduction:
        context |= bilingue.form(consentement, traduction)
    return _courrier(
        "bilan/pdf/consentement_bilingue.html" if traduction else "bilan/pdf/consentement.html",
        consentement,
        context,
        title=f"{texte.titre} – {consentement.personne.nom_complet}",
        created_at=created_at,
        pages=2 if traduction and texte.liste else 1,
    )


def information_pdf(information: Information, created_at: datetime) -> bytes:
    """The notice given when the bilan is prescribed: what it is, who sees what, which rights; one page."""
    return _courrier(
        "bilan/pdf/information.html",
        information,
        {
            "date_remise": date_sans_jour(information.date_remise),
            "traduction": traduction_for(information.langue),
        },
        title=f"Notice d’information n°\N{NO-BREAK SPACE}{information.numero}",
        created_at=created_at,
    )


def lettre_pdf(lettre: Lettre, created_at: datetime, *, template: str, titre: str) -> bytes:
    """A letter of any kind, numbered or marked as a draft, its address where the window of a DL envelope is."""
    return _courrier(
        template,
        lettre,
        {
            "titre": titre,
            "traduction": traduction_for(lettre.langue),
            "adresse_serree": _is_crowded(lettre.lignes_adresse),
        },
        title=f"{titre} n°\N{NO-BREAK SPACE}{lettre.numero}"
        if lettre.numero
        else f"Projet\N{NO-BREAK SPACE}: {minuscule(titre)}",
        created_at=created_at,
    )


def paper_pdf(template: str, paper: Numerote, created_at: datetime, *, titre: str) -> bytes:
    """A paper of the direction that is handed over and not issued: without a number, an address nor a copy kept."""
    title = f"{titre} – {paper.personne.nom_complet}"
    return _courrier(template, paper, {"titre": titre, "traduction": None}, title=title, created_at=created_at)


def _courrier(
    template: str,
    lettre: Numerote | Consentement,
    context: Mapping[str, object],
    *,
    title: str,
    created_at: datetime,
    pages: int = 1,
    densites: Sequence[str] = _DENSITES_COURRIER,
) -> bytes:
    emetteur = OFFICE if settings.MARQUE_ETAT else "Office"
    context = {
        **context,
        "lettre": lettre,
        "direction": lettre.direction,
        "emetteur": emetteur,
        "marque_etat": settings.MARQUE_ETAT,
    }
    for densite in densites:
        if count_pages(template, {**context, "densite": densite}, title=title) <= pages:
            break
    else:
        densite = ""  # what needs another page anyway is given room
    return render_pdf(
        template,
        {**context, "densite": densite},
        title=title,
        author=f"{emetteur}, direction territoriale\N{NO-BREAK SPACE}: {lettre.direction.nom}",
        identifier=repr((template, lettre, created_at)),
        created_at=created_at,
    )


def _is_crowded(lines: Sequence[str]) -> bool:
    """Whether an address needs smaller type: more than six lines once those too long for the window are broken."""
    return sum(-(-len(line) // 36) for line in lines) > 6
