"""A nominative file ends with its five years: nothing of the person stays, what happened does (C.10, E.6)."""

import itertools
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agents.authentication import create_token
from agents.models import Agent, DirectionTerritoriale
from bilan import instantane
from bilan import models as bilans
from bilan.models import Bilan, Consentement, Instantane, TirageCourriers
from bilan.states import Etat
from cai import models as cai
from cai.models import Contrat, Signataire
from cai.services import correct_signataire
from core import clock, journal
from core.errors import RuleViolation
from core.models import Evenement
from dossiers import anonymisation
from dossiers.anonymisation import DETRUITES, SORTS, anonymise, sweep
from dossiers.selectors import search_files
from exemptions import models as exemptions
from exemptions.services import add_justificatif, reject_justificatif
from poleemploi import models as poleemploi
from poleemploi.models import Transmission
from tests.factories.agents import make_lieu
from tests.factories.cai import fiche_signataire, make_contrat
from tests.factories.transmissions import make_transmission, receive

pytestmark = [pytest.mark.django_db, pytest.mark.rule("E.6-anonymisation", "C.10-borne")]
SIGNE, TERME = date(2010, 3, 15), date(2015, 3, 15)
APRES = TERME + timedelta(days=1)
CANARI = "canari"


def in_the_file() -> set[type[models.Model]]:
    """Every table whose rows lead to a contract or to a signatory."""
    found: set[type[models.Model]] = {Contrat, Signataire}
    waiting = list(found)
    while waiting:
        for relation in waiting.pop()._meta.get_fields(include_hidden=True):
            if relation.auto_created and not relation.concrete and relation.related_model not in found:
                found.add(relation.related_model)
                waiting.append(relation.related_model)
    return found


def test_every_column_of_every_table_of_a_file_has_its_fate() -> None:
    told = {table.modele for table in DETRUITES} | set(SORTS) | {TirageCourriers}
    assert told == in_the_file()
    for modele, sorts in SORTS.items():
        assert set(sorts) == {field.name for field in modele._meta.concrete_fields}, modele


def stored() -> str:
    """Every row of every table of the database, as text: what somebody with the dump would read."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        said = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            said += [row[0] for row in cursor.fetchall()]
    return " ".join(said)


@pytest.fixture
def person() -> Callable[[], str]:
    """A word that exists nowhere else, each time another: where one is found says which column kept it."""
    numbers = itertools.count(1)
    return lambda: f"{CANARI}-{next(numbers)}"


@pytest.fixture
def dossier(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent, person: Callable[[], str]
) -> Contrat:
    """A file with a row in every table, a canary in each of their words, closed and counted in 2010."""
    row = make_transmission(
        direction, prescripteur, conseiller, nom=person(), prenom=person(), adresse=person(), ville=person(),
        adresse_complement=person(), telephone="06 12 34 56 99", courriel=f"{person()}@exemple.fr",
        representant_nom=person(), representant_qualite=person(), date_naissance=date(1980, 7, 23),
    )  # fmt: skip
    bilan, contrat = row.bilan, row.bilan.contrat
    receive(row)
    at = clock.at(date(2010, 5, 20), 10)
    with clock.travel(at):
        fiche = fiche_signataire(nom=person(), prenom=person(), adresse=person(), ville=person())
        correct_signataire(contrat=contrat, fiche=fiche, by=prescripteur)
        piece = add_justificatif(contrat=contrat, type_piece="copie_titre", date_document=SIGNE, by=prescripteur)
        reject_justificatif(justificatif=piece, motif=person(), by=prescripteur)
    rooms(contrat, bilan, row, person, conseiller, prescripteur)
    bilan.refresh_from_db()
    bilan.cloturer()
    bilan.clos_at = at
    instantane.take(bilan)
    bilan.save()
    return contrat


def rooms(contrat: Contrat, bilan: Bilan, row: Transmission, person, conseiller: Agent, by: Agent) -> None:
    """The tables that the services of the fixture did not fill."""
    at, jour = clock.at(date(2010, 5, 20), 10), date(2010, 5, 20)
    with transaction.atomic():
        journal.record("contrat.exporte", dossier=contrat.pk, target=contrat, by=by, prive={"mot": person()})
    consent = {"recueilli_par": by, "langue_id": "bm", "version_texte": "1", "date_heure": at, "interprete": False}
    Consentement.objects.create(
        bilan=bilan, portee="contact_suivi", rang=1, decision="accorde", mode="courrier",
        representant_legal=person(), commentaire=person(), **consent,
    )  # fmt: skip
    letter = bilans.Courrier.objects.create(
        contrat=contrat, direction=contrat.direction, genre="convocation", numero="75-2010-9", emis_at=at, emis_par=by,
        pdf=person().encode(), pdf_sha256="0" * 64,
    )  # fmt: skip
    run = TirageCourriers.objects.create(
        direction=contrat.direction, jour=jour, par=by, total=1, fait=1, etat="pret", pret_at=at, pdf=person().encode()
    )
    run.courriers.add(letter)
    lieu = make_lieu(conseiller.affectations.get().prestataire)
    bilans.RendezVous.objects.create(
        bilan=bilan, debut=at, duree_minutes=60, prestataire=lieu.prestataire, conseiller=conseiller, lieu=lieu,
        statut="honore", convocation=letter, motif="autre_motive", precision=person(),
    )  # fmt: skip
    bilans.NotePhase.objects.create(bilan=bilan, phase="phase_conclusion", contenu={"mot": person()})
    bilans.Suivi.objects.create(bilan=bilan, echeance="six_mois", prevu_le=jour)
    version = row.synthese
    bilans.SynthesePdf.objects.create(synthese=version, contenu=person().encode())
    bilans.SyntheseDetruite.objects.create(
        bilan=bilan, nombre_versions=1, motif="cloture", detruite_at=at, accuse_identifiant=person()
    )
    poleemploi.Tentative.objects.create(
        transmission=row,
        numero=1,
        operation="depot",
        ouverte_at=at,
        fermee_at=at,
        issue="accepte",
        code_metier=person(),
    )
    poleemploi.Retour.objects.create(
        transmission=row, origine="flux", evenement=person(), recu_le=jour, date_situation=jour, date_embauche=jour,
        type_contrat="CDI", nature_emploi=person(),
    )  # fmt: skip
    poleemploi.EvenementEcarte.objects.create(
        evenement=poleemploi.EvenementRecu.objects.create(evenement="EVT-1", recu_at=at, sort="ecarte"),
        motif="type_inconnu", contrat=contrat, accuse=person(), contenu=person().encode(),
    )  # fmt: skip
    Transmission.objects.filter(pk=row.pk).update(erreur_champs=[{"chemin": "/", "motif": person()}])
    piece = exemptions.Justificatif.objects.get(contrat=contrat)
    exemptions.JustificatifFichier.objects.create(
        justificatif=piece, format="pdf", contenu=person().encode(), taille=1, sha256="0" * 64, depose_at=at,
        depose_par=by,
    )  # fmt: skip
    exemptions.Evaluation.objects.create(
        contrat=contrat, date_reference=jour, faits={"date_naissance": "1980-07-23", "mot": person()}, resultat={},
        exempte=False, evaluee_at=at, evaluee_par=by,
    )  # fmt: skip
    famille = cai.ContratFamille.objects.create(
        contrat=contrat, date_signature=jour, date_echeance=date(2011, 5, 20), conjoint="aucun", saisi_par=by
    )
    cai.Enfant.objects.create(famille=famille, rang=1, date_naissance=date(2001, 7, 23))
    cai.EvaluationPreArrivee.objects.create(
        contrat=contrat, qualite="conjoint_francais", date_depot=SIGNE, enregistree_par=by, enregistree_le=SIGNE
    )
    training = cai.Prestation.objects.create(contrat=contrat, type="formation_civique", statut="suivie")
    cai.SeancePrestation.objects.create(prestation=training, jour=jour, minutes=60, presence="present", saisie_par=by)
    cai.Certificat.objects.create(prestation=training, genre="attestation_nominative", jour=jour, saisi_par=by)
    cai.PropositionPrefet.objects.create(
        contrat=contrat, type="cloture", statut="abandonnee", faits=person(), prepare_at=at, prepare_par=by,
        motif_abandon=person(), abandonne_at=at, abandonne_par=by,
    )  # fmt: skip


def count(contrat: Contrat, table: anonymisation.Detruite) -> int:
    return table.modele._default_manager.filter(**{table.chemin: contrat.pk}).count()


def test_nothing_of_the_person_stays_anywhere_and_what_happened_still_holds(dossier: Contrat) -> None:
    number, counted = dossier.numero_cai, list(Instantane.objects.values())
    empty = [table.modele.__name__ for table in DETRUITES if not count(dossier, table)]
    assert empty == []
    assert CANARI in stored()

    with clock.travel(APRES):
        assert anonymise(dossier)
        assert not anonymise(dossier)

    after = stored()
    for gone in (CANARI, number, "1980-07-23", "2001-07-23", "06 12 34 56 99", "PE-1"):
        assert gone not in after, gone
    assert [count(dossier, table) for table in DETRUITES] == [0] * len(DETRUITES)
    assert TirageCourriers.objects.get().pdf is None
    dossier = Contrat.objects.get(pk=dossier.pk)
    assert (dossier.signataire.nom, dossier.signataire.date_naissance) == ("Dossier anonymisé", date(1980, 1, 1))
    assert (dossier.signataire.nationalite_id, dossier.signataire.langue_comprise_id) == ("XXX", "und")
    dossier.full_clean(exclude=["signataire"])
    assert journal.verify(dossier.pk) == []
    events = Evenement.objects.filter(dossier=dossier.pk)
    assert [event.nom for event in events].count("contrat.anonymise") == 1
    read = journal.facts_reader()
    assert {read(event)["mot"] for event in events if event.nom == "contrat.exporte"} == {journal.EFFACEE}
    assert list(Instantane.objects.values()) == counted
    assert len(counted) == 1


@pytest.mark.parametrize(
    ("permit", "last"),
    [(None, TERME), (date(2010, 6, 1), date(2015, 6, 1)), (date(2012, 2, 29), date(2017, 2, 28))],
    ids=["without a permit, five years after the signature", "five years after the permit", "29 February"],
)
def test_the_last_day_of_the_five_years_is_still_nominative(contrat: Contrat, permit: date | None, last: date) -> None:
    Contrat.objects.filter(pk=contrat.pk).update(date_premier_titre=permit)
    close(contrat)
    for day, done in ((last - timedelta(days=1), 0), (last, 0), (last + timedelta(days=1), 1)):
        with clock.travel(day):
            assert sweep(day) == done
    with clock.travel(last + timedelta(days=2)):
        assert sweep(last + timedelta(days=2)) == 0


def close(contrat: Contrat) -> None:
    """Cancelled as a duplicate would be, its bilan with it: nothing is open any more."""
    Bilan.objects.filter(contrat=contrat).update(
        etat=Etat.ANNULE, motif_annulation="doublon", clos_at=clock.at(SIGNE, 18)
    )


def test_the_service_refuses_before_its_day_whoever_calls_it(contrat: Contrat) -> None:
    close(contrat)
    with clock.travel(TERME), pytest.raises(RuleViolation, match="jusqu’au 15\u00a0mars\u00a02015 inclus"):
        anonymise(contrat)
    Signataire.objects.update(nom=anonymisation.NOM)
    with pytest.raises(DatabaseError, match="contrat_anonymise_apres_cinq_ans"), transaction.atomic():
        Contrat.objects.filter(pk=contrat.pk).update(anonymise_at=clock.at(TERME), numero_cai="ANONYME-1")


def _open_bilan(contrat: Contrat, by: Agent) -> None:
    Bilan.objects.filter(contrat=contrat).update(etat=Etat.A_EVALUER, motif_annulation="", clos_at=None)


def _open_contract(contrat: Contrat, by: Agent) -> None:
    Contrat.objects.filter(pk=contrat.pk).update(date_echeance=APRES)


def _open_proposal(contrat: Contrat, by: Agent) -> None:
    cai.PropositionPrefet.objects.create(contrat=contrat, type="cloture", prepare_at=clock.at(SIGNE), prepare_par=by)


@pytest.mark.parametrize(
    ("reopen", "waits"),
    [(_open_bilan, "bilan_ouvert"), (_open_contract, "contrat_en_cours"), (_open_proposal, "proposition_ouverte")],
)
def test_what_is_still_open_is_told_by_its_identifier_and_left_as_it_is(
    contrat: Contrat, agent_ofii: Agent, reopen, waits: str, printed: Callable[[], str]
) -> None:
    close(contrat)
    reopen(contrat, agent_ofii)
    with clock.travel(APRES):
        assert sweep(APRES) == 0
        with pytest.raises(RuleViolation) as refusal:
            anonymise(contrat)
    assert refusal.value.code == waits
    assert f'"{waits}"' in printed()
    assert str(contrat.pk) in printed()
    assert "Diallo" not in printed()
    assert Signataire.objects.get().nom == "Diallo"


def test_files_that_wait_take_no_time_from_those_that_can_go(contrat: Contrat, agent_ofii: Agent) -> None:
    younger = make_contrat(by=agent_ofii, nom="Keita", date_signature=date(2010, 3, 16))
    close(younger)
    _open_bilan(contrat, agent_ofii)
    assert anonymisation.due(date(2015, 3, 17)) == [younger, contrat]


@pytest.mark.parametrize(("etat", "erase"), [("effacement_demande", False), ("rejetee", True)])
def test_an_exchange_that_goes_on_keeps_the_file(dossier: Contrat, etat: str, erase: bool) -> None:
    Transmission.objects.update(
        etat=etat, effacement_voulu=erase, prochain_essai_at=clock.at(APRES), erreur_code="essai"
    )
    with clock.travel(APRES):
        assert [one.code for one in anonymisation.blocages(dossier, APRES)] == ["transmission_en_cours"]


def test_a_file_that_fails_stops_neither_the_others_nor_the_next_night(
    contrat: Contrat, agent_ofii: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_contrat(by=agent_ofii, nom="Traoré")
    later = make_contrat(by=agent_ofii, nom="Keita", date_signature=date(2010, 3, 16))
    for one in (contrat, other, later):
        close(one)
    real = anonymisation.anonymise

    def fails(one: Contrat) -> bool:
        if one.pk == contrat.pk:
            raise DatabaseError
        return real(one)

    with monkeypatch.context() as broken, clock.travel(APRES):
        broken.setattr(anonymisation, "anonymise", fails)
        assert sweep(APRES) == 1
    assert set(Signataire.objects.values_list("nom", flat=True)) == {"Dossier anonymisé", "Diallo", "Keita"}
    with clock.travel(APRES):
        assert sweep(APRES) == 1
    assert Contrat.objects.get(anonymise_at=None).pk == later.pk


def test_a_person_with_two_contracts_stays_known_to_the_one_that_runs(contrat: Contrat, agent_ofii: Agent) -> None:
    second = make_contrat(by=agent_ofii, date_signature=date(2011, 3, 15))
    Contrat.objects.filter(pk=second.pk).update(signataire=contrat.signataire)
    close(contrat)
    close(second)
    with clock.travel(APRES):
        assert sweep(APRES) == 1
    known = dict(Contrat.objects.values_list("pk", "signataire__nom"))
    assert known == {contrat.pk: "Dossier anonymisé", second.pk: "Diallo"}
    with clock.travel(APRES.replace(year=2016)):
        assert sweep(APRES.replace(year=2016)) == 1
    assert not Signataire.objects.filter(nom="Diallo", contrats__isnull=False).exists()


EVIDENCE = (
    exemptions.Evaluation, Consentement, bilans.SyntheseDetruite, poleemploi.Tentative, poleemploi.Retour,
)  # fmt: skip


def test_the_database_gives_up_evaluations_and_consents_of_an_anonymised_file_alone(dossier: Contrat) -> None:
    for modele in EVIDENCE:
        for sql in ("DELETE FROM {}", "UPDATE {} SET id = id"):
            with pytest.raises(DatabaseError, match=r"append-only|never changed"), transaction.atomic():
                connection.cursor().execute(sql.format(modele._meta.db_table))
    with clock.travel(APRES):
        anonymise(dossier)
    for rows, change in (
        (Contrat.objects.all(), {"anonymise_at": None}),
        (Signataire.objects.filter(contrats=dossier), {"nom": "Diallo"}),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(**change)


def test_a_clock_set_forward_anonymises_nothing(contrat: Contrat) -> None:
    """The database counts the five years by its own; what the application says of the day, anything could say."""
    close(contrat)
    young = timezone.localdate() - timedelta(days=1600)
    Contrat.objects.update(date_entretien=young, date_signature=young, date_echeance=young + timedelta(days=365))
    later = young + timedelta(days=1900)
    with clock.travel(later), pytest.raises(DatabaseError, match="five years"), transaction.atomic():
        anonymise(contrat)
    with clock.travel(later):
        assert sweep(later) == 0
    assert Signataire.objects.get().nom == "Diallo"


def test_the_database_lets_no_evidence_go_from_a_file_that_still_names_the_person(dossier: Contrat) -> None:
    said = {"anonymise_at": clock.at(APRES), "numero_cai": "ANONYME-1"}
    with pytest.raises(DatabaseError, match="who the person is"), transaction.atomic():
        Contrat.objects.filter(pk=dossier.pk).update(**said)
    copy = Contrat.objects.get(pk=dossier.pk)
    copy.pk, copy.anonymise_at, copy.numero_cai = uuid.uuid4(), said["anonymise_at"], said["numero_cai"]
    with pytest.raises(DatabaseError, match="not born so"), transaction.atomic():
        copy.save(force_insert=True)


@pytest.mark.parametrize(("modele", "code"), [(cai.Pays, "XXX"), (cai.Langue, "und")])
def test_the_two_rows_of_nobody_come_with_the_migrations_and_stay(
    modele: type[models.Model], code: str, administrateur: Agent, connect: Callable[[Agent], Client]
) -> None:
    for _ in range(2):
        import_module("cai.migrations.0012_anonymise_by_the_clock_of_the_database").add_nobody(apps, None)
    row = modele.objects.get(pk=code)
    office = connect(administrateur)
    assert office.get(reverse(f"admin:cai_{modele._meta.model_name}_delete", args=[code])).status_code == 403
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        row.delete()


def test_evidence_goes_in_the_transaction_of_the_anonymisation_and_in_no_later_one(dossier: Contrat) -> None:
    with clock.travel(APRES):
        anonymise(dossier)
    bilan = Bilan.objects.get(contrat=dossier)
    late = bilans.SyntheseDetruite.objects.create(
        bilan=bilan, nombre_versions=1, motif="cloture", detruite_at=clock.at(APRES)
    )
    with connection.cursor() as cursor:  # what the same row says to any other transaction
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE cai_contrat SET anonymise_dans = (anonymise_dans::text::bigint - 1)::text::xid8")
        cursor.execute("SET LOCAL session_replication_role = origin")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        late.delete()


def test_evidence_does_not_move_to_another_file(dossier: Contrat, agent_ofii: Agent) -> None:
    other = make_contrat(by=agent_ofii, nom="Keita")
    for rows, change in (
        (Bilan.objects.filter(contrat=dossier), {"contrat": other}),
        (Transmission.objects.all(), {"bilan": other.bilans.get()}),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(**change)


def test_an_anonymised_file_says_so_and_no_list_nor_act_leads_to_it(
    contrat: Contrat, agent_ofii: Agent, agent_ailleurs: Agent, connect: Callable[[Agent], Client]
) -> None:
    number = contrat.numero_cai
    close(contrat)
    with clock.travel(APRES):
        anonymise(contrat)
    assert number not in stored()  # its registration told it to the journal
    client, page = connect(agent_ofii), reverse("dossiers:view_file", args=[contrat.pk])
    shown = client.get(page)
    assert shown.status_code == 200
    text = shown.content.decode().replace("\u00a0", " ")
    assert "Dossier anonymisé le 16 mars 2015" in text
    assert "<form" not in text.partition("<main")[2].partition("</main>")[0]
    assert "Diallo" not in text
    assert connect(agent_ailleurs).get(page).status_code == 404
    for text in ("", "anonymise", "ANONYME-", "01/01/1980"):
        assert search_files(agent_ofii, text).trouves == []
    for name in ("dossiers:view_timeline", "dossiers:correct_signataire"):
        assert client.get(reverse(name, args=[contrat.pk])).status_code == 404
    program = Client(headers={"Authorization": f"Bearer {create_token(agent_ofii, libelle='essai')}"})
    assert program.get("/api/v1/contrats/").json()["results"] == []
    gone = program.get(f"/api/v1/contrats/{contrat.pk}/")
    assert (gone.status_code, gone.json()["code"]) == (410, "dossier_anonymise")
    assert program.get(f"/api/v1/contrats/{contrat.pk}/evenements/").status_code == 404
    with pytest.raises(RuleViolation, match="anonymisé"):
        correct_signataire(contrat=contrat, fiche=fiche_signataire(nom="Retour"), by=agent_ofii)
