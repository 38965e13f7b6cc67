"""The sheet leaves the printer for its owner only: who, when, why, and how many times."""

from datetime import timedelta

import pytest

from agents.models import Agent
from agents.roles import Role
from bilan import impression, redaction
from bilan.contenu import Experience, LangueConnue
from bilan.models import Bilan, Consentement, Synthese, SynthesePdf
from bilan.states import Etat, MotifImpression, MotifReprise
from core import clock
from core.errors import Conflict, Forbidden, RuleViolation
from core.models import Evenement, JournalAcces
from tests.factories.agents import make_agent
from tests.factories.conduite import JOUR, advance, consent, make_contenu

pytestmark = pytest.mark.django_db
COPY = {"motif": MotifImpression.REMISE, "demande_recue_le": JOUR}


def test_the_sheet_says_labels_and_never_codes(convoque: Bilan, le_jour: None) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_REDIGEE)
    contenu = make_contenu(
        langues=(LangueConnue(langue="fr", parlee=True, niveau="A1_1"),),
        experiences=(
            Experience(metier="Aide-cuisinière", pays="FRA", debut="2009-01"),
            Experience(metier="Cuisinière", pays="MLI", debut="2001-02", fin="2008-12"),
            Experience(metier="Sans date", pays="MLI"),
        ),
    )
    sheet = impression.build_fiche(bilan, contenu, version=1)
    assert (sheet.nom_complet, sheet.version, sheet.duree_minutes) == ("Fatoumata Diallo", 1, 160)
    assert (sheet.langues[0].nom, sheet.langues[0].niveau) == ("français", "Échanges très simples (A1.1, DILF)")
    assert [(e.pays, e.en_france) for e in sheet.experiences] == [("France", True), ("Mali", False)]
    assert [(m.libelle, m.rang) for m in sheet.metiers] == [
        ("Personnel de cuisine", 1), ("Personnel polyvalent en restauration", 2)
    ]  # fmt: skip
    assert sheet.freins == ("Maîtrise du français",)
    assert sheet.besoins_formation[0].domaine == "Français professionnel"
    assert sheet.niveau_formation == "CAP ou BEP"
    assert sheet.diplomes[0].reconnu is None


def test_the_adviser_prints_the_presented_version_for_signature(
    convoque: Bilan, conseiller: Agent, prescripteur: Agent, le_jour: None
) -> None:
    synthese = advance(convoque, Etat.SYNTHESE_PRESENTEE).syntheses.get()
    assert impression.print_for_signature(synthese=synthese, by=conseiller).startswith(b"%PDF")
    assert Evenement.objects.get(nom="bilan.synthese_imprimee").faits["motif"] == "signature"
    with pytest.raises(Forbidden):
        impression.print_for_signature(synthese=synthese, by=prescripteur)


def test_signature_is_printed_only_while_the_version_is_presented(
    convoque: Bilan, conseiller: Agent, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_PRESENTEE)
    first = bilan.syntheses.get()
    redaction.rework_synthese(bilan=bilan, motif=MotifReprise.ERREUR, by=conseiller)
    with pytest.raises(RuleViolation):
        impression.print_for_signature(synthese=first, by=conseiller)
    redaction.present_synthese(bilan=bilan, by=conseiller)
    with pytest.raises(RuleViolation):
        impression.print_for_signature(synthese=first, by=conseiller)


@pytest.mark.rule("E.3-prescripteur", "E.6-actes")
def test_copies_are_numbered_and_journalled(convoque: Bilan, prescripteur: Agent, le_jour: None) -> None:
    synthese = advance(convoque, Etat.SYNTHESE_VALIDEE).syntheses.get()
    first = impression.print_copy(synthese=synthese, **COPY, by=prescripteur)
    second = impression.print_copy(
        synthese=synthese, motif=MotifImpression.DEMANDE_ECRITE, demande_recue_le=JOUR, by=prescripteur
    )
    assert first == second == bytes(SynthesePdf.objects.get().contenu)
    events = Evenement.objects.filter(nom="bilan.synthese_imprimee").order_by("numero")
    assert [event.faits["exemplaire"] for event in events] == [1, 2]
    assert list(JournalAcces.objects.filter(action="impression_synthese").values_list("motif", flat=True)) == [
        "demande_ecrite_beneficiaire", "remise_beneficiaire"
    ]  # fmt: skip


@pytest.mark.rule("E.3-prescripteur")
def test_only_the_prescriber_in_charge_prints_copies(
    convoque: Bilan, conseiller: Agent, directeur: Agent, agent_ofii: Agent, direction, le_jour: None
) -> None:
    synthese = advance(convoque, Etat.SYNTHESE_VALIDEE).syntheses.get()
    colleague = make_agent(Role.PRESCRIPTEUR, direction)
    for agent in (conseiller, directeur, agent_ofii, colleague):
        with pytest.raises(Forbidden):
            impression.print_copy(synthese=synthese, **COPY, by=agent)
    assert not Evenement.objects.filter(nom="bilan.synthese_imprimee").exists()


def test_a_synthesis_that_is_not_validated_gives_no_copy(
    convoque: Bilan, conseiller: Agent, prescripteur: Agent, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_PRESENTEE)
    with pytest.raises(RuleViolation):
        impression.print_copy(synthese=bilan.syntheses.get(), **COPY, by=prescripteur)


def test_a_version_being_written_again_gives_no_copy(
    convoque: Bilan, conseiller: Agent, prescripteur: Agent, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_VALIDEE)
    redaction.rework_synthese(bilan=bilan, motif=MotifReprise.ERREUR, by=conseiller)
    with pytest.raises(RuleViolation):
        impression.print_copy(synthese=bilan.syntheses.get(version=1), **COPY, by=prescripteur)


@pytest.mark.rule("E.3-prescripteur")
@pytest.mark.parametrize(
    "change",
    [
        {"demande_recue_le": None},
        {"demande_recue_le": JOUR + timedelta(days=1)},
        {"demande_recue_le": JOUR - timedelta(days=1)},
        {"motif": MotifImpression.SIGNATURE},
    ],
)
def test_a_copy_needs_a_reason_and_the_day_it_was_asked(
    convoque: Bilan, prescripteur: Agent, le_jour: None, change: dict
) -> None:
    synthese = advance(convoque, Etat.SYNTHESE_VALIDEE).syntheses.get()
    with pytest.raises(RuleViolation) as caught:
        impression.print_copy(synthese=synthese, **{**COPY, **change}, by=prescripteur)
    assert set(caught.value.fields) == set(change)


def test_a_paper_that_is_not_what_was_signed_is_not_printed(
    convoque: Bilan, prescripteur: Agent, le_jour: None
) -> None:
    synthese = advance(convoque, Etat.SYNTHESE_VALIDEE).syntheses.get()
    SynthesePdf.objects.update(contenu=b"%PDF-1.7 forged")
    with pytest.raises(Conflict):
        impression.print_copy(synthese=synthese, **COPY, by=prescripteur)


def test_a_destroyed_content_is_not_printed(
    convoque: Bilan, conseiller: Agent, prescripteur: Agent, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_VALIDEE)
    synthese = bilan.syntheses.get()
    at = clock.at(JOUR, 15)
    assert list(impression.printable_by(prescripteur)) == [synthese]
    consent(bilan, Consentement.Portee.TRANSMISSION, Consentement.Decision.REFUSE, at=at, by=conseiller)
    with pytest.raises(RuleViolation):
        impression.print_copy(synthese=synthese, **COPY, by=prescripteur)
    assert list(impression.printable_by(prescripteur)) == []


def test_the_list_to_print_is_that_of_the_prescriber_in_charge(
    convoque: Bilan, conseiller: Agent, prescripteur: Agent, direction, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_PRESENTEE)
    assert not impression.printable_by(prescripteur).exists()
    redaction.validate_synthese(
        bilan=bilan, date_presentation=JOUR, observations="", date_signature=JOUR, date_remise=JOUR, by=conseiller
    )
    listed = impression.printable_by(prescripteur).get()
    assert listed.bilan_id == bilan.pk
    assert "contenu" in listed.get_deferred_fields()
    assert not impression.printable_by(make_agent(Role.PRESCRIPTEUR, direction)).exists()
    assert not Synthese.objects.visible_to(make_agent(Role.ADMINISTRATEUR)).exists()
