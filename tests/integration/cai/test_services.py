"""Registering, signing, correcting and cancelling: what is computed, refused and remembered."""

from datetime import date, timedelta
from typing import Any

import pytest

from agents.models import Agent, DirectionTerritoriale
from cai import services
from cai.controles import signs_no_cai
from cai.fiches import FicheContrat, FicheSignataire
from cai.models import Contrat, Signataire
from core import clock, journal
from core.errors import Forbidden, InvalidInput, RuleViolation
from core.models import Evenement
from tests.factories.cai import fiche_contrat, fiche_signataire, make_contrat

JOUR = date(2010, 3, 15)


@pytest.fixture(autouse=True)
def _a_week_after_the_signature() -> object:
    with clock.travel(date(2010, 3, 22)):
        yield


def signataire(by: Agent, **fields: Any) -> Signataire:
    return services.register_signataire(fiche=fiche_signataire(**fields), by=by)


def sign(by: Agent, direction: DirectionTerritoriale, who: Signataire | None = None, **fields: Any) -> Contrat:
    person = who or signataire(by)
    return services.sign_contrat(signataire=person, direction=direction, fiche=fiche_contrat(**fields), by=by)


def refused(by: Agent, direction: DirectionTerritoriale, who: Signataire | None = None, **fields: Any) -> list[str]:
    with pytest.raises(InvalidInput) as refusal:
        sign(by, direction, who, **fields)
    return sorted(refusal.value.fields)


# --- registering -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nom", "prenom", "complet"),
    [
        ("N’Diaye", "Fatou", "Fatou N’Diaye"),
        ("Suryani", "", "Suryani"),
        ("García Márquez-Ortiz", "José Ángel", "José Ángel García Márquez-Ortiz"),
        ("de la Cruz", "María", "María de la Cruz"),
    ],
)
def test_a_name_is_kept_exactly_as_typed(agent_ofii: Agent, nom: str, prenom: str, complet: str) -> None:
    person = signataire(agent_ofii, nom=nom, prenom=prenom)

    assert Signataire.objects.get(pk=person.pk).nom_complet == complet


@pytest.mark.rule("D.4-nom-unique")
def test_a_single_name_has_no_first_name_at_all(agent_ofii: Agent) -> None:
    assert signataire(agent_ofii, prenom="").prenom is None


@pytest.mark.rule("C.2-champs")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("date_naissance", date(2010, 3, 23)),
        ("date_naissance", date(1889, 1, 1)),
        ("nom", ""),
        ("nom", "x" * 101),
        ("sexe", "X"),
        ("nationalite", "ZZZ"),
        ("langue_comprise", "zz"),
        ("adresse", ""),
        ("code_postal", "7502"),
        ("code_postal", "ABCDE"),
        ("courriel", "pas une adresse"),
    ],
)
def test_an_impossible_person_is_refused_at_the_field(agent_ofii: Agent, field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        signataire(agent_ofii, **{field: value})

    assert list(refusal.value.fields) == [field]


def test_the_very_long_name_of_somebody_is_still_searchable(agent_ofii: Agent) -> None:
    person = signataire(agent_ofii, nom="ß " * 50, prenom="Œ" * 100)

    assert len(person.cle_recherche) <= 300


# --- signing ---------------------------------------------------------------------------------------


@pytest.mark.rule("C.2-duree")
@pytest.mark.parametrize(
    ("signature", "echeance"),
    [
        pytest.param(date(2010, 3, 15), date(2011, 3, 15), id="AS-18 same quantième"),
        pytest.param(date(2008, 2, 29), date(2009, 2, 28), id="AS-19 29 February falls back to the 28th"),
    ],
)
def test_the_contract_lasts_one_year_last_day_included(
    agent_ofii: Agent, direction: DirectionTerritoriale, signature: date, echeance: date
) -> None:
    assert sign(agent_ofii, direction, date_signature=signature).date_echeance == echeance


@pytest.mark.rule("C.2-numero")
def test_numbers_follow_each_other_by_direction_and_year(agent_ofii: Agent, direction: DirectionTerritoriale) -> None:
    numbers = [sign(agent_ofii, direction, date_signature=jour).numero_cai for jour in (JOUR, JOUR, date(2009, 5, 4))]

    assert numbers == ["75-2010-000001", "75-2010-000002", "75-2009-000001"]


def test_a_number_of_the_series_already_typed_by_hand_is_stepped_over(
    agent_ofii: Agent, direction: DirectionTerritoriale
) -> None:
    sign(agent_ofii, direction, numero_cai="75-2010-000001")

    assert sign(agent_ofii, direction).numero_cai == "75-2010-000002"


@pytest.mark.rule("C.2-numero")
def test_a_number_already_taken_is_refused_whatever_the_direction(
    agent_ofii: Agent, agent_ailleurs: Agent, direction: DirectionTerritoriale
) -> None:
    make_contrat(by=agent_ailleurs, numero_cai="PAPIER-0001")

    assert refused(agent_ofii, direction, numero_cai="PAPIER-0001") == ["numero_cai"]


@pytest.mark.rule("C.2-numero")
@pytest.mark.parametrize(
    "numero", ["75-20", "75 2010 000123", "75-2010-000123-ABCDEFG", "75/2010/000123", "é-2010-0001"]
)
def test_a_number_of_another_shape_is_refused(agent_ofii: Agent, direction: DirectionTerritoriale, numero: str) -> None:
    assert refused(agent_ofii, direction, numero_cai=numero) == ["numero_cai"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"date_signature": date(2010, 3, 23)}, "date_signature"),
        ({"date_signature": date(9999, 12, 31)}, "date_signature"),
        ({"date_entretien": date(2010, 3, 16)}, "date_entretien"),
        ({"date_entretien": date(1975, 1, 1)}, "date_entretien"),
        ({"date_premier_titre": date(2010, 3, 23)}, "date_premier_titre"),
        ({"date_premier_titre": date(1975, 1, 1)}, "date_premier_titre"),
        ({"titre_admission": "INCONNU"}, "titre_admission"),
        ({"titre_actuel": "INCONNU"}, "titre_actuel"),
    ],
)
def test_impossible_terms_are_refused_at_their_field(
    agent_ofii: Agent, direction: DirectionTerritoriale, fields: dict[str, Any], field: str
) -> None:
    assert refused(agent_ofii, direction, **fields) == [field]


@pytest.mark.rule("C.2-age")
@pytest.mark.parametrize(
    ("naissance", "representant", "fields"),
    [
        pytest.param(date(1994, 3, 16), "Awa Diallo", ["date_signature"], id="15 on the day of signature"),
        pytest.param(date(1994, 3, 15), "", ["representant_nom"], id="16 that day, alone"),
        pytest.param(date(1992, 3, 16), "", ["representant_nom"], id="17, alone"),
    ],
)
def test_who_may_sign_and_with_whom(
    agent_ofii: Agent, direction: DirectionTerritoriale, naissance: date, representant: str, fields: list[str]
) -> None:
    person = signataire(agent_ofii, date_naissance=naissance, representant_nom=representant)

    assert refused(agent_ofii, direction, person) == fields


@pytest.mark.rule("C.2-representant")
@pytest.mark.parametrize("jour", [None, date(2010, 3, 14), date(2010, 3, 23)])
def test_the_representative_of_a_minor_signs_from_the_interview_on(
    agent_ofii: Agent, direction: DirectionTerritoriale, jour: date | None
) -> None:
    minor = signataire(agent_ofii, date_naissance=date(1992, 3, 16), representant_nom="Awa Diallo")

    assert refused(agent_ofii, direction, minor, date_cosignature=jour) == ["date_cosignature"]
    assert sign(agent_ofii, direction, minor, date_cosignature=JOUR).date_cosignature == JOUR


@pytest.mark.rule("C.2-age", "C.2-representant")
@pytest.mark.parametrize(("naissance", "representant"), [(date(1994, 3, 15), "Awa Diallo"), (date(1992, 3, 15), "")])
def test_from_16_with_a_representative_and_from_18_alone(
    agent_ofii: Agent, direction: DirectionTerritoriale, naissance: date, representant: str
) -> None:
    person = signataire(agent_ofii, date_naissance=naissance, representant_nom=representant)

    cosigned = JOUR if representant else None
    assert sign(agent_ofii, direction, person, date_cosignature=cosigned).signataire == person


@pytest.mark.rule("C.2-regime")
@pytest.mark.parametrize(("fin", "accepte"), [(date(2010, 3, 15), True), (date(2010, 3, 14), False), (None, True)])
def test_no_contract_is_signed_after_the_end_of_the_regime(
    agent_ofii: Agent,
    direction: DirectionTerritoriale,
    settings: Any,
    fin: date | None,
    accepte: bool,
) -> None:
    settings.REGIME_CAI_FIN = fin

    if accepte:
        assert sign(agent_ofii, direction).date_signature == JOUR
    else:
        assert refused(agent_ofii, direction) == ["date_signature"]


def test_signing_needs_the_right_in_that_direction(agent_ofii: Agent, autre_direction: DirectionTerritoriale) -> None:
    with pytest.raises(Forbidden):
        sign(agent_ofii, autre_direction)


# --- correcting the person ---------------------------------------------------------------------------


def corrected(contrat: Contrat, **changes: Any) -> FicheSignataire:
    return FicheSignataire(**{**vars(FicheSignataire.of(contrat.signataire)), **changes})


@pytest.mark.rule("E.1-rectification")
def test_a_corrected_identity_keeps_what_it_said_before_in_the_journal(contrat: Contrat, agent_ofii: Agent) -> None:
    services.correct_signataire(contrat=contrat, fiche=corrected(contrat, nom="Dialo", prenom=""), by=agent_ofii)

    event = Evenement.objects.get(nom="signataire.corrige")
    assert journal.facts(event) == {"champs": {"nom": ["Diallo", "Dialo"], "prenom": ["Mamadou", None]}}
    assert Signataire.objects.get().nom_complet == "Dialo"


def test_a_correction_that_changes_nothing_writes_nothing(contrat: Contrat, agent_ofii: Agent) -> None:
    services.correct_signataire(contrat=contrat, fiche=corrected(contrat), by=agent_ofii)

    assert not Evenement.objects.filter(nom="signataire.corrige").exists()


@pytest.mark.parametrize(
    ("naissance", "field"), [(date(1994, 3, 16), "date_naissance"), (date(1993, 1, 1), "representant_nom")]
)
def test_a_corrected_birth_must_still_allow_the_signature(
    contrat: Contrat, agent_ofii: Agent, naissance: date, field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        services.correct_signataire(contrat=contrat, fiche=corrected(contrat, date_naissance=naissance), by=agent_ofii)

    assert list(refusal.value.fields) == [field]


@pytest.mark.rule("C.2-representant")
def test_a_person_corrected_into_a_minor_needs_the_day_of_their_representative(
    contrat: Contrat, agent_ofii: Agent
) -> None:
    fiche = corrected(contrat, date_naissance=date(1993, 1, 1), representant_nom="Awa Diallo")
    for signed_on in (None, contrat.date_entretien - timedelta(days=1)):
        with pytest.raises(InvalidInput) as refusal:
            services.correct_signataire(contrat=contrat, fiche=fiche, date_cosignature=signed_on, by=agent_ofii)
        assert list(refusal.value.fields) == ["date_cosignature"]
    services.correct_signataire(contrat=contrat, fiche=fiche, date_cosignature=contrat.date_signature, by=agent_ofii)
    assert Contrat.objects.get().date_cosignature == contrat.date_signature
    told = Evenement.objects.order_by("numero").values_list("nom", flat=True)
    assert list(told)[-2:] == ["contrat.corrige", "signataire.corrige"]
    services.correct_signataire(
        contrat=contrat, fiche=corrected(contrat, date_naissance=date(1980, 1, 1)), by=agent_ofii
    )


@pytest.mark.parametrize("role", ["directeur", "correspondant", "agent_ailleurs", "conseiller"])
def test_correcting_needs_the_right(contrat: Contrat, role: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(Forbidden):
        services.correct_signataire(
            contrat=contrat, fiche=corrected(contrat, nom="Autre"), by=request.getfixturevalue(role)
        )


# --- correcting the contract ---------------------------------------------------------------------------


def correct(contrat: Contrat, by: Agent, acquis: tuple[date, date] | None = None, **changes: Any) -> Contrat:
    fiche = FicheContrat(**{**vars(FicheContrat.of(contrat)), **changes})
    return services.correct_contrat(contrat=contrat, fiche=fiche, periode_acquise=acquis, by=by)


@pytest.mark.rule("E.1-rectification")
def test_the_last_day_follows_a_corrected_signature(contrat: Contrat, agent_ofii: Agent) -> None:
    signature = date(2010, 3, 10)

    correct(contrat, agent_ofii, date_signature=signature, date_entretien=signature)

    again = Contrat.objects.get()
    assert again.date_echeance == date(2011, 3, 10)
    champs = journal.facts(Evenement.objects.get(nom="contrat.corrige"))["champs"]
    assert champs["date_echeance"] == ["2011-03-15", "2011-03-10"]


def test_an_empty_number_keeps_the_present_one(contrat: Contrat, agent_ofii: Agent) -> None:
    assert correct(contrat, agent_ofii, numero_cai="").numero_cai == "75-2010-000001"


def test_a_number_taken_meanwhile_is_refused(contrat: Contrat, agent_ofii: Agent) -> None:
    make_contrat(by=agent_ofii, numero_cai="PAPIER-0001")

    with pytest.raises(InvalidInput) as refusal:
        correct(contrat, agent_ofii, numero_cai="PAPIER-0001")

    assert list(refusal.value.fields) == ["numero_cai"]


def test_a_signature_to_come_is_refused_before_anything_is_counted_from_it(contrat: Contrat, agent_ofii: Agent) -> None:
    with pytest.raises(InvalidInput) as refusal:
        correct(contrat, agent_ofii, (date(2010, 3, 18), date(2010, 3, 18)), date_signature=date(9999, 12, 31))
    assert list(refusal.value.fields) == ["date_signature"]


@pytest.mark.parametrize(
    ("signature", "acquis", "accepte"),
    [
        pytest.param(date(2010, 3, 17), (date(2010, 3, 18), date(2010, 3, 18)), True, id="before what happened"),
        pytest.param(date(2010, 3, 18), (date(2010, 3, 18), date(2010, 3, 18)), True, id="on that day"),
        pytest.param(date(2010, 3, 19), (date(2010, 3, 18), date(2010, 3, 18)), False, id="after it"),
        pytest.param(date(2010, 3, 1), (date(2010, 3, 18), date(2011, 3, 1)), True, id="ends on the last appointment"),
        pytest.param(date(2010, 2, 28), (date(2010, 3, 18), date(2011, 3, 1)), False, id="ends before it"),
    ],
)
def test_a_corrected_signature_keeps_what_happened_inside_the_contract(
    contrat: Contrat, agent_ofii: Agent, signature: date, acquis: tuple[date, date], accepte: bool
) -> None:
    if accepte:
        correct(contrat, agent_ofii, acquis, date_signature=signature, date_entretien=signature)
        assert Contrat.objects.get().date_signature == signature
    else:
        with pytest.raises(InvalidInput) as refusal:
            correct(contrat, agent_ofii, acquis, date_signature=signature, date_entretien=signature)
        assert list(refusal.value.fields) == ["date_signature"]


def test_a_prorogation_must_still_fit(contrat: Contrat, agent_ofii: Agent) -> None:
    Contrat.objects.update(statut=Contrat.Statut.PROROGE, date_echeance_prorogee=date(2012, 3, 15))

    with pytest.raises(InvalidInput) as refusal:
        correct(contrat, agent_ofii, date_signature=date(2010, 3, 14), date_entretien=date(2010, 3, 14))

    assert list(refusal.value.fields) == ["date_signature"]


@pytest.mark.parametrize("statut", [Contrat.Statut.CLOTURE, Contrat.Statut.RESILIE])
def test_an_ended_contract_is_not_corrected(contrat: Contrat, agent_ofii: Agent, statut: str) -> None:
    Contrat.objects.update(statut=statut)

    with pytest.raises(RuleViolation):
        correct(contrat, agent_ofii, titre_actuel="L314")


# --- cancelling, trainings -------------------------------------------------------------------------------


@pytest.mark.rule("C.2-numero")
def test_a_cancelled_contract_gives_its_number_back(contrat: Contrat, agent_ofii: Agent) -> None:
    services.cancel_contrat(contrat=contrat, motif="doublon", by=agent_ofii)

    again = make_contrat(by=agent_ofii, numero_cai=contrat.numero_cai)
    assert again.numero_cai == contrat.numero_cai
    assert Evenement.objects.get(nom="contrat.annule").faits == {"motif": "doublon"}


def test_a_cancelled_contract_is_neither_cancelled_again_nor_corrected(contrat: Contrat, agent_ofii: Agent) -> None:
    services.cancel_contrat(contrat=contrat, motif="doublon", by=agent_ofii)

    with pytest.raises(RuleViolation):
        services.cancel_contrat(contrat=contrat, motif="doublon", by=agent_ofii)
    with pytest.raises(RuleViolation):
        correct(contrat, agent_ofii, titre_actuel="L314")
    with pytest.raises(RuleViolation):
        services.correct_signataire(contrat=contrat, fiche=corrected(contrat, nom="Autre"), by=agent_ofii)


def test_a_cancellation_has_a_reason_of_the_list(contrat: Contrat, agent_ofii: Agent) -> None:
    with pytest.raises(InvalidInput):
        services.cancel_contrat(contrat=contrat, motif="deces", by=agent_ofii)


@pytest.mark.rule("C.2-nationalite")
@pytest.mark.parametrize(
    ("nationalite", "jour", "doubtful"),
    [
        ("CHE", date(2010, 3, 15), True),
        ("NOR", date(2010, 3, 15), True),
        ("HRV", date(2013, 6, 30), False),
        ("HRV", date(2013, 7, 1), True),
        ("TUR", date(2010, 3, 15), False),
    ],
)
def test_who_was_free_to_settle_on_the_day_of_signature(nationalite: str, jour: date, doubtful: bool) -> None:
    assert signs_no_cai(nationalite, jour) is doubtful
