"""The synthesis on paper: the sheet made of a content and a name, and every print of it, counted and journalled."""

import hashlib
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from agents.models import Agent
from agents.permissions import direction_ids
from agents.roles import Permission
from bilan import fiche
from bilan.contenu import SyntheseContenu, codes_langues, codes_pays, codes_rome
from bilan.models import Bilan, Metier, NiveauFormation, Synthese, SynthesePdf
from bilan.nomenclatures import DOMAINES_FORMATION, FREINS, NIVEAUX_CECRL, RECONNAISSANCES
from bilan.permissions import check_can, check_can_print_copy
from bilan.states import Etat, MotifImpression
from bilan.workflow import lock
from cai import delais
from cai.models import Langue, Pays
from core import clock, journal
from core.errors import Blocage, Conflict, RuleViolation, refuse_if
from core.models import Evenement

PRINTED = "bilan.synthese_imprimee"
COPY_STATES = (Etat.SYNTHESE_VALIDEE, Etat.CLOS)


def build_fiche(bilan: Bilan, contenu: SyntheseContenu, *, version: int) -> fiche.Fiche:
    """What the sheet of this content says today, with the person's name as the contract knows it.

    Two equal sheets give the same paper. The bilan must come with its contract, person, direction, provider, adviser.
    """
    pays = dict(Pays.objects.filter(pk__in=codes_pays(contenu)).values_list("code", "nom"))
    langues = dict(Langue.objects.filter(pk__in=codes_langues(contenu)).values_list("code", "nom"))
    metiers = dict(Metier.objects.filter(pk__in=codes_rome(contenu)).values_list("code", "libelle"))
    niveaux = dict(NiveauFormation.objects.values_list("code", "libelle"))
    personne = bilan.contrat.signataire
    return fiche.Fiche(
        nom=personne.nom,
        prenom=personne.prenom,
        date_bilan=bilan.date_fin_conclusion or clock.today(),
        duree_minutes=bilan.minutes_utilisees,
        version=version,
        prestataire_nom=bilan.prestataire.nom if bilan.prestataire else "",
        conseiller_nom=bilan.conseiller.get_full_name() if bilan.conseiller else "",
        direction_nom=bilan.contrat.direction.nom,
        circonstances=contenu.circonstances,
        competences_aptitudes=contenu.competences_aptitudes,
        projet=contenu.projet,
        projet_defini=contenu.projet_defini is not False,
        niveau_formation=niveaux.get(contenu.niveau_formation, ""),
        inscription_pe=bool(contenu.inscription_pe),
        preconisations=contenu.preconisations,
        langues=tuple(
            fiche.Langue(
                nom=langues.get(langue.langue, ""),
                parlee=langue.parlee,
                comprise=langue.comprise,
                niveau=NIVEAUX_CECRL.get(langue.niveau),
            )
            for langue in contenu.langues
        ),
        diplomes=tuple(
            fiche.Diplome(
                intitule=diplome.intitule,
                pays=pays.get(diplome.pays, ""),
                annee=diplome.annee,
                niveau=niveaux.get(diplome.niveau),
                reconnu=_reconnaissance(diplome.reconnu),
            )
            for diplome in contenu.diplomes
        ),
        experiences=tuple(
            fiche.Experience(
                metier=experience.metier,
                pays=pays.get(experience.pays, ""),
                debut=experience.debut,
                fin=experience.fin or None,
                en_france=experience.pays == "FRA",
            )
            for experience in contenu.experiences
            if experience.debut
        ),
        metiers=tuple(
            fiche.Metier(code=code, libelle=metiers.get(code, code), rang=rang)
            for rang, code in enumerate(contenu.metiers, start=1)
        ),
        freins=tuple(FREINS[code] for code in contenu.freins if code in FREINS),
        besoins_formation=tuple(
            fiche.Besoin(domaine=DOMAINES_FORMATION.get(besoin.domaine, ""), intitule=besoin.intitule)
            for besoin in contenu.besoins_formation
        ),
        orientation=contenu.orientation,
        parcours=contenu.parcours,
        parcours_recherche=contenu.parcours_recherche,
        mineur=personne.age_on(clock.today()) < delais.AGE_MAJORITE,
    )


def _reconnaissance(code: str) -> str | None:
    """The sheet shows what one has: a diploma that is not recognised, or not known to be, says nothing."""
    return RECONNAISSANCES[code] if code in ("OUI", "ATTESTATION_COMPARABILITE") else None


@transaction.atomic
def print_for_signature(*, synthese: Synthese, by: Agent) -> bytes:
    """The frozen sheet, for the person to read and sign; the adviser's alone, while the version is presented."""
    bilan = lock(synthese.bilan_id)
    check_can(by, Permission.IMPRIMER_POUR_SIGNATURE, bilan)
    if bilan.etat != Etat.SYNTHESE_PRESENTEE or not _is_current(synthese):
        raise RuleViolation("Cette version n’est pas présentée à la signature.", code="transition_impossible")
    return _print(bilan, synthese, MotifImpression.SIGNATURE, by=by)


# rule: E.3-prescripteur
@transaction.atomic
def print_copy(*, synthese: Synthese, motif: MotifImpression, demande_recue_le: date | None, by: Agent) -> bytes:
    """A copy of the validated sheet, to be handed to the beneficiary and to nobody else (reference E.3, K-17).

    For the prescriber in charge of the file alone. Refuses a copy without the day the beneficiary asked for it (from
    the validation to today, both included), a version that is not validated or no longer the present one, a destroyed
    content. Each copy is numbered in the journal and written in the access journal.
    """
    bilan = lock(synthese.bilan_id)
    check_can_print_copy(by, bilan)
    synthese = Synthese.objects.without_content().get(pk=synthese.pk)
    if bilan.etat not in COPY_STATES or synthese.date_validation is None or not _is_current(synthese):
        raise RuleViolation(
            "Cette synthèse n’est pas validée\u00a0: elle ne s’imprime pas.", code="synthese_non_validee"
        )
    if motif not in (MotifImpression.REMISE, MotifImpression.DEMANDE_ECRITE):
        raise RuleViolation(
            "Choisissez pourquoi la copie est imprimée.",
            code="motif_manquant",
            fields={"motif": ["Choisissez pourquoi la copie est imprimée."]},
        )
    if demande_recue_le is None or not synthese.date_validation <= demande_recue_le <= clock.today():
        refuse_if(
            [
                Blocage(
                    "demande_non_datee",
                    "Indiquez le jour où la personne a demandé cette copie, entre la validation et aujourd’hui.",
                    "demande_recue_le",
                )
            ]
        )
    return _print(bilan, synthese, motif, by=by, demande_recue_le=str(demande_recue_le))


def printable_by(agent: Agent) -> QuerySet[Synthese]:
    """Validated syntheses that the agent may print as prescriber in charge, the latest validated first; no content."""
    newer = Synthese.objects.filter(bilan=OuterRef("bilan"), version__gt=OuterRef("version"))
    return (
        Synthese.objects.without_content()
        .filter(
            ~Exists(newer),
            bilan__prescripteur=agent,
            bilan__contrat__direction_id__in=direction_ids(agent, Permission.IMPRIMER_COPIE),
            bilan__etat__in=COPY_STATES,
            date_validation__isnull=False,
            detruite_at=None,
        )
        .select_related("bilan__contrat__signataire")
        .order_by("-date_validation", "bilan__contrat__numero_cai")
    )


def _is_current(synthese: Synthese) -> bool:
    return not Synthese.objects.filter(bilan_id=synthese.bilan_id, version__gt=synthese.version).exists()


def _print(bilan: Bilan, synthese: Synthese, motif: MotifImpression, *, by: Agent, **faits: Any) -> bytes:
    """The stored bytes, if they still are those that were frozen; one event with the copy's number."""
    pdf = SynthesePdf.objects.filter(synthese=synthese).first()
    if pdf is None:
        raise RuleViolation("Le contenu de cette synthèse a été détruit.", code="contenu_detruit")
    content = bytes(pdf.contenu)
    if hashlib.sha256(content).hexdigest() != synthese.pdf_sha256:
        raise Conflict(
            "Le document conservé n’est plus celui qui a été signé\u00a0: il ne s’imprime pas. Prévenez "
            "l’administrateur.",
            code="empreinte_differente",
        )
    exemplaire = Evenement.objects.filter(dossier=bilan.contrat_id, nom=PRINTED, cible_id=synthese.pk).count() + 1
    journal.record(
        PRINTED,
        dossier=bilan.contrat_id,
        target=synthese,
        by=by,
        motif=str(motif),
        version=synthese.version,
        exemplaire=exemplaire,
        **faits,
    )
    # rule: E.6-actes
    journal.log_access("impression_synthese", by=by, target=synthese, motif=str(motif))
    return content
