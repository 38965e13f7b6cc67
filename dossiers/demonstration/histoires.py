"""The stories that files tell before anybody sits down for a bilan: verdict, prescription, appointment, absence."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from bilan import fin, programmation
from bilan.guards import jour_de_reception
from bilan.states import MotifAbsence, MotifAnnulation, MotifReport
from cai.fiches import FicheSignataire
from cai.services import correct_signataire
from core import clock
from dossiers import services
from dossiers.demonstration.recit import SANS_EMPLOI, Recit, working_day
from exemptions.domain.bareme import MOIS_RENTREE
from exemptions.domain.situation import TypePiece
from exemptions.services import Declarations

Histoire = Callable[[Recit, date], None]

EN_EMPLOI = replace(SANS_EMPLOI, declare_activite=True, declare_ne_recherche_pas=True)
INSCRIT = replace(SANS_EMPLOI, inscrit_pole_emploi=True)
TITRES_DISPENSES = (
    "L313-10-1-salarie", "L313-8", "L313-9", "L313-10-2", "VLSTS-SALARIE", "VLSTS-SCIENT", "L313-10-3",
)  # fmt: skip


# --- to assess ----------------------------------------------------------------------------------


def a_evaluer(r: Recit, signature: date) -> None:
    r.ouvrir(signature)


def nom_corrige(r: Recit, signature: date) -> None:
    """The agent had typed the name without its accents and the wrong birth day, and put it right."""
    juste = r.personne.fiche
    r.personne = replace(r.personne, fiche=_typed_too_fast(juste))
    r.ouvrir(signature)
    with r.le(signature):
        correct_signataire(contrat=r.contrat, fiche=juste, by=r.agent)
    r.personne = replace(r.personne, fiche=juste)


def _typed_too_fast(fiche: FicheSignataire) -> FicheSignataire:
    return replace(fiche, nom=fiche.nom.upper(), date_naissance=fiche.date_naissance + timedelta(days=1), courriel="")


def piece_a_examiner(r: Recit, signature: date) -> None:
    r.ouvrir(signature)
    r.deposer(signature, TypePiece.CONTRAT_TRAVAIL, du=signature - timedelta(days=20), suite="attendre")


def pieces_manquantes(r: Recit, signature: date) -> None:
    """Says they work and look for nothing else, but brought no proof: due until the documents come."""
    r.ouvrir(signature)
    r.evaluer(signature, EN_EMPLOI)


def piece_rejetee(r: Recit, signature: date) -> None:
    r.ouvrir(signature)
    r.deposer(signature, TypePiece.BULLETIN_PAIE, du=signature - timedelta(days=15), suite="rejeter")
    r.evaluer(signature, EN_EMPLOI)


# --- exempt -------------------------------------------------------------------------------------


def exempte_scolarise(r: Recit, signature: date) -> None:
    r.ouvrir(signature)
    # Of this school year: one written last summer would speak of the year that ended.
    rentree = date(signature.year if signature.month >= MOIS_RENTREE else signature.year - 1, MOIS_RENTREE, 1)
    r.deposer(signature, TypePiece.CERTIFICAT_SCOLARITE, du=max(signature - timedelta(days=10), rentree))
    r.evaluer(signature, replace(SANS_EMPLOI, scolarise=True))
    r.constater_exemption(signature)


def exempte_age(r: Recit, signature: date) -> None:
    r.ouvrir(signature)
    r.evaluer(signature)
    r.constater_exemption(signature)


def exempte_titre(r: Recit, signature: date) -> None:
    r.ouvrir(signature, titre=r.hasard.choice(TITRES_DISPENSES))
    if r.hasard.random() < 0.7:
        r.deposer(signature, TypePiece.COPIE_TITRE, du=signature - timedelta(days=30))
    r.evaluer(signature)
    r.constater_exemption(signature)


def exempte_emploi(r: Recit, signature: date) -> None:
    r.ouvrir(signature)
    genre = r.hasard.choice((TypePiece.BULLETIN_PAIE, TypePiece.CONTRAT_TRAVAIL, TypePiece.ATTESTATION_EMPLOYEUR))
    r.deposer(signature, genre, du=signature - timedelta(days=r.hasard.randrange(5, 40)))
    r.deposer(signature, TypePiece.DECLARATION_NON_RECHERCHE, du=signature)
    r.evaluer(signature, EN_EMPLOI)
    r.constater_exemption(signature)


def exempte_puis_clos(r: Recit, signature: date) -> None:
    """The contract ran its year, and the exemption with it."""
    exempte_titre(r, signature)
    r.clore(r.il_y_a(3))


def exemption_levee(r: Recit, signature: date) -> None:
    """The job was lost: registered at Pôle emploi, the person is now concerned."""
    exempte_emploi(r, signature)
    jour = r.il_y_a(r.hasard.randrange(4, 15))
    r.evaluer(jour, INSCRIT, reference=jour)
    with r.le(jour):
        programmation.lift_exemption(
            bilan=r.bilan, motif="Contrat de travail terminé, inscription à Pôle emploi.", by=r.prescripteur
        )


# --- to summon, summoned ------------------------------------------------------------------------


def a_programmer(r: Recit, signature: date) -> None:
    r.ouvrir(signature)
    r.evaluer(signature)
    r.prescrire(signature)


def a_programmer_urgent(r: Recit, signature: date) -> None:
    """The trainings took the year, and the bilan waited for them."""
    a_programmer(r, signature)
    r.suivre_les_formations(r.il_y_a(20))


def convoque_aujourdhui(r: Recit, signature: date) -> None:
    """Today, or the first day after it when nobody is received today or no hour of it is left."""
    a_programmer(r, signature)
    closed = jour_de_reception(clock.at(r.aujourdhui))
    jour = working_day(r.aujourdhui) if closed else r.aujourdhui
    r.convoquer(r.il_y_a(r.hasard.randrange(18, 30)), jour, d_abord=True)


def convoque_bientot(r: Recit, signature: date) -> None:
    a_programmer(r, signature)
    r.convoquer(r.il_y_a(r.hasard.randrange(18, 26)), r.aujourdhui + timedelta(days=r.hasard.randrange(1, 7)))


def convoque_plus_tard(r: Recit, signature: date) -> None:
    a_programmer(r, signature)
    r.convoquer(r.il_y_a(r.hasard.randrange(1, 9)), r.aujourdhui + timedelta(days=r.hasard.randrange(16, 50)))


def convoque_delai_reduit(r: Recit, signature: date) -> None:
    """The contract ends soon: the person agreed to a shorter notice, and to a shorter bilan."""
    a_programmer(r, signature)
    r.convoquer(
        r.il_y_a(2),
        r.aujourdhui + timedelta(days=r.hasard.randrange(4, 9)),
        duree=120,
        delai_reduit=True,
    )


# --- postponed, missed --------------------------------------------------------------------------


def reporte(r: Recit, signature: date) -> None:
    convoque_bientot(r, signature)
    r.reporter(r.il_y_a(r.hasard.randrange(1, 6)), r.hasard.choice(MotifReport.values))


def reporte_puis_reconvoque(r: Recit, signature: date) -> None:
    reporte(r, signature)
    r.convoquer(r.il_y_a(1), r.aujourdhui + timedelta(days=r.hasard.randrange(17, 35)))


def _manque(r: Recit, signature: date, jours: int) -> None:
    a_programmer(r, signature)
    jour = r.il_y_a(jours)
    envoi = working_day(jour - timedelta(days=r.hasard.randrange(18, 28)), step=-1)
    r.convoquer(max(envoi, signature), jour, au_plus_tard=jour)
    r.manquer()


def absent_a_qualifier(r: Recit, signature: date) -> None:
    _manque(r, signature, r.hasard.randrange(2, 13))


def absent_delai_passe(r: Recit, signature: date) -> None:
    """The window to justify has closed, and nobody has decided yet."""
    _manque(r, signature, r.hasard.randrange(22, 30))


def absent_motif_legitime(r: Recit, signature: date) -> None:
    _manque(r, signature, r.hasard.randrange(14, 30))
    motif = r.hasard.choice((MotifAbsence.MALADIE, MotifAbsence.GARDE_ENFANT, MotifAbsence.EMPLOI, MotifAbsence.AUTRE))
    vu_le = r.jour + timedelta(days=4)
    with r.le(_before(r, r.jour + timedelta(days=5))):
        programmation.recognise_absence(
            bilan=r.bilan,
            motif=motif,
            justificatif_vu_le=vu_le,
            precision="Examen du code de la route à la même heure." if motif == MotifAbsence.AUTRE else "",
            by=r.agent,
        )


def absent_sans_motif(r: Recit, signature: date) -> None:
    manque_sans_motif(r, signature, r.hasard.randrange(35, 55))


def manque_sans_motif(r: Recit, signature: date, jours: int) -> None:
    """Missed that many days ago, no reason given in time."""
    _manque(r, signature, jours)
    with r.le(_before(r, r.jour + timedelta(days=20))):
        programmation.reject_absence(bilan=r.bilan, declare_sans_motif=False, by=r.agent)


def absence_requalifiee(r: Recit, signature: date) -> None:
    absent_sans_motif(r, signature)
    with r.le(r.il_y_a(5)):
        programmation.requalify_absence(
            bilan=r.bilan, motif=MotifAbsence.NON_RECUE, justificatif_vu_le=r.il_y_a(6), by=r.prescripteur
        )


def _before(r: Recit, jour: date) -> date:
    """The working day at, or just after, ``jour``; the last one before today when it is not past."""
    return min(working_day(jour), r.il_y_a(1))


# --- ended early --------------------------------------------------------------------------------


def doublon(r: Recit, signature: date) -> None:
    """Opened at another desk although the person had a file already; seen the next day, and cancelled."""
    a_evaluer(r, signature)
    with r.le(_before(r, signature + timedelta(days=1))):
        services.cancel_file(contrat=r.contrat, motif=r.contrat.MotifAnnulation.DOUBLON, by=r.agent)


def depart_definitif(r: Recit, signature: date) -> None:
    a_programmer(r, signature)
    r.convoquer(r.il_y_a(6), r.aujourdhui + timedelta(days=20))
    with r.le(r.il_y_a(1)):
        fin.cancel(bilan=r.bilan, motif=MotifAnnulation.DEPART_DEFINITIF, by=r.equipe.directeur)


def non_realise(r: Recit, signature: date) -> None:
    """Prescribed, never summoned: the contract has ended."""
    a_programmer(r, signature)
    _record_not_done(r)


def non_realise_absence(r: Recit, signature: date) -> None:
    _manque(r, signature, (r.aujourdhui - signature).days - 200)
    _record_not_done(r)


def _record_not_done(r: Recit) -> None:
    with r.le(r.il_y_a(2)):
        fin.record_not_done(bilan=r.bilan, by=r.agent)


# --- minors -------------------------------------------------------------------------------------


def mineur_non_scolarise(r: Recit, signature: date) -> None:
    """Sixteen or seventeen and out of school: concerned, with a legal representative."""
    r.ouvrir(signature)
    r.evaluer(signature, Declarations(scolarise=False, declare_activite=False))
    r.prescrire(signature)
    r.convoquer(r.il_y_a(1), r.aujourdhui + timedelta(days=r.hasard.randrange(18, 40)))
