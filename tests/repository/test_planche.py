"""The contact sheet shows every paper of the application, as the code of today lays it out."""

import pytest

from bilan.models import Courrier
from bilan.textes import CONSENTEMENTS
from outils.planche import certificat, courriers, formulaires, synthese
from tests.paper import text_of


@pytest.mark.django_db
def test_every_kind_of_paper_is_on_the_sheet_and_has_its_words():
    papers = [*courriers(), *formulaires(), certificat(), synthese()]
    titres = {titre for titre, _ in papers}
    assert {str(genre.label) for genre in Courrier.Genre} <= titres
    assert {texte.titre for texte in CONSENTEMENTS.values()} <= titres
    for titre, pdf in papers:
        assert "Diallo" in text_of(pdf), titre
