"""What an evaluation keeps for ever: the facts and the verdict, written under names that never change."""

from datetime import date

import pytest

from exemptions.domain.resultat import Resultat
from exemptions.domain.rules import evaluer
from exemptions.domain.situation import Piece, Situation, StatutPiece
from tests.factories.situations import CERTIFICAT, CONTRAT, ENTRETIEN, SIGNEE, adulte, employe, piece


def test_a_situation_and_its_verdict_come_back_from_their_snapshots():
    begun = piece("contrat_travail", debut_validite=date(2010, 1, 4), fin_validite=date(2010, 12, 31))
    situation = employe(pieces=(CERTIFICAT, CONTRAT, SIGNEE, begun))
    resultat = evaluer(situation, ENTRETIEN)
    assert Situation.from_dict(situation.to_dict()) == situation
    assert Resultat.from_dict(resultat.to_dict()) == resultat


def test_a_document_is_written_under_names_that_evaluations_keep_for_ever():
    written = piece("attestation_employeur", StatutPiece.RECUE, debut_validite=date(2010, 1, 4)).to_dict()
    assert written == {
        "type": "attestation_employeur",
        "statut": "recue",
        "date_document": None,
        "debut_validite": "2010-01-04",
        "fin_validite": None,
    }


@pytest.mark.parametrize(
    "situation",
    [
        adulte(date_naissance=date(1950, 1, 1)),  # exempt for ever: nothing changes any more
        employe(declare_activite=None),  # a question to ask
        employe(inscrit_pole_emploi=True),  # a contradiction
        employe(pieces=()),  # papers to bring
        adulte(titre_admission="L313-9"),  # a warning
    ],
)
def test_a_verdict_comes_back_as_it_was_said(situation: Situation):
    resultat = evaluer(situation, ENTRETIEN)
    assert Resultat.from_dict(resultat.to_dict()) == resultat


def test_a_verdict_quotes_the_text_of_its_day_whatever_text_applies_now():
    sealed = {**evaluer(adulte(), ENTRETIEN).to_dict(), "texte": "CESEDA, art. R. 311-22"}
    assert Resultat.from_dict(sealed).texte == "CESEDA, art. R. 311-22"


@pytest.mark.parametrize(("situation", "main"), [(adulte(), None), (employe(), "en_emploi_non_demandeur")])
def test_a_snapshot_says_the_verdict_to_whoever_reads_it(situation: Situation, main: str | None):
    resultat = evaluer(situation, ENTRETIEN)
    written = resultat.to_dict()
    assert (written["exempte"], written["motif_principal"]) == (main is not None, main)
    assert written["phrase"] == resultat.phrase


def test_the_least_a_situation_can_say_is_a_birth_date_and_a_permit():
    situation = Situation.from_dict({"date_naissance": "1980-07-01", "titre_admission": "L314"})
    assert situation == Situation(date_naissance=date(1980, 7, 1), titre_admission="L314")
    with pytest.raises(KeyError):
        Situation.from_dict({"date_naissance": "1980-07-01"})


def test_a_document_of_an_unknown_type_is_refused():
    with pytest.raises(ValueError):
        Piece.from_dict({"type": "passeport", "statut": "verifiee"})
