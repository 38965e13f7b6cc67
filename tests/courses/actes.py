"""Every act, one row each: who sends it, about what, typing what. A POST without its row fails the races."""

from tests.courses.actes_bilan import BILAN
from tests.courses.actes_comptes import COMPTES
from tests.courses.actes_contrat import CONTRATS
from tests.courses.actes_dossier import DOSSIER
from tests.courses.actes_prefet import PREFET
from tests.courses.scene import Acte

ACTES: dict[str, Acte] = {**BILAN, **DOSSIER, **CONTRATS, **PREFET, **COMPTES}
