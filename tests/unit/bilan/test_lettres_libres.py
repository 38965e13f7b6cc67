"""Letters without an act: when they may go, to whom, once; and what became of each letter of a file."""

from datetime import date

import pytest

from agents.models import Agent
from bilan.lettres.devenir import documents_of
from bilan.lettres.libres import LIBRES, issue_letter, offered, offered_about, why_not, write
from bilan.models import Bilan, Consentement, Courrier, RendezVous
from bilan.states import Etat
from cai.models import Prestation, PropositionPrefet
from core import clock
from core.errors import Forbidden, RuleViolation
from core.models import Compteur
from tests.factories.conduite import JOUR, advance, consent
from tests.factories.prefet import note, propose
from tests.factories.transitions import Monde, lay
from tests.paper import text_of

pytestmark = pytest.mark.django_db
AVANT_SIX_MOIS = clock.at(date(2010, 10, 26), 10)  # fifteen days before 10 November
MOTIVATION = "Madame n’est venue à aucune des deux journées civiques auxquelles elle était convoquée. " * 3


def refused(nom: str, bilan: Bilan) -> str:
    found = why_not(LIBRES[nom], bilan.contrat)
    return found[0].code if found else ""


@pytest.fixture
def conclu(monde: Monde) -> Bilan:
    return advance(monde.convoque(), Etat.SYNTHESE_VALIDEE)


@pytest.fixture
def resiliation(monde: Monde) -> PropositionPrefet:
    return PropositionPrefet.objects.create(
        contrat=monde.convoque().contrat,
        type=PropositionPrefet.Type.RESILIATION,
        statut=PropositionPrefet.Statut.PROPOSEE,
        prepare_at=clock.at(JOUR),
        prepare_par=monde.prescripteur,
        propose_at=clock.at(JOUR),
        propose_par=monde.prescripteur,
        motivation=MOTIVATION,
    )


@pytest.mark.rule("D.5-6-mois", "D.6-suivi")
def test_the_follow_up_is_proposed_in_time_and_to_who_agreed(monde: Monde, conclu: Bilan) -> None:
    with clock.travel(AVANT_SIX_MOIS):
        assert refused("suivi", conclu) == "contact_refuse"
    consent(conclu, Consentement.Portee.SUIVI, at=clock.at(JOUR, 15), by=monde.conseiller)
    with clock.travel(date(2010, 10, 25)):
        assert refused("suivi", conclu) == "suivi_non_du"
    with clock.travel(AVANT_SIX_MOIS):
        assert [libre.nom for libre in offered(conclu.contrat, conclu, monde.prescripteur)] == ["suivi"]
        letter = issue_letter(libre=LIBRES["suivi"], contrat=conclu.contrat, by=monde.prescripteur)
        assert letter.numero == "75-S2010-000001"
        assert f"{conclu.prestataire} vous propose d’en reparler" in text_of(bytes(letter.pdf))
        assert not offered(conclu.contrat, conclu, monde.prescripteur)
        with pytest.raises(RuleViolation) as again:
            issue_letter(libre=LIBRES["suivi"], contrat=conclu.contrat, by=monde.prescripteur)
    assert again.value.code == "lettre_deja_emise"
    assert Compteur.objects.get(pk__contains=":S:").valeur == 1


@pytest.mark.rule("C.9-resiliation")
def test_the_intention_waits_for_a_signed_proposal_that_stands(resiliation: PropositionPrefet, monde: Monde) -> None:
    bilan = resiliation.contrat.bilans.get()
    assert refused("intention_resiliation", bilan) == ""
    assert refused("transmission_cloture", bilan) == "aucune_proposition"
    names = [libre.nom for libre in offered_about(resiliation, monde.prescripteur)]
    assert names == ["transmission_resiliation", "intention_resiliation"]
    PropositionPrefet.objects.update(statut="intention_notifiee", date_reception=JOUR)
    assert refused("transmission_resiliation", Bilan.objects.get()) == "aucune_proposition"
    PropositionPrefet.objects.update(statut="proposee", date_reception=None, suspendue_at=clock.at(JOUR))
    assert refused("intention_resiliation", Bilan.objects.get()) == "aucune_resiliation"
    assert refused("transmission_resiliation", Bilan.objects.get()) == "aucune_proposition"


@pytest.mark.rule("C.9-quatre-mots")
def test_the_prefet_reads_the_proposal_and_one_word_of_the_bilan(resiliation: PropositionPrefet, monde: Monde) -> None:
    contrat = resiliation.contrat
    contrat.direction.prefecture = "Préfecture de police\n75004 Paris"
    libre = LIBRES["transmission_resiliation"]
    letter = write(libre=libre, contrat=contrat, by=monde.autre_prescripteur)
    assert letter.lignes_adresse == ("Monsieur le préfet", "Préfecture de police", "75004 Paris")
    assert (letter.langue, letter.signataire_nom) == ("", str(monde.prescripteur))
    issued = issue_letter(libre=libre, contrat=contrat, by=monde.autre_prescripteur)
    text = text_of(bytes(issued.pdf))
    assert "Bilan non fait" in text
    for hidden in ("consentement", "synthèse", "rendez-vous"):
        assert hidden not in text.casefold()


def test_only_those_who_may_issue_a_letter_do(resiliation: PropositionPrefet, correspondant: Agent) -> None:
    assert not offered(resiliation.contrat, resiliation.contrat.bilans.get(), correspondant)
    with pytest.raises(Forbidden):
        write(libre=LIBRES["intention_resiliation"], contrat=resiliation.contrat, by=correspondant)


def test_neither_grounds_nor_the_prefet_s_reasons_are_read_in_a_letter_by_who_may_not_see_them(
    monde: Monde, correspondant: Agent
) -> None:
    bilan = monde.convoque()
    letters = Courrier.objects.all()
    hidden = (Courrier.Genre.EXEMPTION, Courrier.Genre.INTENTION_RESILIATION, Courrier.Genre.TRANSMISSION_PREFET)
    for genre, seen in ((Courrier.Genre.CONVOCATION, True), *((genre, False) for genre in hidden)):
        letters.update(genre=genre)
        assert letters.visible_to(monde.prescripteur).filter(contrat=bilan.contrat).exists()
        assert letters.visible_to(correspondant).exists() is seen


S = RendezVous.Statut


def _courrier(genre: Courrier.Genre, rang: int) -> Courrier:
    return Courrier(genre=genre, numero=f"75-{rang}")


@pytest.mark.parametrize(
    ("statut", "told", "caduc"),
    [
        (S.PREVU, "", False),
        (S.HONORE, "Rendez-vous honoré", False),
        (S.MANQUE, "Rendez-vous manqué ; remplacée par le n° 75-2", True),
        (S.REPORTE, "Caduque : rendez-vous reporté ; remplacée par le n° 75-2", True),
        (S.ANNULE, "Caduque : rendez-vous annulé ; remplacée par le n° 75-2", True),
    ],
)
def test_what_became_of_a_convocation(statut: RendezVous.Statut, told: str, caduc: bool) -> None:
    newer, older = (_courrier(Courrier.Genre.CONVOCATION, rang) for rang in (2, 1))
    _, document = documents_of([(newer, S.PREVU), (older, statut)], Bilan())
    assert (document.devenir.replace("\u00a0", " "), document.caduc) == (told, caduc)


def test_an_exemption_notice_is_void_once_lifted_and_replaced_by_a_newer_one(monde: Monde) -> None:
    bilan = lay(monde.convoque(), Etat.EXEMPTE, date_fin_conclusion=None)
    newer, older = (_courrier(Courrier.Genre.EXEMPTION, rang) for rang in (2, 1))
    held = documents_of([(newer, ""), (older, "")], bilan)
    assert [document.devenir for document in held] == ["", "Remplacé par le n°\u00a075-2"]
    lay(bilan, Etat.A_PROGRAMMER, date_fin_conclusion=None)
    assert documents_of([(newer, "")], Bilan.objects.get())[0].devenir == "Caduc\u00a0: l’exemption a été levée"


@pytest.mark.rule("C.9-quatre-mots")
def test_the_prefet_reads_that_the_bilan_is_deferred_and_never_why(monde: Monde, directeur: Agent) -> None:
    contrat = monde.convoque().contrat
    note(contrat, Prestation.Type.BILAN, Prestation.Statut.DIFFEREE)
    terms = {"titre_renouvele_le": JOUR, "echeance_proposee": date(2011, 9, 15)}
    propose(contrat, "prorogation", by=directeur, le=JOUR, **terms)
    with clock.travel(JOUR):
        letter = write(libre=LIBRES["transmission_prorogation"], contrat=contrat, by=directeur)
    assert letter.bilan == "différé"
    assert letter.fondement == "Bilan différé\u00a0: à l’appréciation du préfet"
