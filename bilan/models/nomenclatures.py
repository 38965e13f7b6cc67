"""Code lists of the synthesis: levels of education and occupations."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from core.text import search_key


class NiveauFormation(models.Model):
    """Level of education in the nomenclature of 1969, coded as the partner's contract writes it (reference I.1)."""

    code = models.CharField("code", max_length=4, primary_key=True)
    libelle = models.CharField("libellé", max_length=120)
    niveau_cec = models.CharField("niveau 2019", max_length=10, blank=True)
    ordre = models.PositiveSmallIntegerField("ordre")

    class Meta:
        verbose_name = "niveau de formation"
        verbose_name_plural = "niveaux de formation"
        ordering = ["ordre"]

    def __str__(self) -> str:
        return self.libelle


class Metier(models.Model):
    """An occupation of the ROME, version 3 (reference I.8)."""

    code = models.CharField("code ROME", max_length=5, primary_key=True)
    libelle = models.CharField("libellé", max_length=200)
    actif = models.BooleanField("proposé", default=True)
    cle = models.CharField(max_length=250, editable=False)

    class Meta:
        verbose_name = "métier"
        ordering = ["libelle"]
        indexes = [GinIndex(fields=["cle"], name="metier_recherche", opclasses=["gin_trgm_ops"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-N][0-9]{4}$"),
                name="metier_code_rome",
                violation_error_message="Un code ROME est fait d’une lettre de A à N, puis de quatre chiffres.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.libelle} ({self.code})"

    def save(self, *args: object, **kwargs: object) -> None:
        self.cle = search_key(f"{self.code} {self.libelle}")
        super().save(*args, **kwargs)  # type: ignore[arg-type]
