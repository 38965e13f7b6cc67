"""Encryption at rest of what only a few may read; the key lives outside the database."""

import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    """The current cipher: the first key of CHIFFREMENT_CLES encrypts, every key decrypts."""
    return _cipher(tuple(settings.CHIFFREMENT_CLES))


# rule: E.3-chiffrement
class EncryptedBinaryField(models.BinaryField):  # type: ignore[type-arg]  # generic in its stubs only
    """Bytes, stored as a Fernet token. Cannot be searched, and is not meant to be.

    A column ``<name>_sha256`` beside it, when there is one, is the fingerprint of the plain bytes (``core.rotation``).
    """

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return None if value is None else cipher().encrypt(bytes(value))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> bytes | None:
        return None if value is None else cipher().decrypt(bytes(value))

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None


def json_bytes(value: Any) -> bytes:
    """The one way a JSON value is written before it is encrypted, and before its fingerprint is taken."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


class EncryptedJSONField(EncryptedBinaryField):
    """A JSON value, stored as a Fernet token; what is read back equals what was written."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else super().get_prep_value(json_bytes(value))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        plain = super().from_db_value(value, expression, connection)
        return None if plain is None else json.loads(plain)

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        # Serialising (dumpdata, error reports) must not be a way around the encryption.
        return ""
