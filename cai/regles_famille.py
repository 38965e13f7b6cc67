"""The contrat d'accueil et d'intégration pour la famille (reference C.4), as pure rules on civil dates.

Only the standard library and ``cai.delais``: no clock, no database.
"""

from collections.abc import Iterable
from datetime import date

from cai import delais

# rule: C.4-depuis-2009
# Circular of 30 January 2009 [S-C]: in force from 1 January 2009.
EN_VIGUEUR = date(2009, 1, 1)
# [S-C], where the code speaks of any child of the family reunification (K-10): "under 16" in completed years [D].
AGE_ENFANT = 16
# L. 131-1 code de l'éducation [V]: school is compulsory from 6 to 16.
AGE_ECOLE = 6
FIN_ECOLE = 16
# L. 222-4-1 CASF [V]: the contrat de responsabilité parentale was repealed by the law of 31 January 2013.
SANS_CONSEIL_GENERAL = date(2013, 2, 2)


# rule: C.4-condition
def is_concerned(naissance: date, signature: date) -> bool:
    """Whether a child of the family reunification was born, and under 16, on the day of the signature."""
    return naissance <= signature and delais.age(naissance, signature) < AGE_ENFANT


def has_concerned_child(naissances: Iterable[date], signature: date) -> bool:
    """The condition of the contract: one such child at least, on the day it is signed."""
    return any(is_concerned(naissance, signature) for naissance in naissances)


# rule: C.4-scolarite
def must_attend_school(naissance: date, jour: date) -> bool:
    """From the sixth birthday, included, to the eve of the sixteenth, included."""
    return AGE_ECOLE <= delais.age(naissance, jour) < FIN_ECOLE


# rule: C.4-consequences
def suite_du_manquement(jour: date) -> str:
    """What may follow a parents' day not attended without a legitimate reason; the préfet decides."""
    if jour < SANS_CONSEIL_GENERAL:
        return "Le préfet est informé\u00a0; il peut saisir le président du conseil général."
    return "Le préfet est informé."
