"""Reference E.4 as a table: every row, the day before, the day, the day after."""

from datetime import date

import pytest

from bilan.conservation import Accord, FaitsConservation, motif_destruction
from bilan.states import MotifDestruction as M

VALIDATION = date(2010, 5, 12)
CONSERVE = {"premiere_le": VALIDATION, "conservation": Accord.ACCORDE}
SANS = {"premiere_le": VALIDATION}
RETIRE = {**SANS, "conservation": Accord.RETIRE, "conservation_retiree_le": date(2010, 9, 1)}


@pytest.mark.rule("E.4-accuse", "E.4-refus", "E.4-terme")
@pytest.mark.parametrize(
    ("facts", "day", "expected"),
    [
        pytest.param(CONSERVE, date(2011, 5, 11), None, id="AS-38 eve of the year"),
        pytest.param(CONSERVE, date(2011, 5, 12), M.TERME_CONSERVATION, id="AS-38 the year"),
        pytest.param(CONSERVE, date(2011, 5, 13), M.TERME_CONSERVATION, id="after the year"),
        pytest.param({**CONSERVE, "premiere_le": date(2012, 2, 29)}, date(2013, 2, 27), None, id="29 Feb, eve"),
        pytest.param(
            {**CONSERVE, "premiere_le": date(2012, 2, 29)}, date(2013, 2, 28), M.TERME_CONSERVATION, id="29 Feb, day"
        ),
        pytest.param(SANS, date(2010, 6, 10), None, id="nothing decided, eve of the thirtieth day"),
        pytest.param(SANS, date(2010, 6, 11), M.SANS_DECISION, id="nothing decided, thirtieth day"),
        pytest.param(
            {**SANS, "transmission": Accord.ACCORDE, "transmission_en_attente": True}, date(2010, 6, 10), None,
            id="sending, eve of the thirtieth day",
        ),
        pytest.param(
            {**SANS, "transmission": Accord.ACCORDE, "transmission_en_attente": True}, date(2010, 6, 11),
            M.SANS_DECISION, id="sending fails for thirty days",
        ),
        pytest.param(
            {**SANS, "conservation": Accord.REFUSE}, date(2010, 5, 12), None, id="conservation refused, not decided yet"
        ),
        pytest.param({**SANS, "transmission_accusee": True}, VALIDATION, M.ACCUSE, id="received, not conserved"),
        pytest.param({**CONSERVE, "transmission_accusee": True}, VALIDATION, None, id="received, conserved"),
        pytest.param({**SANS, "transmission": Accord.REFUSE}, VALIDATION, M.TRANSMISSION_REFUSEE, id="refused"),
        pytest.param({**CONSERVE, "transmission": Accord.REFUSE}, VALIDATION, None, id="refused, conserved"),
        pytest.param({**SANS, "transmission": Accord.RETIRE}, VALIDATION, M.TRANSMISSION_RETIREE, id="withdrawn"),
        pytest.param({**SANS, "signature_refusee": True}, VALIDATION, M.SIGNATURE_REFUSEE, id="signature refused"),
        pytest.param({**CONSERVE, "signature_refusee": True}, VALIDATION, None, id="signature refused, conserved"),
        pytest.param({**SANS, "clos": True}, VALIDATION, M.CLOTURE, id="closed, not conserved"),
        pytest.param({**CONSERVE, "clos": True}, VALIDATION, None, id="closed, conserved"),
        pytest.param(RETIRE, date(2010, 9, 1), M.CONSERVATION_RETIREE, id="conservation withdrawn"),
        pytest.param(
            {**RETIRE, "transmission_en_attente": True}, date(2010, 9, 30), None, id="withdrawn while sending, eve"
        ),
        pytest.param(
            {**RETIRE, "transmission_en_attente": True}, date(2010, 10, 1), M.CONSERVATION_RETIREE,
            id="withdrawn while sending, thirtieth day",
        ),
        pytest.param(
            {**CONSERVE, "sans_suite": True}, VALIDATION, M.ANNULATION, id="cancelled, whatever was agreed"
        ),
        pytest.param({}, date(2030, 1, 1), None, id="nobody ever came"),
        pytest.param({"terme_des_ecrits": VALIDATION}, date(2010, 5, 11), None, id="never written up, eve of the term"),
        pytest.param({"terme_des_ecrits": VALIDATION}, VALIDATION, M.TERME_CONSERVATION, id="never written up, term"),
        pytest.param({**CONSERVE, "terme_des_ecrits": VALIDATION}, VALIDATION, None, id="written, the year is its own"),
    ],
)  # fmt: skip
def test_content_is_destroyed_on_the_day_and_for_the_reason_of_e4(facts: dict, day: date, expected: M | None) -> None:
    assert motif_destruction(FaitsConservation(**facts), day) == expected


def test_the_thirty_days_are_a_setting() -> None:
    facts = FaitsConservation(**SANS)
    assert motif_destruction(facts, date(2010, 5, 22), jours_sans_decision=10) == M.SANS_DECISION
