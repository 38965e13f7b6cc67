"""The base of every form and of every group of repeated lines."""

import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.db import models
from django.forms.utils import ErrorDict

from core import journal
from core.errors import DomainError, Forbidden, RuleViolation


class FormMixin:
    """How our forms look and speak; mix it into Django's own forms (authentication) as well."""

    template_name = "components/_formulaire.html"
    # The server answers in French, next to the field, with nothing lost; the browser's bubbles do neither.
    use_required_attribute = False
    refusal_code = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # type: ignore[attr-defined]
            if field.label and field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = f"Renseignez «\u00a0{field.label}\u00a0»."

    def silence(self) -> None:
        """Shows again what was typed, without judging it yet."""
        self._errors = ErrorDict()
        self.cleaned_data: dict[str, Any] = {}

    def accepted_by(self, service: Callable[..., Any], **arguments: Any) -> bool:
        """Call a service with a valid form; its refusal becomes errors of the form, and nothing typed is lost.

        The one place where pages catch a refusal. A missing right is not the form's fault: Forbidden goes through.
        A rule that refuses leaves a line in the access journal (reference D.2, E.6); a typing mistake does not.
        What the service returned is in ``result``; the code of its refusal in ``refusal_code``.
        """
        try:
            self.result = service(**arguments)
        except Forbidden:
            raise
        except DomainError as refusal:
            self.refusal_code = refusal.code
            if isinstance(refusal, RuleViolation) and "by" in arguments:
                _journal(service, arguments, refusal.code)
            known = {name: messages for name, messages in refusal.fields.items() if name in self.fields}  # type: ignore[attr-defined]
            for name, messages in known.items():
                for message in messages:
                    self.add_error(name, message)  # type: ignore[attr-defined]
            if rest := _unsaid(refusal.message, [message for said in known.values() for message in said]):
                self.add_error(None, rest)  # type: ignore[attr-defined]
            return False
        return True


def _journal(service: Callable[..., Any], arguments: dict[str, Any], code: str) -> None:
    by = arguments["by"]
    rows = (value for value in arguments.values() if isinstance(value, models.Model) and value is not by)
    name = getattr(service, "__name__", "service")
    journal.log_access(name, by=by, target=next(rows, None), motif=code, granted=False)


def _unsaid(message: str, said: list[str]) -> str:
    """What a refusal says besides what is told at its fields: each sentence shows once, a mere summary not at all."""
    rest = message
    for sentence in said:
        rest = rest.replace(sentence, "")
    return "" if said and rest == message else re.sub(" +", " ", rest).strip()


class BaseForm(FormMixin, forms.Form):
    """The form of a page."""


class BaseModelForm(FormMixin, forms.ModelForm):  # type: ignore[type-arg]
    """A form that takes its initial values from a row; the row is written by a service, never by `save`."""


class BaseLignesFormSet(forms.BaseFormSet):  # type: ignore[type-arg]
    """Repeated lines (experiences, diplomas, languages), with "add a line" as an ordinary submit button.

    When that button was pressed, `is_adding` is true: the set keeps what was typed, shows one more empty line and is
    never valid, so that the view shows the page again. Empty lines are left out; `initial` counts on GET only.
    """

    un: str  # what one line is called, on the page and in the summary of errors

    default_error_messages = {
        "missing_management_form": "La page a été envoyée incomplète. Rechargez-la et recommencez.",
    }

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        if data is not None:
            kwargs.pop("initial", None)
        super().__init__(data, **kwargs)
        self.is_adding = self.is_bound and self.ajouter_name in self.data
        if self.is_adding:
            total = f"{self.prefix}-TOTAL_FORMS"
            data = data.copy()  # the request's own cannot be written to
            data[total] = str(min(self.total_form_count() + 1, self.max_num))
            self.data = data
            del self.management_form  # it was computed from the former total
            self.silence()

    @property
    def ajouter_name(self) -> str:
        return f"{self.prefix}-ajouter"

    @property
    def can_add(self) -> bool:
        return self.total_form_count() < self.max_num

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The cleaned lines, in order, without those left empty or removed. Only after `is_valid()`."""
        return [
            {name: value for name, value in form.cleaned_data.items() if name != "DELETE"}
            for form in self.forms
            if form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]

    def silence(self) -> None:
        """Shows again what was typed, without judging it yet."""
        for form in self.forms:
            form.silence()
        self._errors = [form.errors for form in self.forms]
        self._non_form_errors = self.error_class(error_class="nonform")

    def is_valid(self) -> bool:
        return not self.is_adding and super().is_valid()

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), **({} if index is None else {"empty_permitted": True})}

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Retirer cette ligne"


def lignes_formset(form: type[forms.Form], *, un: str, max_num: int, extra: int = 1) -> type[BaseLignesFormSet]:
    """A class of repeated lines, each called `un`: `extra` empty ones at first, never more than `max_num` in all."""
    made: type[Any] = forms.formset_factory(
        form,
        formset=BaseLignesFormSet,
        extra=extra,
        max_num=max_num,
        absolute_max=max_num,
        validate_max=True,
        can_delete=True,
    )
    made.un = un
    return made


def anchor(field: forms.BoundField) -> str:
    """The identifier that a link to a field goes to: the control itself, the first one of a group of choices."""
    # A CheckboxSelectMultiple is a RadioSelect too.
    return f"{field.auto_id}_0" if isinstance(field.field.widget, forms.RadioSelect) else field.id_for_label


def all_valid(*parts: BaseForm | BaseModelForm | BaseLignesFormSet) -> bool:
    """Whether every form and group of lines of a page is valid; all are judged, so that all errors show at once.

    When the person only asked for one more line, nothing is judged and the answer is no.
    """
    if any(isinstance(part, BaseLignesFormSet) and part.is_adding for part in parts):
        for part in parts:
            part.silence()
        return False
    verdicts = [part.is_valid() for part in parts]
    return all(verdicts)
