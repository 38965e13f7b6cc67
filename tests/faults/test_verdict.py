"""A judge that cannot condemn is worth nothing: each breach, put into a history that holds, must be seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.faults.histoire import Decision, Demande, Depot, Essai, Histoire, Rang, Verdict, Version
from tests.faults.mesure import Rencontres, holds, last_line, percentile, recoveries
from tests.faults.plan import SAISONS, Acte, Coup, Etape, Saison, draw
from tests.faults.verdict import judge

BILAN, ACCORD, RETRAIT, CLE, AUTRE = (UUID(int=number) for number in (1, 2, 3, 4, 7))
ACCORD_2, CLE_2 = UUID(int=5), UUID(int=6)
NUMERO = "75-2010-000001"


def at(second: float) -> datetime:
    return datetime(2010, 5, 12, 14, tzinfo=UTC) + timedelta(seconds=second)


def essai(numero: int, operation: str = "depot", issue: str = "accepte", **champs: Any) -> Essai:
    apres = {"accepte": "accusee", "incertain": "incertaine", "introuvable": "en_file"}.get(issue, "en_file")
    statut = 201 if (operation, issue) == ("depot", "accepte") else None
    fields: dict[str, Any] = {"code": "", "etat_apres": apres, "statut": statut, **champs}
    fields = {"fermee": at(10 * numero + 1), "ouverte": at(10 * numero), **fields}
    return Essai(numero, fields.pop("cle", CLE), 100 + numero, operation, issue=issue, **fields)


def demande(numero: int, operation: str = "deposerSynthese", statut: int | None = 201, code: str = "") -> Demande:
    essai = 100 + numero
    return Demande(numero, operation, CLE, essai, statut, code)


# Agreed to, sent into silence, looked up, sent again, received.
RECUE = Histoire(
    decisions=(Decision(ACCORD, BILAN, "accorde", 1, at(0)),),
    versions=(Version(BILAN, 1, at(-60), recue=True),),
    rangs=(Rang(CLE, BILAN, ACCORD, 1, "accusee", "PE-1", "abc", recus_au_journal=1, numero=NUMERO),),
    essais=(essai(1, issue="incertain"), essai(2, "recherche", "introuvable"), essai(3)),
    depots=(Depot(CLE, "PE-1", "EN_VIGUEUR", "abc", NUMERO, 1, ACCORD),),
    demandes=(demande(1, statut=None), demande(2, "retrouverDepot", 404, "INCONNU"), demande(3)),
    confirmes=(ACCORD,),
)
# The same, then withdrawn and erased.
EFFACEE = replace(
    RECUE,
    decisions=(*RECUE.decisions, Decision(RETRAIT, BILAN, "retire", None, at(50))),
    rangs=(replace(RECUE.rangs[0], etat="effacee"),),
    essais=(*RECUE.essais, essai(6, "effacement", etat_apres="effacee")),
    depots=(replace(RECUE.depots[0], etat="EFFACE"),),
)
# The same, then replaced by a second version, agreed to and received.
REMPLACEE = replace(
    RECUE,
    decisions=(*RECUE.decisions, Decision(ACCORD_2, BILAN, "accorde", 2, at(50))),
    versions=(*RECUE.versions, Version(BILAN, 2, at(45), recue=True)),
    rangs=(*RECUE.rangs, Rang(CLE_2, BILAN, ACCORD_2, 2, "accusee", "PE-2", "def", recus_au_journal=1, numero=NUMERO)),
    essais=(*RECUE.essais, essai(6, cle=CLE_2)),
    depots=(replace(RECUE.depots[0], etat="REMPLACE"), Depot(CLE_2, "PE-2", "EN_VIGUEUR", "def", NUMERO, 2, ACCORD_2)),
    demandes=(*RECUE.demandes, Demande(9, "deposerSynthese", CLE_2, 106, 201)),
)


def rang(histoire: Histoire, **champs: Any) -> Histoire:
    return replace(histoire, rangs=(replace(histoire.rangs[0], **champs), *histoire.rangs[1:]))


def depot(histoire: Histoire, **champs: Any) -> Histoire:
    return replace(histoire, depots=(replace(histoire.depots[0], **champs), *histoire.depots[1:]))


def asked(histoire: Histoire, one: Demande) -> Histoire:
    return replace(histoire, demandes=(*histoire.demandes, one))


def decided(histoire: Histoire, one: Decision) -> Histoire:
    return replace(histoire, decisions=(*histoire.decisions, one))


def essais(histoire: Histoire, *essais: Essai) -> Histoire:
    return replace(histoire, essais=essais)


@pytest.mark.parametrize("histoire", [Histoire(), RECUE, EFFACEE, REMPLACEE])
def test_a_history_that_holds_is_acquitted(histoire: Histoire) -> None:
    assert judge(histoire).sentences() == []


# What was agreed to and never received; what became of it and why is for each story to say.
ABSENTE = rang(
    replace(RECUE, depots=(), essais=(), demandes=(), versions=(Version(BILAN, 1, at(-60)),)),
    etat="rejetee", accuse="", recus_au_journal=0,
)  # fmt: skip
# The same, received there, and unknown here.
SANS_RECU = replace(ABSENTE, depots=RECUE.depots, essais=RECUE.essais[:2], demandes=RECUE.demandes[:2])
RETIREE = Decision(RETRAIT, BILAN, "retire", None, at(50))
PERIME = demande(1, statut=422, code="CONSENTEMENT_PERIME")


@pytest.mark.parametrize("etat", ["rejetee", "echec_definitif"])
def test_what_the_partner_refused_and_a_person_sees_is_not_lost(etat: str) -> None:
    refused = replace(ABSENTE, essais=(essai(1, issue="refuse", etat_apres=etat, statut=422),), demandes=(PERIME,))
    assert judge(rang(refused, etat=etat)).sentences() == []


PERDUES = {
    "still queued": rang(RECUE, etat="en_file"),
    "still in doubt": rang(RECUE, etat="incertaine"),
    "erasure still asked for": rang(EFFACEE, etat="effacement_demande"),
    "an attempt left open": essais(RECUE, *RECUE.essais[:2], essai(3, issue="", fermee=None)),
    "acknowledged here, unknown there": replace(RECUE, depots=()),
    "acknowledged here under another receipt": depot(RECUE, identifiant="PE-9"),
    "acknowledged here, erased there": depot(RECUE, etat="EFFACE"),
    "replaced there by nothing newer": depot(RECUE, etat="REMPLACE"),
    "received there, cancelled here": rang(RECUE, etat="annulee", accuse="", motif="synthese_reprise"),
    "received there, refused here": rang(RECUE, etat="rejetee", accuse=""),
    "received there, failed here": rang(asked(SANS_RECU, PERIME), etat="echec_definitif"),
    "received there, failed here while it was being erased": rang(asked(RECUE, PERIME), etat="echec_definitif"),
    "failed, and nobody had refused it": rang(ABSENTE, etat="echec_definitif"),
    "refused here, and nobody had refused it": ABSENTE,
    "refused here for an answer about our account": asked(ABSENTE, demande(1, statut=403, code="PORTEE")),
    "refused here for a first request still running": asked(ABSENTE, demande(1, statut=409, code="EN_COURS")),
    "parked once, and rescued by a person": rang(RECUE, abandonnee=True),
    "received, and the file does not say so": replace(RECUE, versions=(Version(BILAN, 1, at(-60)),)),
    "received, and the journal does not say so": rang(RECUE, recus_au_journal=0),
    "agreed to, and not queued": replace(RECUE, rangs=(), essais=(), depots=(), demandes=()),
    "agreed to still, and cancelled": rang(replace(RECUE, depots=()), etat="annulee", accuse=""),
    "told to a person, and gone": replace(RECUE, confirmes=(ACCORD, RETRAIT)),
}
DOUBLEES = {
    "two receipts for a key": replace(RECUE, depots=(*RECUE.depots, Depot(CLE, "PE-2", "EFFACE", "abc"))),
    "two keys for a version": replace(
        REMPLACEE, rangs=(REMPLACEE.rangs[0], replace(REMPLACEE.rangs[1], version=1)),
    ),
    "two live deposits": depot(REMPLACEE, etat="EN_VIGUEUR"),
    "told twice to the journal": rang(RECUE, recus_au_journal=2),
    "two requests for an attempt": asked(RECUE, demande(3, statut=401)),
    "another body under the same key": asked(RECUE, demande(4, statut=409, code="CLE_REUTILISEE")),
    "another body than is noted": depot(RECUE, empreinte="xyz"),
    "somebody else's synthesis": depot(RECUE, numero="75-2010-000002"),
    "somebody else's synthesis, replaced since": depot(REMPLACEE, numero="75-2010-000002"),
    "another version than its key's": depot(RECUE, version=2),
    "under another agreement": depot(RECUE, consentement=ACCORD_2),
}  # fmt: skip
SANS_ACCORD = {
    "opened before any decision": replace(RECUE, decisions=(Decision(ACCORD, BILAN, "accorde", 1, at(11)),)),
    "opened after a withdrawal": decided(RECUE, Decision(RETRAIT, BILAN, "retire", None, at(29))),
    "opened after the agreement to another version": essais(REMPLACEE, *REMPLACEE.essais, essai(7)),
    "opened though a newer version was written": replace(RECUE, versions=(*RECUE.versions, Version(BILAN, 2, at(29)))),
    "opened for another version than was agreed to": rang(RECUE, version=2),
    "opened after a refusal": decided(RECUE, Decision(RETRAIT, BILAN, "refuse", 1, at(29))),
    "received without an attempt": essais(RECUE, *RECUE.essais[:2]),
    "withdrawn, and still there": depot(EFFACEE, etat="EN_VIGUEUR"),
    "withdrawn, and still there under a cancelled row": depot(rang(EFFACEE, etat="annulee"), etat="EN_VIGUEUR"),
    "withdrawn, failed here, and still there": decided(
        rang(asked(SANS_RECU, PERIME), etat="echec_definitif"), RETIREE
    ),
    "erased here, and still there": depot(rang(RECUE, etat="effacee"), etat="EN_VIGUEUR"),
}  # fmt: skip
AVEUGLES = {
    "sent again without a look": essais(RECUE, essai(1, issue="incertain"), essai(3)),
    "sent again after a look that failed": essais(
        RECUE, essai(1, issue="incertain"), essai(2, "recherche", "a_reessayer"), essai(3)
    ),
    "sent again after a worker died": essais(RECUE, essai(1, issue="incertain", code="BAIL_EXPIRE"), essai(3)),
    "seen again by the partner without a look": replace(RECUE, demandes=(demande(1, statut=None), demande(3))),
    "seen again after a foreign page": replace(
        RECUE, demandes=(demande(1, statut=500), demande(2, "retrouverDepot", 404), demande(3))
    ),
    "in doubt, and queued at once": essais(
        RECUE, essai(1, issue="incertain", etat_apres="en_file"), *RECUE.essais[1:]
    ),
    "taken for harmless, and it was not": essais(RECUE, essai(1, issue="a_reessayer"), *RECUE.essais[1:]),
    **{
        f"taken for a refusal: {one.statut} {one.code}": replace(
            ABSENTE, essais=(essai(1, issue="refuse", etat_apres="rejetee", statut=one.statut),), demandes=(one,)
        )
        for one in (
            demande(1, statut=None), demande(1, statut=500, code="INDISPONIBLE"), demande(1, statut=404),
            demande(1, statut=302), demande(1, statut=409, code="EN_COURS"), demande(1, statut=401, code="JETON"),
        )
    },
    "taken for a refusal that no request drew": replace(ABSENTE, essais=(essai(1, issue="refuse"),)),
    **{
        f"taken for a receipt: {one.statut}": replace(RECUE, essais=(essai(3, statut=one.statut),), demandes=(one,))
        for one in (demande(3, statut=None), demande(3, statut=503), demande(3, statut=200))
    },
    "a foreign page taken for a receipt": replace(
        RECUE, essais=RECUE.essais[2:], demandes=(replace(demande(3), illisible=True),)
    ),
    "noted under another status than was given": essais(RECUE, *RECUE.essais[:2], essai(3, statut=None)),
}  # fmt: skip


@pytest.mark.parametrize("histoire", PERDUES.values(), ids=PERDUES)
def test_what_is_lost_is_seen(histoire: Histoire) -> None:
    assert judge(histoire).lost


@pytest.mark.parametrize("histoire", DOUBLEES.values(), ids=DOUBLEES)
def test_what_is_doubled_is_seen(histoire: Histoire) -> None:
    assert judge(histoire).doubled


@pytest.mark.parametrize("histoire", SANS_ACCORD.values(), ids=SANS_ACCORD)
def test_what_is_sent_or_kept_without_consent_is_seen(histoire: Histoire) -> None:
    assert judge(histoire).unconsented


@pytest.mark.parametrize("histoire", AVEUGLES.values(), ids=AVEUGLES)
def test_what_is_sent_again_blindly_is_seen(histoire: Histoire) -> None:
    assert judge(histoire).blind_resends


def test_a_request_refused_at_the_door_may_be_made_again() -> None:
    again = replace(
        RECUE,
        essais=(essai(1, issue="a_reessayer"), essai(2, issue="canal_ferme"), essai(3)),
        demandes=(demande(1, statut=401), demande(2, statut=429), demande(3)),
    )
    assert judge(again).holds


def test_recovery_is_the_last_file_that_had_something_due_when_the_fault_ended() -> None:
    states = [
        (BILAN, CLE, at(0), "en_file"), (BILAN, CLE, at(1), "en_cours"), (BILAN, CLE, at(5), "incertaine"),
        (BILAN, CLE, at(8), "accusee"), (AUTRE, CLE_2, at(3), "en_file"), (AUTRE, CLE_2, at(4), "accusee"),
    ]  # fmt: skip
    assert recoveries(states, [at(2), at(3.5), at(9)], facteur=10) == [60.0, 45.0]
    assert recoveries(states, [at(2), at(3.5)], [(at(6), at(7.5))], facteur=10) == []
    assert recoveries(states, [at(2), at(7.5)], [(at(6), at(7.5))], facteur=10) == [5.0]
    assert not holds(Verdict(), recoveries(states[:3], [at(2)], facteur=10), [])


def test_what_waits_behind_an_older_row_or_is_put_off_on_purpose_is_not_due() -> None:
    put_off = [(BILAN, CLE, at(1), "en_cours"), (BILAN, CLE, at(7), "incertaine"), (BILAN, CLE, at(8), "differee")]
    behind = [(BILAN, CLE_2, at(2), "en_file"), (BILAN, CLE_2, at(30), "accusee")]
    assert recoveries([*put_off, *behind], [at(3)], facteur=10) == [50.0]
    looked_up_again = [*put_off, (BILAN, CLE, at(20), "incertaine"), (BILAN, CLE, at(24), "annulee")]
    assert recoveries(looked_up_again, [at(10), at(21)], facteur=10) == [30.0]


@pytest.mark.parametrize(
    ("reprises", "held"),
    [([], True), ([120.0] * 20, True), ([10.0] * 19 + [300.0], True), ([10.0] * 19 + [301.0], False), ([121.0], False)],
)
def test_a_run_holds_within_two_minutes_nearly_always_and_five_at_most(reprises: list[float], held: bool) -> None:
    assert holds(Verdict(), reprises, []) is held
    assert not holds(Verdict(lost=["une"]), reprises, [])


ASSEZ = Rencontres(2, 6, 2, {Etape.APRES_ECRITURE: 3})


@pytest.mark.parametrize(
    "little",
    [Rencontres(), replace(ASSEZ, reprises=1), replace(ASSEZ, douteuses=5), replace(ASSEZ, depassees=1),
     replace(ASSEZ, etapes={Etape.APRES_ECRITURE: 2, "manqué : tue_apres_ecriture": 9})],
)  # fmt: skip
def test_a_run_that_met_too_little_shows_nothing(little: Rencontres) -> None:
    assert ASSEZ.missing(60) == []
    assert little.missing(59) == []
    assert not holds(Verdict(), [1.0], little.missing(60))
    assert not holds(Verdict(), [], Rencontres().missing(60))


def test_a_long_run_meets_each_step_of_a_worker() -> None:
    long = Rencontres(500, 500, 500, dict.fromkeys(Etape, 100))
    assert long.missing(500) == []
    without = replace(long, etapes={etape: 100 for etape in Etape if etape is not Etape.PENDANT_REQUETE})
    assert without.missing(500) == ["aucun travailleur tué pendant la requête"]


def test_nothing_measured_is_not_a_recovery_in_no_time() -> None:
    assert last_line(1, Verdict(), []).endswith("recovery_p95_s=nan recovery_max_s=nan")


def test_the_last_line_is_read_by_machines() -> None:
    verdict = Verdict(lost=["a"], blind_resends=["b", "c"])
    assert last_line(60, verdict, [1.0, 22.25]) == (
        "episodes=60 lost=1 doubled=0 unconsented=0 blind_resends=2 recovery_p95_s=22.2 recovery_max_s=22.2"
    )
    assert percentile([float(n) for n in range(1, 101)], 0.95) == 95


def test_a_seed_and_a_number_make_the_episode() -> None:
    drawn = [draw(7, numero, Saison.TOUT) for numero in range(1, 400)]
    assert drawn == [draw(7, numero, Saison.TOUT) for numero in range(1, 400)]
    assert drawn[0] != draw(8, 1, Saison.TOUT)
    assert {episode.coup for episode in drawn} == {None, *Coup}
    assert {acte for episode in drawn for acte in episode.actes} == set(Acte)
    assert set(SAISONS) == set(Saison)
