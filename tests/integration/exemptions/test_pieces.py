"""The copy of a document: optional, encrypted, read by few, replaced while it is not verified, one day destroyed."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from agents.authentication import create_token
from agents.models import Agent
from cai.models import Contrat
from cai.services import cancel_contrat
from core import clock
from core.errors import RuleViolation
from core.models import Evenement, JournalAcces
from core.uploads import Fichier
from exemptions import fichiers, services
from exemptions.models import Justificatif, JustificatifFichier
from tests.factories.fichiers import image, pdf

pytestmark = pytest.mark.django_db
Connect = Callable[[Agent], Client]
JOUR = date(2010, 3, 15)
SECRET = b"%PDF-1.7 CANARI %%EOF"
PIECE = {"type_piece": "contrat_travail", "date_document": "01/03/2010", "fin_validite": ""}


@pytest.fixture(autouse=True)
def _on_the_day_of_signature() -> object:
    with clock.travel(JOUR):
        yield


@pytest.fixture
def piece(contrat: Contrat, agent_ofii: Agent) -> Justificatif:
    """Received with its copy."""
    return services.add_justificatif(
        contrat=contrat, type_piece="contrat_travail", date_document=JOUR, fichier=Fichier("pdf", SECRET), by=agent_ofii
    )


def upload(content: bytes, name: str = "contrat.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def names() -> list[str]:
    return list(Evenement.objects.filter(nom__startswith="justificatif.").values_list("nom", flat=True))


def test_a_document_is_recorded_with_its_copy_in_one_form(
    connect: Connect, agent_ofii: Agent, contrat: Contrat
) -> None:
    answer = connect(agent_ofii).post(
        reverse("exemptions:add_justificatif", args=[contrat.pk]),
        {**PIECE, "fichier": upload(image(), "../../etc/passwd\u202e.pdf")},
    )
    assert answer.status_code == 302
    copie = JustificatifFichier.objects.get()
    assert (copie.format, copie.justificatif.statut) == ("jpeg", "recue"), "known by its content, not by its name"
    assert names() == ["justificatif.recu", "justificatif.fichier_joint"]


def test_a_refused_file_leaves_the_other_answers_on_the_page(
    connect: Connect, agent_ofii: Agent, contrat: Contrat
) -> None:
    url = reverse("exemptions:add_justificatif", args=[contrat.pk])
    refused = connect(agent_ofii).post(url, {**PIECE, "fichier": upload(bytes(6_000_000))})
    page = refused.content.decode()
    assert "trop lourd" in page
    assert 'value="01/03/2010"' in page
    again = connect(agent_ofii).post(url, {**PIECE, "date_document": "", "fichier": upload(pdf())}).content.decode()
    assert "Choisissez de nouveau le fichier" in again
    assert not Justificatif.objects.exists()


def test_a_body_many_times_too_long_is_not_read(connect: Connect, agent_ofii: Agent, contrat: Contrat) -> None:
    url = reverse("exemptions:add_justificatif", args=[contrat.pk])
    assert connect(agent_ofii).post(url, {**PIECE, "fichier": upload(bytes(26_000_000))}).status_code == 400


def test_the_form_sent_twice_records_one_document(connect: Connect, agent_ofii: Agent, contrat: Contrat) -> None:
    url, client = reverse("exemptions:add_justificatif", args=[contrat.pk]), connect(agent_ofii)
    client.post(url, {**PIECE, "fichier": upload(pdf())})
    again = client.post(url, {**PIECE, "fichier": upload(pdf())})
    assert "attend d’être vérifiée" in again.content.decode()
    assert Justificatif.objects.count() == 1


@pytest.mark.rule("C.5-d-preuve")
def test_a_document_seen_in_the_original_is_verified_without_a_copy(contrat: Contrat, agent_ofii: Agent) -> None:
    seen = services.add_justificatif(contrat=contrat, type_piece="copie_titre", date_document=JOUR, by=agent_ofii)
    assert services.verify_justificatif(justificatif=seen, by=agent_ofii).statut == "verifiee"
    assert Evenement.objects.get(nom="justificatif.verifie").faits["copie"] is False


@pytest.mark.rule("C.8-sante")
def test_no_type_of_document_is_about_health() -> None:
    said = " ".join([*Justificatif.Type.values, *Justificatif.Type.labels]).lower()
    assert not any(word in said for word in ("medic", "médic", "sant", "maladie", "grossesse", "hosp", "autre"))


def test_the_copy_is_encrypted_and_read_by_those_who_see_grounds_alone(
    connect: Connect, agent_ofii: Agent, directeur: Agent, correspondant: Agent, agent_ailleurs: Agent,
    administrateur: Agent, piece: Justificatif
) -> None:  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT contenu FROM exemptions_justificatiffichier")
        assert b"CANARI" not in bytes(cursor.fetchone()[0])
    url = reverse("exemptions:read_file", args=[piece.fichier.pk])
    answer = connect(directeur).get(url)
    assert answer.content == SECRET
    assert answer["Content-Disposition"] == f'attachment; filename="piece-{str(piece.fichier.pk)[:8]}.pdf"'
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "no-store, private")
    assert JournalAcces.objects.filter(action="lecture_piece", agent=directeur, objet_id=piece.fichier.pk).exists()
    assert [connect(agent).get(url).status_code for agent in (correspondant, agent_ailleurs, administrateur)] == [
        404
    ] * 3


def test_a_copy_is_replaced_until_the_document_is_verified(agent_ofii: Agent, piece: Justificatif) -> None:
    with pytest.raises(RuleViolation, match="déjà joint"):
        fichiers.attach_file(justificatif=piece, fichier=Fichier("pdf", SECRET), by=agent_ofii)
    better = fichiers.attach_file(justificatif=piece, fichier=Fichier("png", b"better"), by=agent_ofii)
    assert [copie.pk for copie in JustificatifFichier.objects.all()] == [better.pk]
    services.verify_justificatif(justificatif=piece, by=agent_ofii)
    with pytest.raises(RuleViolation, match="déjà vérifiée"):
        fichiers.attach_file(justificatif=piece, fichier=Fichier("pdf", b"other"), by=agent_ofii)


def test_the_copy_of_a_rejected_document_alone_is_destroyed(
    connect: Connect, agent_ofii: Agent, piece: Justificatif
) -> None:
    with pytest.raises(RuleViolation, match="rejetée"):
        fichiers.remove_file(justificatif=piece, by=agent_ofii)
    services.reject_justificatif(justificatif=piece, motif="Illisible", by=agent_ofii)
    url, client = reverse("exemptions:remove_file", args=[piece.pk]), connect(agent_ofii)
    assert client.get(url).status_code == 200
    assert [client.post(url).status_code for _ in range(2)] == [302, 409]
    assert not JustificatifFichier.objects.exists()
    assert names()[-1] == "justificatif.fichier_detruit"


@pytest.mark.rule("E.6-anonymisation")
def test_copies_go_with_the_nominative_file_five_years_later(piece: Justificatif) -> None:
    assert fichiers.forget_files(date(2015, 3, 16)) == 0, "a bilan that goes on keeps its evidence"
    piece.contrat.bilans.update(etat="annule", motif_annulation="doublon", clos_at="2010-06-01T10:00Z")
    assert fichiers.forget_files(date(2015, 3, 15)) == 0
    assert fichiers.forget_files(date(2015, 3, 16)) == 1
    assert fichiers.forget_files(date(2015, 3, 16)) == 0
    assert names()[-1] == "justificatif.fichier_detruit"


def test_copies_of_a_file_opened_by_mistake_go_with_the_next_night(
    piece: Justificatif, contrat: Contrat, agent_ofii: Agent
) -> None:
    assert fichiers.forget_files(JOUR) == 0
    cancel_contrat(contrat=contrat, motif=Contrat.MotifAnnulation.values[0], by=agent_ofii)
    assert fichiers.forget_files(JOUR) == 1
    assert Justificatif.objects.get().copie is None


def test_the_api_takes_a_copy_in_a_multipart_body_and_gives_it_back(contrat: Contrat, agent_ofii: Agent) -> None:
    program = Client(headers={"Authorization": f"Bearer {create_token(agent_ofii, libelle='essai')}"})
    sent = {"type": "contrat_travail", "date_document": "2010-03-01", "fichier": upload(content := pdf())}
    made = program.post(f"/api/v1/contrats/{contrat.pk}/pieces/", sent)
    assert made.status_code == 201
    copie = made.json()["fichier"]
    assert program.get(f"/api/v1/copies/{copie['id']}/").content == content
    refused = program.post(f"/api/v1/contrats/{contrat.pk}/pieces/", {**sent, "fichier": upload(b"MZ")})
    assert refused.json()["champs"]["fichier"][0].startswith("Choisissez un document PDF")
    (listed,) = program.get(f"/api/v1/contrats/{contrat.pk}/pieces/").json()
    assert listed["fichier"] == copie
