"""The ledger of consents: reference E.2, one rule a test."""

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from agents.models import Agent
from bilan import redaction, textes
from bilan.consents import in_force, record_consent
from bilan.models import Bilan, Consentement, SyntheseDetruite
from bilan.states import Etat, MotifReprise
from core import clock
from core.errors import Forbidden, InvalidInput, RuleViolation
from core.models import Evenement, JournalAcces
from poleemploi.forms import DecisionForm
from tests.factories.conduite import JOUR, advance, consent, make_convoque

pytestmark = pytest.mark.django_db
P, D, M = Consentement.Portee, Consentement.Decision, Consentement.Mode
MOMENT = clock.at(JOUR, 15)


@pytest.fixture
def validee(convoque: Bilan) -> Bilan:
    return advance(convoque, Etat.SYNTHESE_VALIDEE)


def refusal(bilan: Bilan, *args, at: datetime = MOMENT, by: Agent, **fields) -> str:
    with pytest.raises(RuleViolation) as caught:
        consent(bilan, *args, at=at, by=by, **fields)
    return caught.value.code


@pytest.mark.rule("E.1-accord", "E.2-dernier")
def test_no_row_is_no_consent(validee: Bilan) -> None:
    assert [in_force(validee, portee) for portee in P] == [None, None, None]


@pytest.mark.rule("D.2-18", "E.2-champs")
def test_an_agreement_to_transmit_names_the_signed_version(validee: Bilan, conseiller: Agent) -> None:
    consent(validee, P.CONSERVATION, at=MOMENT, by=conseiller)
    given = consent(validee, P.TRANSMISSION, at=MOMENT, by=conseiller, interprete=True, langue="bm")
    assert (given.version_synthese, given.rang, given.date_heure) == (1, 1, MOMENT)
    assert in_force(validee, P.TRANSMISSION) == given
    event = Evenement.objects.filter(nom="bilan.consentement_recueilli").latest("numero")
    assert event.faits == {
        "portee": "transmission_pole_emploi", "decision": "accorde", "consentement": str(given.pk), "version": 1,
    }  # fmt: skip
    assert JournalAcces.objects.filter(action="consentement_accorde", motif=P.TRANSMISSION, agent=conseiller).exists()


@pytest.mark.rule("D.2-18")
@pytest.mark.parametrize("state", [Etat.SYNTHESE_REDIGEE, Etat.SYNTHESE_PRESENTEE])
@pytest.mark.parametrize("decision", [D.ACCORDE, D.REFUSE])
def test_transmission_is_asked_only_once_the_synthesis_is_validated(
    convoque: Bilan, conseiller: Agent, state: Etat, decision: Consentement.Decision
) -> None:
    bilan = advance(convoque, state)
    assert refusal(bilan, P.TRANSMISSION, decision, by=conseiller) == "synthese_non_validee"


def test_transmission_is_not_asked_of_who_refused_to_sign(convoque: Bilan, conseiller: Agent) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_PRESENTEE)
    consent(bilan, P.CONSERVATION, at=MOMENT, by=conseiller)
    with clock.travel(MOMENT):
        redaction.record_signature_refusal(bilan=bilan, date_presentation=JOUR, date_refus=JOUR, by=conseiller)
    assert refusal(bilan, P.TRANSMISSION, by=conseiller) == "synthese_non_validee"


@pytest.mark.rule("E.2-apres-validation")
@pytest.mark.parametrize(
    ("given", "code"),
    [
        (clock.at(JOUR - timedelta(days=1), 23, 59), "accord_avant_validation"),
        (clock.at(JOUR, 0, 0), None),
        (clock.at(JOUR, 15, 1), "date_future"),
    ],
)
def test_an_agreement_to_transmit_does_not_precede_the_validation(
    validee: Bilan, conseiller: Agent, given: datetime, code: str | None
) -> None:
    if code:
        assert refusal(validee, P.TRANSMISSION, by=conseiller, date_heure=given) == code
    else:
        assert consent(validee, P.TRANSMISSION, at=MOMENT, by=conseiller, date_heure=given).date_heure == given


@pytest.mark.rule("D.1-realise")
@pytest.mark.parametrize("state", [Etat.CONVOQUE, Etat.PHASE_CONCLUSION])
@pytest.mark.parametrize("portee", [P.CONSERVATION, P.SUIVI])
def test_nothing_is_asked_before_the_synthesis_is_written(
    convoque: Bilan, conseiller: Agent, state: Etat, portee: Consentement.Portee
) -> None:
    bilan = convoque if state == Etat.CONVOQUE else advance(convoque, state)
    assert refusal(bilan, portee, by=conseiller) == "synthese_absente"


def test_conservation_is_not_granted_before_there_is_something_to_keep(validee: Bilan, conseiller: Agent) -> None:
    eve = clock.at(JOUR - timedelta(days=1), 23, 59)
    assert refusal(validee, P.CONSERVATION, by=conseiller, date_heure=eve) == "avant_redaction"


@pytest.mark.parametrize("state", [Etat.SYNTHESE_REDIGEE, Etat.SYNTHESE_PRESENTEE, Etat.SYNTHESE_VALIDEE])
def test_conservation_is_asked_from_the_writing_on(convoque: Bilan, conseiller: Agent, state: Etat) -> None:
    bilan = advance(convoque, state)
    given = consent(bilan, P.CONSERVATION, at=MOMENT, by=conseiller)
    assert in_force(bilan, P.CONSERVATION) == given
    assert given.version_synthese is None


@pytest.mark.parametrize("portee", list(P))
def test_an_agreement_is_not_repeated_and_is_withdrawn_rather_than_refused(
    validee: Bilan, conseiller: Agent, portee: Consentement.Portee
) -> None:
    consent(validee, portee, at=MOMENT, by=conseiller)
    assert refusal(validee, portee, D.ACCORDE, by=conseiller) == "deja_accorde"
    assert refusal(validee, portee, D.REFUSE, by=conseiller) == "deja_accorde"
    consent(validee, portee, D.RETIRE, at=MOMENT, by=conseiller)
    assert in_force(validee, portee) is None


@pytest.mark.parametrize("portee", list(P))
@pytest.mark.parametrize("before", [None, D.REFUSE])
def test_what_was_not_granted_is_not_withdrawn(
    validee: Bilan, conseiller: Agent, portee: Consentement.Portee, before: Consentement.Decision | None
) -> None:
    if before:
        consent(validee, portee, before, at=MOMENT, by=conseiller)
    assert refusal(validee, portee, D.RETIRE, by=conseiller) == "rien_a_retirer"


def test_what_was_withdrawn_is_not_withdrawn_twice(validee: Bilan, conseiller: Agent) -> None:
    consent(validee, P.SUIVI, at=MOMENT, by=conseiller)
    consent(validee, P.SUIVI, D.RETIRE, at=MOMENT, by=conseiller)
    assert refusal(validee, P.SUIVI, D.RETIRE, by=conseiller) == "rien_a_retirer"


def test_a_refusal_to_transmit_is_not_repeated_for_the_same_version(validee: Bilan, conseiller: Agent) -> None:
    consent(validee, P.CONSERVATION, at=MOMENT, by=conseiller)
    consent(validee, P.TRANSMISSION, D.REFUSE, at=MOMENT, by=conseiller)
    assert refusal(validee, P.TRANSMISSION, D.REFUSE, by=conseiller) == "deja_refuse"


@pytest.mark.parametrize("portee", [P.CONSERVATION, P.SUIVI])
def test_no_refusal_is_repeated(validee: Bilan, conseiller: Agent, portee: Consentement.Portee) -> None:
    consent(validee, portee, D.REFUSE, at=MOMENT, by=conseiller)
    assert refusal(validee, portee, D.REFUSE, by=conseiller) == "deja_refuse"


def test_a_refusal_may_become_an_agreement_while_the_content_is_kept(validee: Bilan, conseiller: Agent) -> None:
    consent(validee, P.CONSERVATION, at=MOMENT, by=conseiller)
    consent(validee, P.TRANSMISSION, D.REFUSE, at=MOMENT, by=conseiller)
    assert consent(validee, P.TRANSMISSION, at=MOMENT, by=conseiller).rang == 2


@pytest.mark.rule("D.2-note-ordre")
def test_a_refusal_without_conservation_leaves_nothing_to_agree_on(validee: Bilan, conseiller: Agent) -> None:
    consent(validee, P.TRANSMISSION, D.REFUSE, at=MOMENT, by=conseiller)
    assert SyntheseDetruite.objects.get().motif == "transmission_refusee"
    assert refusal(validee, P.TRANSMISSION, by=conseiller) == "contenu_detruit"
    assert refusal(validee, P.CONSERVATION, by=conseiller) == "contenu_detruit"


def test_a_version_already_sent_is_not_consented_again(validee: Bilan, conseiller: Agent) -> None:
    consent(validee, P.CONSERVATION, at=MOMENT, by=conseiller)
    consent(validee, P.TRANSMISSION, at=MOMENT, by=conseiller)
    validee.syntheses.update(premier_envoi_at=MOMENT)
    consent(validee, P.TRANSMISSION, D.RETIRE, at=MOMENT, by=conseiller)
    assert refusal(validee, P.TRANSMISSION, by=conseiller) == "deja_envoyee"


@pytest.mark.rule("E.2-dernier")
def test_a_new_version_makes_the_agreement_lapse_but_it_can_still_be_withdrawn(
    validee: Bilan, conseiller: Agent
) -> None:
    consent(validee, P.CONSERVATION, at=MOMENT, by=conseiller)
    consent(validee, P.TRANSMISSION, at=MOMENT, by=conseiller)
    with clock.travel(MOMENT):
        redaction.rework_synthese(bilan=validee, motif=MotifReprise.ERREUR, by=conseiller)
    assert in_force(validee, P.TRANSMISSION) is None
    assert in_force(validee, P.CONSERVATION) is not None
    assert refusal(validee, P.TRANSMISSION, by=conseiller) == "synthese_non_validee"
    with clock.travel(MOMENT):
        redaction.present_synthese(bilan=validee, by=conseiller)
        redaction.validate_synthese(
            bilan=validee, date_presentation=JOUR, observations="", date_signature=JOUR, date_remise=JOUR, by=conseiller
        )
    assert in_force(validee, P.TRANSMISSION) is None
    consent(validee, P.TRANSMISSION, D.REFUSE, at=MOMENT, by=conseiller)
    # Version 1 may be at the partner: what was agreed for it can be taken back, whatever was answered since.
    assert consent(validee, P.TRANSMISSION, D.RETIRE, at=MOMENT, by=conseiller).version_synthese == 2


@pytest.mark.rule("E.2-guichet")
@pytest.mark.parametrize("decision", [D.ACCORDE, D.REFUSE])
def test_a_declaration_at_the_desk_only_withdraws(
    validee: Bilan, conseiller: Agent, decision: Consentement.Decision
) -> None:
    assert refusal(validee, P.SUIVI, decision, by=conseiller, mode=M.GUICHET) == "ecrit_necessaire"
    consent(validee, P.SUIVI, at=MOMENT, by=conseiller)
    consent(validee, P.SUIVI, D.RETIRE, at=MOMENT, by=conseiller, mode=M.GUICHET)


def test_a_decision_does_not_slip_before_the_previous_one(validee: Bilan, conseiller: Agent) -> None:
    consent(validee, P.SUIVI, at=MOMENT, by=conseiller)
    earlier = MOMENT - timedelta(minutes=1)
    assert refusal(validee, P.SUIVI, D.RETIRE, by=conseiller, date_heure=earlier) == "decision_anterieure"


@pytest.mark.rule("E.2-mineur")
def test_a_minor_agrees_with_their_representative_and_refuses_alone(direction, prescripteur, conseiller) -> None:
    bilan = make_convoque(
        direction, prescripteur, conseiller, date_naissance=date(1993, 1, 10), representant_nom="Awa Diallo"
    )
    advance(bilan, Etat.SYNTHESE_VALIDEE)
    assert refusal(bilan, P.CONSERVATION, by=conseiller) == "representant_manquant"
    consent(bilan, P.CONSERVATION, at=MOMENT, by=conseiller, representant_legal="Awa Diallo")
    consent(bilan, P.TRANSMISSION, D.REFUSE, at=MOMENT, by=conseiller)


def test_an_unknown_language_is_refused_at_its_field(validee: Bilan, conseiller: Agent) -> None:
    with pytest.raises(InvalidInput) as caught:
        consent(validee, P.SUIVI, at=MOMENT, by=conseiller, langue="xx")
    assert list(caught.value.fields) == ["langue"]


def test_who_may_record_and_who_may_withdraw(
    validee: Bilan,
    prescripteur: Agent,
    agent_ofii: Agent,
    correspondant: Agent,
    directeur: Agent,
    agent_ailleurs: Agent,
) -> None:
    for agent in (agent_ofii, correspondant, directeur, agent_ailleurs):
        with pytest.raises(Forbidden):
            consent(validee, P.SUIVI, at=MOMENT, by=agent)
    for agent in (agent_ofii, correspondant):
        consent(validee, P.SUIVI, at=MOMENT, by=prescripteur)
        consent(validee, P.SUIVI, D.RETIRE, at=MOMENT, by=agent)
    consent(validee, P.SUIVI, at=MOMENT, by=prescripteur)
    for agent in (directeur, agent_ailleurs):
        with pytest.raises(Forbidden):
            consent(validee, P.SUIVI, D.RETIRE, at=MOMENT, by=agent)


@pytest.mark.rule("E.2-retrait")
def test_a_withdrawal_is_accepted_whatever_the_state(validee: Bilan, correspondant: Agent, conseiller: Agent) -> None:
    consent(validee, P.CONSERVATION, at=MOMENT, by=conseiller)
    bilan = Bilan.objects.get(pk=validee.pk)
    bilan.cloturer()
    bilan.clos_at = MOMENT
    bilan.save()
    consent(bilan, P.CONSERVATION, D.RETIRE, at=MOMENT, by=correspondant)
    assert SyntheseDetruite.objects.get().motif == "conservation_retiree"


@pytest.mark.rule("E.2-ajout-seul")
@pytest.mark.parametrize("statement", ["update", "delete"])
def test_the_database_refuses_any_change_of_a_row(validee: Bilan, conseiller: Agent, statement: str) -> None:
    given = consent(validee, P.SUIVI, at=MOMENT, by=conseiller)
    rows = Consentement.objects.filter(pk=given.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(decision=D.REFUSE) if statement == "update" else rows.delete()


def test_a_consent_is_recorded_now_unless_a_moment_is_told(validee: Bilan, conseiller: Agent) -> None:
    with clock.travel(MOMENT):
        row = record_consent(
            bilan=validee, portee=P.SUIVI, decision=D.REFUSE, mode=M.COURRIER, langue="fr", interprete=False,
            document_empreinte="a" * 64, commentaire="Reçu par courrier", by=conseiller,
        )  # fmt: skip
    assert (row.date_heure, row.document_empreinte, row.commentaire) == (MOMENT, "a" * 64, "Reçu par courrier")


@pytest.mark.rule("E.2-champs")
@pytest.mark.parametrize(("days", "version"), [(20, "2010-1"), (21, "2010-2")])
def test_a_consent_entered_late_names_the_words_that_were_signed(
    validee: Bilan, conseiller: Agent, monkeypatch: pytest.MonkeyPatch, days: int, version: str
) -> None:
    second = (JOUR + timedelta(days=21), "2010-2")
    monkeypatch.setattr("bilan.textes.VERSIONS_TEXTE", (*textes.VERSIONS_TEXTE, second))
    with clock.travel(JOUR + timedelta(days=25)):
        row = record_consent(
            bilan=validee,
            portee=P.CONSERVATION,
            decision=D.ACCORDE,
            mode=Consentement.Mode.FORMULAIRE,
            langue="fr",
            interprete=False,
            date_heure=clock.at(JOUR + timedelta(days=days), 23),
            by=conseiller,
        )
    assert row.version_texte == version


@pytest.mark.rule("E.2-champs")
def test_the_paper_says_which_of_two_versions_was_signed(
    validee: Bilan, conseiller: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "version_texte" not in DecisionForm(bilan=validee, portee=P.SUIVI).fields
    monkeypatch.setattr("bilan.textes.VERSIONS_TEXTE", (*textes.VERSIONS_TEXTE, (JOUR + timedelta(days=21), "2010-2")))
    answer = {"portee": P.SUIVI, "decision": D.ACCORDE, "mode": M.FORMULAIRE, "langue": "fr", "interprete": False}
    early = clock.at(JOUR + timedelta(days=20), 23)
    with clock.travel(JOUR + timedelta(days=25)):
        asked = DecisionForm(bilan=validee, portee=P.SUIVI).fields["version_texte"]
        assert [version for version, _ in asked.choices] == ["2010-1", "2010-2"]
        with pytest.raises(RuleViolation) as refusal:
            record_consent(bilan=validee, **answer, version_texte="2010-2", date_heure=early, by=conseiller)
        row = record_consent(bilan=validee, **answer, version_texte="2010-1", by=conseiller)
    assert (refusal.value.code, row.version_texte) == ("version_texte_inconnue", "2010-1")


@pytest.mark.rule("E.2-champs")
def test_an_answer_says_whether_an_interpreter_was_there(validee: Bilan, conseiller: Agent) -> None:
    with clock.travel(MOMENT), pytest.raises(RuleViolation) as refusal:
        record_consent(bilan=validee, portee=P.SUIVI, decision=D.ACCORDE, mode=M.COURRIER, langue="fr", by=conseiller)
    assert refusal.value.code == "interprete_non_dit"
