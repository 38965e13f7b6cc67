"""The official CSV of the ROME, and all that is not it."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from agents.models import Agent
from bilan.models import Metier
from bilan.rome import TAILLE_MAX, import_rome
from core.errors import Forbidden, InvalidInput, RuleViolation
from core.models import JournalAcces

# As published: every value quoted, commas, three columns that are of no use here.
OFFICIEL = """"code_rome","code_fiche_em","code_ogr","libelle_rome","statut"
"F1703","1","7100","Maçonnerie","1"
"G1602","2","7101","Personnel de cuisine","1"
"G1603","3","7102","Personnel polyvalent en restauration","1"
"K1304","4","7103","Services domestiques","1"
"""
BESIDES = OFFICIEL + '"A1101","5","7104","Conduite d\'engins d\'exploitation agricole et forestière","1"\n'


@pytest.fixture
def metiers(db: None) -> None:
    for code, libelle in {"F1703": "Maçonnerie", "G1602": "Cuisine", "H9999": "Métier disparu"}.items():
        Metier.objects.create(code=code, libelle=libelle)
    Metier.objects.create(code="K1304", libelle="Services domestiques", actif=False)


def state() -> dict[str, tuple[str, bool]]:
    return {metier.code: (metier.libelle, metier.actif) for metier in Metier.objects.all()}


def test_the_official_file_adds_changes_brings_back_and_withdraws(metiers: None, administrateur: Agent) -> None:
    done = import_rome(BESIDES.encode(), by=administrateur)

    assert done.added == ("A1101", "G1603")
    assert done.changed == ("G1602", "K1304")
    assert done.withdrawn == ("H9999",)
    assert done.unchanged == 1
    assert state() == {
        "A1101": ("Conduite d’engins d’exploitation agricole et forestière", True),
        "F1703": ("Maçonnerie", True),
        "G1602": ("Personnel de cuisine", True),
        "G1603": ("Personnel polyvalent en restauration", True),
        "H9999": ("Métier disparu", False),
        "K1304": ("Services domestiques", True),
    }
    assert "exploitation agricole" in Metier.objects.get(code="A1101").cle
    line = JournalAcces.objects.get()
    assert (line.action, line.agent, line.motif) == ("rome_importe", administrateur, "2 ajoutés, 2 modifiés, 1 retirés")


def test_importing_again_changes_nothing(metiers: None) -> None:
    import_rome(BESIDES.encode(), by=None)
    again = import_rome(BESIDES.encode(), by=None)
    assert (again.added, again.changed, again.withdrawn, again.unchanged) == ((), (), (), 5)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + OFFICIEL,
        OFFICIEL.replace(",", ";"),
        OFFICIEL.replace('"', ""),
        OFFICIEL.replace("\n", "\r\n"),
        OFFICIEL + "\n\n",
        OFFICIEL + '"F1703","9","7999","Maçonnerie","1"\n',
        OFFICIEL.replace("code_rome", " CODE_ROME "),
        "libelle_rome,code_rome\nMaçonnerie,f1703\nPersonnel de cuisine,G1602\nServices domestiques,K1304\n"
        "Personnel polyvalent en restauration,G1603\n",
    ],
    ids=["BOM", "semicolons", "no quotes", "CRLF", "empty lines", "same line twice", "capitals", "other order"],
)
def test_variants_of_the_file_are_read_alike(metiers: None, text: str) -> None:
    done = import_rome(text.encode(), by=None)
    assert done.added == ("G1603",)
    assert Metier.objects.get(code="G1602").libelle == "Personnel de cuisine"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "n’est pas le référentiel ROME"),
        (b"code;nom\nG1602;Cuisine\n", "n’est pas le référentiel ROME"),
        (b"%PDF-1.7 \xe2\xe3\xcf\xd3", "UTF-8"),
        (OFFICIEL.encode("latin-1"), "UTF-8"),
        (OFFICIEL.encode("utf-16"), "UTF-8"),
        (b"code_rome,libelle_rome\n", "aucun métier"),
        (b"code_rome,libelle_rome\nZ1234,Inconnu\n", "Ligne 2"),
        (b"code_rome,libelle_rome\nG1602,Cuisine\nG160,Cuisine\n", "Ligne 3"),
        (b"code_rome,libelle_rome\nG1602,\n", "vide ou trop long"),
        (b"code_rome,libelle_rome\nG1602\n", "vide ou trop long"),
        (b"code_rome,libelle_rome\nG1602," + b"x" * 201, "vide ou trop long"),
        (b"code_rome,libelle_rome\nG1602,Cui\x00sine\n", "interdit"),
        (b"code_rome,libelle_rome\nG1602,Cuisine\nG1602,Salle\n", "déjà un autre libellé"),
        (b'code_rome,libelle_rome\nG1602,"' + b"x" * 200_000, "illisible"),
        (b"<html><body>Page introuvable</body></html>", "n’est pas le référentiel ROME"),
        (b"x" * (TAILLE_MAX + 1), "trop gros"),
    ],
)
def test_another_file_gets_one_clear_sentence_and_changes_nothing(metiers: None, content: bytes, sentence: str) -> None:
    before = state()
    with pytest.raises(InvalidInput, match=sentence) as refusal:
        import_rome(content, by=None)
    assert list(refusal.value.fields) == ["fichier"]
    assert state() == before
    assert not JournalAcces.objects.exists()


def test_a_file_cut_short_is_refused(metiers: None) -> None:
    before = state()
    with pytest.raises(RuleViolation, match="incomplet"):
        import_rome(b"code_rome,libelle_rome\nF1703,Autre libell\xc3\xa9\n", by=None)
    assert state() == before


def test_an_agent_may_not_import(metiers: None, directeur: Agent) -> None:
    with pytest.raises(Forbidden):
        import_rome(OFFICIEL.encode(), by=directeur)


def test_the_command_says_what_it_did(metiers: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "unix_referentiel_code_rome_v3_utf8.csv"
    file.write_text(BESIDES)
    call_command("import_rome", str(file))
    assert "2 ajoutés, 2 modifiés, 1 retirés, 1 inchangés" in capsys.readouterr().out


def test_the_command_refuses_in_a_sentence(metiers: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="ne peut pas être lu"):
        call_command("import_rome", str(tmp_path / "absent.csv"))
    (tmp_path / "autre.csv").write_text("nom\n")
    with pytest.raises(CommandError, match="référentiel ROME"):
        call_command("import_rome", str(tmp_path / "autre.csv"))
