"""The synthesis: drafts, completion, presentation, validation, refusal, rework (transitions 14 to 17)."""

import hashlib
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from agents.models import Agent
from bilan import redaction
from bilan.contenu import LangueConnue, SyntheseContenu
from bilan.models import Bilan, Consentement, Synthese, SyntheseDetruite, SynthesePdf
from bilan.states import Etat, MotifReprise
from cai.models import Prestation
from core import clock
from core.errors import Conflict, Forbidden, InvalidInput, RuleViolation
from core.models import Evenement
from tests.factories.conduite import JOUR, advance, consent, make_contenu, make_convoque

pytestmark = pytest.mark.django_db


def refusal(callable_, **arguments) -> RuleViolation:
    with pytest.raises(RuleViolation) as caught:
        callable_(**arguments)
    return caught.value


def validation(**changes) -> dict:
    return {
        "date_presentation": JOUR, "observations": "", "date_signature": JOUR, "date_remise": JOUR, **changes,
    }  # fmt: skip


# --- drafts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state", [Etat.PHASE_PRELIMINAIRE, Etat.PHASE_INVESTIGATION, Etat.PHASE_CONCLUSION, Etat.SYNTHESE_REDIGEE]
)
def test_a_draft_is_kept_at_any_moment_of_the_writing(
    convoque: Bilan, conseiller: Agent, le_jour: None, state: Etat
) -> None:
    bilan = advance(convoque, state)
    contenu = SyntheseContenu(parcours="Sept ans de cuisine")
    draft = redaction.save_draft(bilan=bilan, contenu=contenu, by=conseiller)
    assert draft.version == 1
    assert SyntheseContenu.from_dict(Synthese.objects.get().contenu) == contenu


@pytest.mark.parametrize("state", [Etat.SYNTHESE_PRESENTEE, Etat.SYNTHESE_VALIDEE])
def test_a_presented_version_is_no_longer_written(
    convoque: Bilan, conseiller: Agent, le_jour: None, state: Etat
) -> None:
    bilan = advance(convoque, state)
    assert refusal(redaction.save_draft, bilan=bilan, contenu=SyntheseContenu(), by=conseiller)


def test_no_draft_before_the_bilan_has_begun(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    assert refusal(redaction.save_draft, bilan=convoque, contenu=SyntheseContenu(), by=conseiller)


@pytest.mark.rule("D.4-responsabilite")
def test_nobody_else_writes(convoque: Bilan, prescripteur: Agent, le_jour: None) -> None:
    bilan = advance(convoque, Etat.PHASE_PRELIMINAIRE)
    with pytest.raises(Forbidden):
        redaction.save_draft(bilan=bilan, contenu=SyntheseContenu(), by=prescripteur)


def test_the_second_tab_is_told_instead_of_overwriting(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    bilan = advance(convoque, Etat.PHASE_PRELIMINAIRE)
    nothing = redaction.revision(redaction.current_draft(bilan))
    first = redaction.save_draft(bilan=bilan, contenu=SyntheseContenu(projet="A"), attendu=nothing, by=conseiller)
    seen = redaction.revision(first)
    redaction.save_draft(bilan=bilan, contenu=SyntheseContenu(projet="B"), attendu=seen, by=conseiller)

    for stale in (nothing, seen):
        with pytest.raises(Conflict) as caught:
            redaction.save_draft(bilan=bilan, contenu=SyntheseContenu(projet="C"), attendu=stale, by=conseiller)
        assert caught.value.code == "brouillon_modifie"
    assert Synthese.objects.get().contenu["projet"] == "B"


def test_a_draft_refuses_what_no_version_could_hold(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    bilan = advance(convoque, Etat.PHASE_PRELIMINAIRE)
    with pytest.raises(InvalidInput) as caught:
        redaction.save_draft(bilan=bilan, contenu=SyntheseContenu(projet="x" * 2001), by=conseiller)
    assert list(caught.value.fields) == ["projet"]


# --- completion -----------------------------------------------------------------------------------


@pytest.mark.rule("D.1-realise", "D.2-14")
def test_completing_ends_the_bilan_and_counts_for_the_contract(
    convoque: Bilan, conseiller: Agent, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_REDIGEE)
    assert (bilan.etat, bilan.date_fin_conclusion) == (Etat.SYNTHESE_REDIGEE, JOUR)
    assert bilan.date_suivi == date(2010, 11, 10)
    assert bilan.syntheses.get().date_redaction == JOUR
    assert Prestation.objects.get(contrat=bilan.contrat).statut == Prestation.Statut.SUIVIE


def test_the_conclusion_ended_on_the_day_of_the_last_session(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    bilan = advance(convoque, Etat.PHASE_CONCLUSION)
    with clock.travel(JOUR + timedelta(days=9)):
        assert redaction.complete_synthese(bilan=bilan, by=conseiller).date_fin_conclusion == JOUR
    assert bilan.syntheses.get().date_redaction == JOUR + timedelta(days=9)


@pytest.mark.rule("D.2-14")
def test_completing_needs_minutes_and_a_draft(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    bilan = advance(convoque, Etat.PHASE_CONCLUSION)
    bilan.seances.all().delete()
    assert refusal(redaction.complete_synthese, bilan=bilan, by=conseiller).code == "aucune_seance"
    bilan.syntheses.all().delete()
    assert refusal(redaction.complete_synthese, bilan=bilan, by=conseiller).code == "synthese_absente"


def test_completing_refuses_an_unknown_code(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    bilan = advance(convoque, Etat.PHASE_CONCLUSION, contenu=make_contenu(metiers=("N9999",)))
    assert refusal(redaction.complete_synthese, bilan=bilan, by=conseiller).fields == {
        "metiers.0": ["Le code ROME N9999 n’existe pas."]
    }


@pytest.mark.rule("C.6-validite")
def test_completing_refuses_a_session_after_the_end_of_the_contract(
    convoque: Bilan, conseiller: Agent, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.PHASE_CONCLUSION)
    bilan.seances.update(jour=date(2011, 3, 16))
    assert refusal(redaction.complete_synthese, bilan=bilan, by=conseiller).code == "echeance_passee"


# --- presentation ---------------------------------------------------------------------------------


@pytest.mark.rule("D.2-15")
def test_presenting_freezes_the_version_and_stores_its_paper(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_PRESENTEE)
    synthese = bilan.syntheses.get()
    pdf = bytes(SynthesePdf.objects.get().contenu)
    assert pdf.startswith(b"%PDF-1.7")
    assert synthese.pdf_sha256 == hashlib.sha256(pdf).hexdigest()
    assert (synthese.is_frozen, synthese.date_presentation) == (True, JOUR)
    assert Evenement.objects.get(nom="bilan.presenter_synthese").faits["pdf_sha256"] == synthese.pdf_sha256


@pytest.mark.rule("D.2-15")
def test_a_frozen_content_is_refused_any_change_by_the_database(convoque: Bilan, le_jour: None) -> None:
    synthese = advance(convoque, Etat.SYNTHESE_PRESENTEE).syntheses.get()
    synthese.contenu = make_contenu(projet="Autre").to_dict()
    with pytest.raises(DatabaseError), transaction.atomic():
        synthese.save(update_fields=["contenu"])


def test_presenting_is_refused_when_something_became_missing(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_REDIGEE)
    redaction.save_draft(bilan=bilan, contenu=make_contenu(circonstances=""), by=conseiller)
    assert list(refusal(redaction.present_synthese, bilan=bilan, by=conseiller).fields) == ["circonstances"]


@pytest.mark.parametrize("change", ["content", "name"])
def test_presenting_refuses_a_paper_that_is_no_longer_the_content(
    convoque: Bilan, conseiller: Agent, le_jour: None, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_REDIGEE)

    def slow_printer(*_: object) -> bytes:
        """While the sheet is being laid out, someone corrects it."""
        if change == "content":
            redaction.save_draft(bilan=bilan, contenu=make_contenu(projet="Autre projet"), by=conseiller)
        else:
            person = bilan.contrat.signataire
            person.nom = "Diallo-Traoré"
            person.save()
        return b"%PDF-1.7 stale"

    monkeypatch.setattr(redaction, "synthese_pdf", slow_printer)
    with pytest.raises(Conflict):
        redaction.present_synthese(bilan=bilan, by=conseiller)
    assert not SynthesePdf.objects.exists()
    assert Bilan.objects.get(pk=bilan.pk).etat == Etat.SYNTHESE_REDIGEE


# --- signature ------------------------------------------------------------------------------------


@pytest.mark.rule("D.2-16", "D.4-responsabilite", "E.3-chiffrement")
def test_validating_keeps_observations_encrypted_and_dates(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_PRESENTEE)
    with clock.travel(date(2010, 5, 14)):
        redaction.validate_synthese(
            bilan=bilan,
            **validation(
                observations="Rien à ajouter", date_signature=date(2010, 5, 12), date_remise=date(2010, 5, 13)
            ),
            by=conseiller,
        )
    synthese = bilan.syntheses.get()
    assert synthese.date_validation == date(2010, 5, 13)
    assert synthese.observations == {"texte": "Rien à ajouter"}
    assert Evenement.objects.get(nom="bilan.valider_synthese").faits["pdf_sha256"] == synthese.pdf_sha256


@pytest.mark.rule("D.2-16")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"date_presentation": JOUR - timedelta(days=1)}, "date_presentation"),
        ({"date_presentation": JOUR + timedelta(days=1)}, "date_presentation"),
        ({"date_signature": JOUR - timedelta(days=1)}, "date_signature"),
        ({"date_remise": JOUR + timedelta(days=1)}, "date_remise"),
    ],
)
def test_validating_refuses_dates_to_come_or_out_of_order(
    convoque: Bilan, conseiller: Agent, le_jour: None, changes: dict, field: str
) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_PRESENTEE)
    refused = refusal(redaction.validate_synthese, bilan=bilan, **validation(**changes), by=conseiller)
    assert field in refused.fields


@pytest.mark.rule("D.2-16-mineur")
@pytest.mark.parametrize(
    ("birth", "needs"), [(date(1992, 5, 10), False), (date(1992, 5, 11), True)], ids=["18 that day", "18 the day after"]
)
def test_a_minor_signs_with_their_representative(direction, prescripteur, conseiller, birth: date, needs: bool) -> None:
    bilan = advance(make_convoque(direction, prescripteur, conseiller, date_naissance=birth), Etat.SYNTHESE_PRESENTEE)
    with clock.travel(clock.at(JOUR, 15)):
        if needs:
            assert refusal(redaction.validate_synthese, bilan=bilan, **validation(), by=conseiller).code == (
                "representant_manquant"
            )
        redaction.validate_synthese(
            bilan=bilan, **validation(), representant="Awa Diallo" if needs else "", by=conseiller
        )
    assert bilan.syntheses.get().representant_signataire == ("Awa Diallo" if needs else "")


def test_observations_too_long_are_refused(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_PRESENTEE)
    with pytest.raises(InvalidInput):
        redaction.validate_synthese(bilan=bilan, **validation(observations="x" * 2001), by=conseiller)


@pytest.mark.rule("D.2-17", "E.4-refus")
def test_a_refused_signature_destroys_what_nobody_keeps(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_PRESENTEE)
    redaction.record_signature_refusal(bilan=bilan, date_presentation=JOUR, date_refus=JOUR, by=conseiller)
    assert Bilan.objects.get(pk=bilan.pk).etat == Etat.SIGNATURE_REFUSEE
    assert SyntheseDetruite.objects.get(bilan=bilan).motif == "signature_refusee"
    assert not SynthesePdf.objects.exists()
    assert Prestation.objects.get(contrat=bilan.contrat).statut == Prestation.Statut.SUIVIE


@pytest.mark.rule("D.2-17")
def test_a_refused_signature_leaves_what_the_person_keeps(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_PRESENTEE)
    consent(bilan, at=clock.at(JOUR, 15), by=conseiller)
    redaction.record_signature_refusal(bilan=bilan, date_presentation=JOUR, date_refus=JOUR, by=conseiller)
    assert bilan.syntheses.get().contenu is not None


# --- rework ---------------------------------------------------------------------------------------


@pytest.mark.rule("D.2-15b")
@pytest.mark.parametrize("state", [Etat.SYNTHESE_PRESENTEE, Etat.SYNTHESE_VALIDEE])
def test_taking_up_again_opens_the_next_version_as_a_copy(
    convoque: Bilan, conseiller: Agent, le_jour: None, state: Etat
) -> None:
    bilan = advance(convoque, state)
    draft = redaction.rework_synthese(bilan=bilan, motif=MotifReprise.OBSERVATIONS, by=conseiller)
    first = bilan.syntheses.get(version=1)
    assert (draft.version, draft.is_frozen, draft.contenu) == (2, False, first.contenu)
    assert first.is_frozen
    assert Bilan.objects.get(pk=bilan.pk).etat == Etat.SYNTHESE_REDIGEE


def test_the_second_version_is_presented_and_signed_in_turn(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_VALIDEE)
    redaction.rework_synthese(bilan=bilan, motif=MotifReprise.ERREUR, by=conseiller)
    langues = (LangueConnue(langue="ar", parlee=True),)
    redaction.save_draft(bilan=bilan, contenu=make_contenu(langues=langues), by=conseiller)
    redaction.present_synthese(bilan=bilan, by=conseiller)
    second = redaction.validate_synthese(bilan=bilan, **validation(), by=conseiller)
    assert (second.version, second.date_validation) == (2, JOUR)
    assert bilan.syntheses.get(version=1).pdf_sha256 != second.pdf_sha256


@pytest.mark.rule("D.2-15b")
def test_a_destroyed_content_is_not_taken_up_again(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_VALIDEE)
    at = clock.at(JOUR, 15)
    consent(bilan, Consentement.Portee.TRANSMISSION, Consentement.Decision.REFUSE, at=at, by=conseiller)
    refused = refusal(redaction.rework_synthese, bilan=bilan, motif=MotifReprise.ERREUR, by=conseiller)
    assert refused.code == "contenu_detruit"


def test_a_destroyed_draft_is_neither_written_nor_presented_nor_signed(
    convoque: Bilan, conseiller: Agent, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_PRESENTEE)
    at = clock.at(JOUR, 15)
    consent(bilan, at=at, by=conseiller)
    consent(bilan, decision=Consentement.Decision.RETIRE, at=at, by=conseiller)
    assert refusal(redaction.validate_synthese, bilan=bilan, **validation(), by=conseiller).code == "contenu_detruit"


def test_a_draft_destroyed_while_written_does_not_come_back(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_REDIGEE)
    at = clock.at(JOUR, 15)
    consent(bilan, at=at, by=conseiller)
    consent(bilan, decision=Consentement.Decision.RETIRE, at=at, by=conseiller)
    refused = refusal(redaction.save_draft, bilan=bilan, contenu=make_contenu(), by=conseiller)
    assert refused.code == "contenu_detruit"
    assert refusal(redaction.present_synthese, bilan=bilan, by=conseiller).code == "synthese_absente"
