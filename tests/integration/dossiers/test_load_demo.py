"""Where the demonstration may be loaded, and whether what it is made of agrees with the reference tables."""

import re
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from agents.roles import Role
from agents.services import assign_role, create_agent
from bilan.contenu import problems
from bilan.models import Metier
from cai.models import Contrat, Langue, Pays
from dossiers.demonstration import partenaire
from dossiers.demonstration.cahier import origines, profils
from dossiers.demonstration.chargement import is_loaded, tell
from dossiers.demonstration.equipes import Equipe
from dossiers.demonstration.histoires_echange import transmise
from dossiers.demonstration.personnes import Personne
from dossiers.demonstration.plan import make_plan
from dossiers.demonstration.syntheses import write_contenu
from poleemploi.models import Tentative, Transmission

JOUR = date(2011, 5, 8)
# A synthesis is shown to employers: no permit, health, family or belief in it.
INTERDITS = re.compile(
    r"titre de séjour|carte de séjour|\bvisa\b|réfugié|\basile\b|enceinte|grossesse|malad(e|ie)\b|handicap|"
    r"\bmarié|époux|épouse|divorc|religion|musulman|chrétien|absence au|exempt"
)


def test_a_base_with_other_files_is_left_alone(contrat: Contrat) -> None:
    call_command("load_demo", nombre=3, processus=1, stdout=StringIO())
    assert list(Contrat.objects.all()) == [contrat]
    assert not is_loaded()


def test_without_a_simulator_what_was_agreed_to_waits_for_a_worker(db: None) -> None:
    for command in ("load_reference", "load_accounts"):
        call_command(command, stdout=StringIO())
    dossier = next(one for one in make_plan(aujourdhui=JOUR) if one.histoire is transmise)
    with override_settings(DATE_METIER=JOUR.isoformat()):
        tell(dossier, equipe=Equipe.of(dossier.direction), aujourdhui=JOUR, simulateur=False)
    assert Transmission.objects.get().etat == "en_file"
    assert not Tentative.objects.exists()


def test_an_account_added_since_never_acts_in_the_stories(db: None) -> None:
    for command in ("load_reference", "load_accounts"):
        call_command(command, stdout=StringIO())
    before = Equipe.of("75")
    newcomer = create_agent(email="nouvelle@ofii.example", prenom="Zoé", nom="Arrivée", telephone="", by=None)
    for role in (Role.AGENT_OFII, Role.PRESCRIPTEUR):
        assign_role(agent=newcomer, role=role, direction=before.direction, prestataire=None, debut=JOUR, by=None)
    assert Equipe.of("75") == before


def test_only_a_simulator_is_taken_for_one() -> None:
    with override_settings(PE_URL="http://127.0.0.1:1"):
        assert not partenaire.answers()


def test_production_refuses_invented_files(db: None) -> None:
    with override_settings(DATE_METIER_PERMISE=False), pytest.raises(CommandError):
        call_command("load_demo", stdout=StringIO())
    assert not Contrat.objects.exists()


def test_without_accounts_it_says_what_to_load_first(db: None) -> None:
    with pytest.raises(CommandError, match="load_accounts"):
        call_command("load_demo", processus=1, stdout=StringIO())


@pytest.mark.parametrize("sexe", ["F", "M"])
def test_every_working_life_makes_a_complete_synthesis_fit_for_an_employer(sexe: str, db: None) -> None:
    call_command("load_reference", stdout=StringIO())
    known = {
        "rome": set(Metier.objects.values_list("pk", flat=True)),
        "pays": set(Pays.objects.values_list("pk", flat=True)),
        "langues": set(Langue.objects.values_list("pk", flat=True)),
    }
    fiche = next(one.personne.fiche for one in make_plan(aujourdhui=JOUR) if one.personne.fiche.sexe == sexe)
    for profil in profils():
        for origine in origines() if sexe in profil.sexes else ():
            personne = Personne(
                fiche=fiche, origine=origine, profil=profil, francais="A2", arrivee=JOUR - timedelta(days=200)
            )
            contenu = write_contenu(personne, Random(1), jour=JOUR)
            assert problems(contenu, **known, aujourd_hui=JOUR) == [], (profil.metier, origine.pays)
            assert not INTERDITS.search(str(contenu)), INTERDITS.search(str(contenu))
            assert "|" not in str(contenu)
            assert "{" not in str(contenu)


def test_people_are_known_by_the_tables(db: None) -> None:
    call_command("load_reference", stdout=StringIO())
    known = set(Langue.objects.values_list("pk", flat=True))
    assert all(set(one.langues) <= known for one in origines())
    assert {one.pays for one in origines()} <= set(Pays.objects.values_list("pk", flat=True))


def test_the_guided_tour_says_what_is_not_running_before_it_opens_anything(db: None, tmp_path: Path) -> None:
    for command in ("load_reference", "load_accounts"):
        call_command(command, stdout=StringIO())
    with override_settings(PE_URL="http://127.0.0.1:1"), pytest.raises(CommandError, match="make demo"):
        call_command("demo", dossier=tmp_path, stdout=StringIO())
    assert not Contrat.objects.exists()
    assert list(tmp_path.iterdir()) == []
