"""What the migrations write into rows that were there before them."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from bilan import echeances
from bilan.models import Suivi, Synthese
from bilan.models.synthese import fingerprint
from bilan.states import Etat
from bilan.tasks import open_follow_ups
from cai.models import Contrat
from tests.factories.conduite import advance
from tests.factories.transitions import Monde

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("etat", [Etat.PHASE_CONCLUSION, Etat.SYNTHESE_REDIGEE])
def test_a_bilan_already_concluded_is_given_its_follow_up_and_no_other_is(monde: Monde, etat: Etat) -> None:
    bilan = advance(monde.convoque(), etat)
    Suivi.objects.all().delete()
    import_module("bilan.migrations.0007_follow_up").open_follow_ups(apps, None)
    given = [(suivi.bilan, suivi.echeance, suivi.prevu_le, suivi.statut) for suivi in Suivi.objects.all()]
    assert given == ([(bilan, "six_mois", bilan.date_suivi, "a_faire")] if etat == Etat.SYNTHESE_REDIGEE else [])


def test_what_the_previous_image_concludes_during_an_upgrade_has_its_follow_up_the_next_night(monde: Monde) -> None:
    bilan = advance(monde.convoque(), Etat.SYNTHESE_REDIGEE)
    Suivi.objects.all().delete()
    for _ in range(2):
        open_follow_ups()
    assert list(Suivi.objects.values_list("bilan", "prevu_le")) == [(bilan.pk, bilan.date_suivi)]


@pytest.mark.rule("C.10-borne")
@pytest.mark.parametrize(("permit", "given"), [("2005-11-09", 0), ("2005-11-10", 1)])
def test_a_follow_up_beyond_the_services_is_not_looked_at_again_every_night(
    monde: Monde, permit: str, given: int
) -> None:
    bilan = advance(monde.convoque(), Etat.SYNTHESE_REDIGEE)  # concluded on 10 May 2010, due on 10 November
    Suivi.objects.all().delete()
    Contrat.objects.update(date_premier_titre=permit)
    assert echeances.open_missing_follow_ups().faits == given
    assert Suivi.objects.filter(bilan=bilan).count() == given


@contextmanager
def frozen_trigger_off() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.parametrize("etat", [Etat.SYNTHESE_REDIGEE, Etat.SYNTHESE_PRESENTEE])
def test_a_content_already_frozen_is_given_its_fingerprint_and_no_other_is(monde: Monde, etat: Etat) -> None:
    advance(monde.convoque(), etat)
    with frozen_trigger_off():
        Synthese.objects.update(contenu_sha256="")
    for _ in range(2):
        import_module("bilan.migrations.0015_fingerprint_what_was_frozen_before").fill(apps, None)
    row = Synthese.objects.get()
    assert row.contenu_sha256 == (fingerprint(row.contenu) if etat == Etat.SYNTHESE_PRESENTEE else "")


def test_a_content_that_no_key_opens_does_not_keep_the_release_back(monde: Monde) -> None:
    advance(monde.convoque(), Etat.SYNTHESE_PRESENTEE)
    with frozen_trigger_off(), connection.cursor() as cursor:
        cursor.execute("UPDATE bilan_synthese SET contenu_sha256 = '', contenu = 'lost'")
    import_module("bilan.migrations.0015_fingerprint_what_was_frozen_before").fill(apps, None)
    assert Synthese.objects.without_content().get().contenu_sha256 == ""


def test_the_previous_image_writes_and_presents_versions_during_an_upgrade(monde: Monde) -> None:
    """It names no column that it does not know, and freezes a content without its fingerprint; which may come later."""
    advance(monde.convoque(), Etat.SYNTHESE_PRESENTEE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'bilan_synthese'")
        known = {name for (name,) in cursor.fetchall()} - {"id", "version", "contenu_sha256"}
        names = ", ".join(sorted(known))
        copied = f"SELECT gen_random_uuid(), 2, {names} FROM bilan_synthese"
        cursor.execute(f"INSERT INTO bilan_synthese (id, version, {names}) {copied}")
    row = Synthese.objects.get(version=2)
    assert (row.is_frozen, row.contenu_sha256) == (True, "")
    assert Synthese.objects.filter(pk=row.pk).update(contenu_sha256=fingerprint(row.contenu)) == 1
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Synthese.objects.filter(pk=row.pk).update(contenu_sha256="0" * 64)
