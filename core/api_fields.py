"""Values of the API: the same cleaning, the same limits and the same sentences as the fields of pages."""

import binascii
from base64 import b64decode
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core import uploads
from core.form_fields import ANNEE_MAX, ANNEE_MIN
from core.text import TextRefused, clean_line, clean_nom, clean_text


class _Cleaned(serializers.CharField):
    clean: Any = staticmethod(clean_line)

    def to_internal_value(self, value: Any) -> str:
        text = super().to_internal_value(value)
        try:
            return str(type(self).clean(text))
        except TextRefused as refusal:
            raise serializers.ValidationError(str(refusal)) from refusal


class LigneField(_Cleaned):
    """One line of text."""


class TexteField(_Cleaned):
    """Several lines of text."""

    clean = staticmethod(clean_text)


class NomField(_Cleaned):
    """A name, kept as typed."""

    clean = staticmethod(clean_nom)


class JourField(serializers.DateField):
    """A day of a year from ANNEE_MIN to ANNEE_MAX, both included: no limit counted from it overflows."""

    default_error_messages = {"hors_limites": f"Indiquez une année entre {ANNEE_MIN} et {ANNEE_MAX}."}

    def to_internal_value(self, value: Any) -> date:
        day: date = super().to_internal_value(value)
        if not ANNEE_MIN <= day.year <= ANNEE_MAX:
            self.fail("hors_limites")
        return day


class MinutesField(serializers.IntegerField):
    """A whole number of minutes, from 1 to a day: whatever the rule, nobody meant more."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=24 * 60, **kwargs)


class CodeField(serializers.SlugRelatedField[Any]):
    """The code of a row of a reference table; what no code could be is refused without asking the database."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="code", **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or not data.isascii() or not data.isprintable():
            raise serializers.ValidationError("Ce code n’existe pas.")
        return super().to_internal_value(data)


@extend_schema_field(OpenApiTypes.BYTE)
class FichierField(serializers.Field[Any, Any, Any, Any]):
    """A file: a part of a multipart body, or base64 in JSON of a megabyte at most. Gives a ``Fichier``."""

    default_error_messages = {"illisible": "Envoyez le fichier en multipart, ou en base64 dans du JSON."}

    def to_internal_value(self, data: Any) -> uploads.Fichier:
        try:
            if isinstance(data, UploadedFile):
                uploads.check_size(data.size or 0)
                return uploads.accept(data.read())
            if not isinstance(data, str):
                self.fail("illisible")
            return uploads.accept(b64decode(data, validate=True))
        except (binascii.Error, ValueError):
            self.fail("illisible")
        except uploads.FileRefused as refusal:
            raise serializers.ValidationError(str(refusal)) from refusal

    def to_representation(self, value: Any) -> str:
        raise TypeError("A file is downloaded at its own address, never written into JSON.")
