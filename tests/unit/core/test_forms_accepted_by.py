"""A service's refusal, on the form that asked for it."""

import pytest

from core.errors import Blocage, Forbidden, InvalidInput, RuleViolation, refuse_if
from core.form_fields import LigneField
from core.forms import BaseForm


class LieuForm(BaseForm):
    jour = LigneField(label="Jour", max_length=20)
    lieu = LigneField(label="Lieu", max_length=20)


def bound_form() -> LieuForm:
    form = LieuForm({"jour": "hier", "lieu": "Paris"})
    assert form.is_valid()
    return form


def test_what_the_service_returns_is_kept() -> None:
    form = bound_form()
    assert form.accepted_by(lambda *, by: by, by="moi")
    assert form.result == "moi"


def test_a_refusal_goes_to_its_field_once() -> None:
    def refuse() -> None:
        raise InvalidInput("Indiquez une date à venir.", fields={"jour": ["Indiquez une date à venir."]})

    form = bound_form()
    assert not form.accepted_by(refuse)
    assert form.errors == {"jour": ["Indiquez une date à venir."]}
    assert form["lieu"].value() == "Paris"


def test_what_concerns_no_field_is_said_above_the_form() -> None:
    def refuse() -> None:
        refuse_if([Blocage("etat", "Le contrat est clos."), Blocage("jour", "Trop tôt.", field="jour")])

    form = bound_form()
    assert not form.accepted_by(refuse)
    assert form.errors["jour"] == ["Trop tôt."]
    assert form.non_field_errors() == ["Le contrat est clos."]


def test_a_field_unknown_to_the_form_is_said_above_it() -> None:
    def refuse() -> None:
        raise RuleViolation("Autre chose.", fields={"ailleurs": ["Autre chose."]})

    form = bound_form()
    assert not form.accepted_by(refuse)
    assert form.non_field_errors() == ["Autre chose."]


def test_a_missing_right_is_not_an_error_of_the_form() -> None:
    def refuse() -> None:
        raise Forbidden("Votre rôle ne permet pas cela.")

    with pytest.raises(Forbidden):
        bound_form().accepted_by(refuse)
