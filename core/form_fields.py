"""The fields of every form: French writing in, clean values out, and a sentence that says what to do otherwise."""

import re
from datetime import date, time
from typing import Any, ClassVar

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.urls import reverse
from django.utils.choices import BlankChoiceIterator, normalize_choices

from core import uploads
from core.french import date_sans_jour
from core.text import TextRefused, clean_line, clean_nom, clean_text

ANNEE_MIN, ANNEE_MAX = 1900, 2100  # inclusive; date arithmetic near year 1 or 9999 overflows

_DATES = (
    re.compile(r"(?P<j>[0-9]{1,2})\s*[/.\-\s]\s*(?P<m>[0-9]{1,2})\s*[/.\-\s]\s*(?P<a>[0-9]+)"),
    re.compile(r"(?P<j>[0-9]{2})(?P<m>[0-9]{2})(?P<a>[0-9]{4})"),
    re.compile(r"(?P<a>[0-9]{4})-(?P<m>[0-9]{2})-(?P<j>[0-9]{2})"),
)
_MOIS = (
    re.compile(r"(?P<m>[0-9]{1,2})\s*[/.\-\s]\s*(?P<a>[0-9]+)"),
    re.compile(r"(?P<m>[0-9]{2})(?P<a>[0-9]{4})"),
    re.compile(r"(?P<a>[0-9]{4})-(?P<m>[0-9]{2})"),
)
_HEURE = re.compile(r"(?P<h>[0-9]{1,2})\s*(?:[h:.]|heures?)?\s*(?P<m>[0-9]{2})?", re.IGNORECASE)
# Overseas France dials like metropolitan France but has country codes of its own.
_REGIONS_TELEPHONE = ("FR", "GP", "MQ", "GF", "RE", "YT")
_CODE_POSTAL = re.compile(r"(0[1-9]|[1-8][0-9]|9[0-8])[0-9]{3}")


def _match(patterns: tuple[re.Pattern[str], ...], text: str) -> re.Match[str] | None:
    return next((found for pattern in patterns if (found := pattern.fullmatch(text))), None)


class LigneField(forms.CharField):
    """One line of text, cleaned by `core.text.clean_line`; at most `max_length` characters (100 by default).

    The browser is not told the limit: it would cut what is pasted without a word.
    """

    default_max_length: ClassVar[int] = 100

    def __init__(self, *, max_length: int | None = None, **kwargs: Any) -> None:
        super().__init__(max_length=max_length or self.default_max_length, **kwargs)
        for validator in self.validators:
            if isinstance(validator, MaxLengthValidator):
                validator.message = (
                    f"Ce texte est trop long\u00a0: {self.max_length}\u00a0caractères au plus, "
                    "vous en avez saisi\u00a0%(show_value)d."
                )

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}

    def to_python(self, value: Any) -> str:
        if value in self.empty_values:
            return ""
        try:
            return self.clean_typed(str(value))
        except TextRefused as refusal:
            raise ValidationError(str(refusal), code="texte_refuse") from refusal

    def clean_typed(self, text: str) -> str:
        """What is kept of a text that is not empty. Raises TextRefused."""
        return clean_line(text)


class TexteField(LigneField):
    """Several lines of text; at most 4,000 characters unless told otherwise."""

    widget = forms.Textarea(attrs={"rows": 5})
    default_max_length = 4000

    def clean_typed(self, text: str) -> str:
        return clean_text(text)


class NomField(LigneField):
    """A person's name or first name, kept as typed (see `core.text.clean_nom`)."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})

    def clean_typed(self, text: str) -> str:
        return clean_nom(text)


class FichierField(forms.FileField):
    """A PDF, a JPEG or a PNG, opened before it is accepted: gives a ``core.uploads.Fichier``, or None."""

    widget = forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"})
    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": "Le fichier n’est pas arrivé. Choisissez-le de nouveau.",
        "missing": "Le fichier n’est pas arrivé. Choisissez-le de nouveau.",
        "empty": "Ce fichier est vide.",
    }

    def clean(self, data: Any, initial: Any = None) -> uploads.Fichier | None:
        received = super().clean(data, initial)
        if not received:
            return None
        try:
            uploads.check_size(received.size)
            return uploads.accept(received.read())
        except uploads.FileRefused as refusal:
            raise ValidationError(str(refusal), code="fichier_refuse") from refusal


class CourrielField(LigneField, forms.EmailField):
    """An e-mail address."""

    widget = forms.EmailInput(attrs={"autocomplete": "off"})
    default_max_length = 254

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.error_messages["invalid"] = (
            "Indiquez une adresse électronique complète, par exemple prenom.nom@exemple.fr."
        )
        for validator in self.validators:
            if getattr(validator, "code", "") == "invalid":
                validator.message = self.error_messages["invalid"]  # type: ignore[attr-defined]


class CodePostalField(LigneField):
    """A French postal code, five digits; spaces are forgiven."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "champ-court"})

    def to_python(self, value: Any) -> str:
        text = super().to_python(value).replace(" ", "")
        if text and not _CODE_POSTAL.fullmatch(text):
            raise ValidationError(
                "Indiquez un code postal français de cinq chiffres, par exemple 69003.", code="invalid"
            )
        return text


class TelephoneField(LigneField):
    """A telephone number, French (overseas too) unless it starts with +; stored in E.164, shown as it is dialled."""

    widget = forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off", "class": "champ-moyen"})
    default_max_length = 30

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if not text:
            return ""
        for region in _REGIONS_TELEPHONE:
            try:
                number = phonenumbers.parse(text, region)
            except phonenumbers.NumberParseException:
                break
            if phonenumbers.is_valid_number(number) and not number.extension:
                return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        raise ValidationError(
            "Indiquez un numéro de téléphone complet, par exemple 06\u00a012\u00a034\u00a056\u00a078, "
            "ou +213\u00a0551\u00a023\u00a045\u00a067 pour l’étranger.",
            code="invalid",
        )

    def prepare_value(self, value: Any) -> Any:
        return format_telephone(value) if isinstance(value, str) else value


def format_telephone(value: str) -> str:
    """An E.164 number as it is dialled from France; anything else is returned unchanged."""
    if not value.startswith("+"):
        return value
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return value
    national = phonenumbers.region_code_for_number(number) in _REGIONS_TELEPHONE
    form = phonenumbers.PhoneNumberFormat.NATIONAL if national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


class DateField(forms.Field):
    """A day typed as JJ/MM/AAAA (also 1/3/2011, 01032011, 2011-03-01), shown back as JJ/MM/AAAA; gives a `date`.

    `min_date` and `max_date` are inclusive; `min_raison` and `max_raison` say what they are (« fin du contrat »).
    Never a calendar: birth dates are typed.
    """

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "champ-court"})
    default_error_messages = {
        "invalid": "Indiquez une date sous la forme JJ/MM/AAAA, par exemple 15/03/2011.",
        "annee": "Écrivez l’année avec quatre chiffres, par exemple 15/03/2011.",
        "impossible": "Cette date n’existe pas\u00a0: vérifiez le jour et le mois.",
        "hors_limites": f"Indiquez une année entre {ANNEE_MIN} et {ANNEE_MAX}.",
        "trop_tot": "Indiquez une date à partir du %(limite)s%(raison)s.",
        "trop_tard": "Indiquez une date au plus tard le %(limite)s%(raison)s.",
    }

    def __init__(self, *, min_date: date | None = None, max_date: date | None = None, **kwargs: Any) -> None:
        self.min_date, self.max_date = min_date, max_date
        self.min_raison = self.max_raison = ""
        kwargs.setdefault("help_text", "Format attendu\u00a0: JJ/MM/AAAA, par exemple 15/03/2011.")
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, date):
            return value
        text = str(value or "").strip()
        if not text:
            return None
        found = _match(_DATES, text)
        if not found:
            raise self._refusal("invalid")
        if len(found["a"]) != 4:
            raise self._refusal("annee")
        try:
            day = date(int(found["a"]), int(found["m"]), int(found["j"]))
        except ValueError as impossible:
            raise self._refusal("impossible") from impossible
        if not ANNEE_MIN <= day.year <= ANNEE_MAX:
            raise self._refusal("hors_limites")
        return day

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and self.min_date and value < self.min_date:
            raise self._out_of_bounds("trop_tot", self.min_date, self.min_raison)
        if value and self.max_date and value > self.max_date:
            raise self._out_of_bounds("trop_tard", self.max_date, self.max_raison)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else value

    def _out_of_bounds(self, code: str, limite: date, raison: str) -> ValidationError:
        return self._refusal(code, limite=date_sans_jour(limite), raison=f", {raison}" if raison else "")

    def _refusal(self, code: str, **params: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=params or None)


class MoisField(forms.Field):
    """A month typed as MM/AAAA, shown back so; gives "AAAA-MM", or None when empty."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "champ-court"})
    default_error_messages = {
        "invalid": "Indiquez un mois sous la forme MM/AAAA, par exemple 09/2008.",
        "hors_limites": f"Indiquez une année entre {ANNEE_MIN} et {ANNEE_MAX}.",
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Format attendu\u00a0: MM/AAAA, par exemple 09/2008.")
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str | None:
        text = str(value or "").strip()
        if not text:
            return None
        found = _match(_MOIS, text)
        if not found or not 1 <= int(found["m"]) <= 12 or len(found["a"]) != 4:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if not ANNEE_MIN <= int(found["a"]) <= ANNEE_MAX:
            raise ValidationError(self.error_messages["hors_limites"], code="hors_limites")
        return f"{found['a']}-{int(found['m']):02d}"

    def prepare_value(self, value: Any) -> Any:
        found = _MOIS[2].fullmatch(value) if isinstance(value, str) else None
        return f"{found['m']}/{found['a']}" if found else value


class HeureField(forms.Field):
    """A time of day typed as 14h30 (also 14:30, 14 h, 1430), shown back as 14h30; gives a `time`."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "class": "champ-court"})
    default_error_messages = {"invalid": "Indiquez une heure entre 0h00 et 23h59, par exemple 14h30."}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Par exemple 14h30.")
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> time | None:
        if isinstance(value, time):
            return value
        text = str(value or "").strip()
        if not text:
            return None
        found = _HEURE.fullmatch(text)
        if not found or int(found["h"]) > 23 or int(found["m"] or 0) > 59:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return time(int(found["h"]), int(found["m"] or 0))

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H}h{value:%M}" if isinstance(value, time) else value


class NombreField(forms.IntegerField):
    """A whole number between `min_value` and `max_value`, both inclusive and both required."""

    def __init__(self, *, min_value: int, max_value: int, **kwargs: Any) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "off", "class": "champ-court"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(min_value=min_value, max_value=max_value, **kwargs)
        sentence = f"Indiquez un nombre entier entre {min_value} et {max_value}."
        self.error_messages["invalid"] = sentence
        for validator in self.validators:
            validator.message = sentence  # type: ignore[attr-defined]


class ChoixField(forms.ChoiceField):
    """One value of a list, in a select that starts empty; `radios=True` shows every choice, none selected."""

    default_error_messages = {"invalid_choice": "Choisissez une réponse de la liste."}

    def __init__(self, *, choices: Any = (), radios: bool = False, **kwargs: Any) -> None:
        if radios:
            kwargs.setdefault("widget", forms.RadioSelect)
        else:
            choices = BlankChoiceIterator(normalize_choices(choices), [("", "Sélectionnez une option")])
        super().__init__(choices=choices, **kwargs)


class ChoixMultiplesField(forms.MultipleChoiceField):
    """Any number of values of a list, as check boxes."""

    widget = forms.CheckboxSelectMultiple
    default_error_messages = {"invalid_choice": "Choisissez des réponses de la liste."}


class YesNoField(forms.TypedChoiceField):
    """Oui / non as radios, nothing selected beforehand: True, False, or None when optional and unanswered."""

    widget = forms.RadioSelect(attrs={"data-en-ligne": True})
    default_error_messages = {
        "required": "Répondez par oui ou par non.",
        "invalid_choice": "Répondez par oui ou par non.",
    }

    def __init__(self, *, oui: str = "Oui", non: str = "Non", **kwargs: Any) -> None:
        choices = [("oui", oui), ("non", non)]
        super().__init__(choices=choices, coerce=lambda value: value == "oui", empty_value=None, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return {True: "oui", False: "non"}.get(value, value) if isinstance(value, bool) else value


class RechercheSelect(forms.Select):
    """A select that becomes "search as you type" when the browser runs scripts, and stays a select otherwise.

    With `url_name`, a GET `?q=…` there answers the partial `components/_recherche_options.html`; without it, the
    options of the select are searched on label, code and the synonyms given as `{value: "autre mot, encore un"}`.
    """

    def __init__(self, *, url_name: str = "", synonymes: dict[str, str] | None = None) -> None:
        self.url_name, self.synonymes = url_name, synonymes or {}
        super().__init__()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        url = reverse(self.url_name) if self.url_name else ""
        return super().get_context(name, value, {"data-recherche": url, **(attrs or {})})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if words := self.synonymes.get(str(value)):
            option["attrs"]["data-synonymes"] = words
        return option


class RechercheField(ChoixField):
    """One value of a long list (country, language, occupation), found by typing."""

    def __init__(self, *, url_name: str = "", synonymes: dict[str, str] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("widget", RechercheSelect(url_name=url_name, synonymes=synonymes))
        super().__init__(**kwargs)
