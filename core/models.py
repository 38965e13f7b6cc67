"""Technical ground of every file: identity of rows, the event journal, the access journal. No business noun here."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from core.crypto import EncryptedBinaryField, EncryptedJSONField


class BaseModel(models.Model):
    """A row with an opaque identifier, fit for an address, and its technical dates (real time)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField("créé le", auto_now_add=True)
    updated_at = models.DateTimeField("modifié le", auto_now=True)

    class Meta:
        abstract = True


class Evenement(models.Model):
    """What happened to a file, once, in order. Append-only and hash-chained per file; refused by trigger otherwise.

    Written by ``core.journal.record`` alone. Never holds content that must be destroyed one day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.UUIDField("dossier")
    numero = models.PositiveIntegerField("rang dans le dossier")
    nom = models.CharField("événement", max_length=80)
    cible_type = models.CharField("objet", max_length=60)
    cible_id = models.UUIDField("identifiant de l’objet")
    etat_avant = models.CharField("état avant", max_length=40, blank=True)
    etat_apres = models.CharField("état après", max_length=40, blank=True)
    par = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="auteur",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    survenu_at = models.DateTimeField("survenu le")  # business clock
    enregistre_at = models.DateTimeField("enregistré le")  # real clock
    faits = models.JSONField("faits", default=dict)
    empreinte_precedente = models.CharField(max_length=64, blank=True)
    empreinte = models.CharField(max_length=64)

    class Meta:
        verbose_name = "événement"
        ordering = ["dossier", "numero"]
        constraints = [models.UniqueConstraint(fields=["dossier", "numero"], name="evenement_numero_unique")]
        indexes = [models.Index(fields=["nom", "survenu_at"], name="evenement_nom")]

    def __str__(self) -> str:
        return f"{self.nom} n° {self.numero}"


class CleDossier(models.Model):
    """The key under which a file's events keep their private facts; without it nobody reads them again.

    Written by ``core.journal`` alone; itself encrypted under CHIFFREMENT_CLES. Destroying it erases the private facts
    of an append-only journal, whose chain of fingerprints still holds.
    """

    dossier = models.UUIDField("dossier", primary_key=True)
    cle = EncryptedBinaryField(null=True)
    creee_at = models.DateTimeField("créée le", auto_now_add=True)
    detruite_at = models.DateTimeField("détruite le", null=True)  # business clock

    class Meta:
        verbose_name = "clé d’un dossier"
        verbose_name_plural = "clés des dossiers"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(cle__isnull=False, detruite_at=None)
                | models.Q(cle__isnull=True, detruite_at__isnull=False),
                name="cle_vivante_ou_detruite",
            ),
        ]

    def __str__(self) -> str:
        return str(self.dossier)


# rule: E.6-sans-contenu, E.6-a-part
class JournalAcces(models.Model):
    """Who looked at, printed, exported or was refused what. No name, no content. Kept twelve months (reference E.6)."""

    class Resultat(models.TextChoices):
        ACCORDE = "accorde", "accordé"
        REFUSE = "refuse", "refusé"

    id = models.BigAutoField(primary_key=True)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="agent", null=True, on_delete=models.PROTECT, related_name="+"
    )
    roles = ArrayField(models.CharField(max_length=40), verbose_name="rôles", default=list)
    action = models.CharField("action", max_length=80)
    objet_type = models.CharField("objet", max_length=60, blank=True)
    objet_id = models.CharField("identifiant", max_length=64, blank=True)
    motif = models.CharField("motif", max_length=80, blank=True)
    resultat = models.CharField("résultat", max_length=10, choices=Resultat.choices)
    adresse_ip = models.GenericIPAddressField("adresse IP", null=True)
    requete = models.CharField("requête", max_length=40, blank=True)
    survenu_at = models.DateTimeField("survenu le", db_index=True)  # real clock

    class Meta:
        verbose_name = "accès"
        indexes = [models.Index(fields=["objet_id"], name="acces_objet")]  # who looked at a file: the right of access
        verbose_name_plural = "journal des accès"
        ordering = ["-survenu_at"]

    def __str__(self) -> str:
        return f"{self.action} ({self.resultat})"


class Soumission(models.Model):
    """An act that was asked for with a token and done: sent again, it gets the same answer. Kept a day or two.

    Holds neither the token nor what was sent, only keyed fingerprints of them; no foreign key, so that waiting for a
    row never holds anything of the trade.
    """

    cle = models.CharField("qui a envoyé quoi", max_length=64, primary_key=True)
    empreinte = models.CharField("empreinte de l’envoi", max_length=64)
    statut = models.PositiveSmallIntegerField("statut de la réponse")
    adresse = models.TextField("adresse où mène la réponse", blank=True)
    reponse = EncryptedJSONField("réponse de l’API", null=True)
    created_at = models.DateTimeField("reçue le", auto_now_add=True, db_index=True)  # real clock

    class Meta:
        verbose_name = "soumission"

    def __str__(self) -> str:
        return self.cle


class Compteur(models.Model):
    """A gapless series of numbers, such as the convocations of one direction in one year."""

    cle = models.CharField(max_length=60, primary_key=True)
    valeur = models.PositiveIntegerField()

    class Meta:
        verbose_name = "compteur"

    def __str__(self) -> str:
        return self.cle

    @classmethod
    def expected(cls, cle: str) -> int:
        """The number that ``next`` would give if nobody else took it first; takes nothing, locks nothing."""
        return (cls.objects.filter(pk=cle).values_list("valeur", flat=True).first() or 0) + 1

    @classmethod
    def next(cls, cle: str) -> int:
        """The next number of a series, starting at 1; rolled back with the caller's transaction, so without gap."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO core_compteur (cle, valeur) VALUES (%s, 1) "
                "ON CONFLICT (cle) DO UPDATE SET valeur = core_compteur.valeur + 1 RETURNING valeur",
                [cle],
            )
            row = cursor.fetchone()
        return int(row[0])


class Battement(models.Model):
    """When a link of the chain that works behind the pages last came to the end of its task (real time)."""

    nom = models.CharField("maillon", primary_key=True, max_length=20)
    vu_at = models.DateTimeField("vu le")

    class Meta:
        verbose_name = "battement"

    def __str__(self) -> str:
        return self.nom
