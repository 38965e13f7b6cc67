"""The whole main job, once, in front of somebody: every act is said as it is done; the last one is the partner's."""

import time
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random

from celery import current_app
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from bilan import impression
from bilan.emission import blank_consent
from bilan.models import Bilan, Consentement, Courrier
from bilan.states import Etat, MotifImpression
from cai.fiches import FicheSignataire
from core import clock
from core.errors import RuleViolation
from core.french import date_longue, date_sans_jour, duree, heure
from dossiers.demonstration import partenaire
from dossiers.demonstration.cahier import origines, profils
from dossiers.demonstration.equipes import Equipe
from dossiers.demonstration.personnes import Personne
from dossiers.demonstration.recit import Recit
from poleemploi.models import Transmission
from poleemploi.reponses import explain_refusal
from poleemploi.states import EtatTransmission

DIRECTION = "75"
PATIENCE = 90.0  # seconds for the worker to obtain the acknowledgement
REMEDE = "lancez «\u00a0make demo\u00a0», qui démarre tout."
ATTENTE = (EtatTransmission.EN_FILE, EtatTransmission.EN_COURS, EtatTransmission.INCERTAINE)
Portee, Decision = Consentement.Portee, Consentement.Decision


def check_ready() -> None:
    """Raises RuleViolation with a sentence when the simulator or the worker is missing."""
    if not partenaire.answers():
        raise RuleViolation(f"Le simulateur de Pôle emploi ne répond pas à {settings.PE_URL}\u00a0: {REMEDE}")
    try:
        workers = current_app.control.ping(timeout=5)
    except (OperationalError, OSError):
        workers = []
    if not workers:
        raise RuleViolation(f"Aucun travailleur Celery ne répond\u00a0: {REMEDE}")


class Demarche:
    """One person from the counter to the acknowledgement; the papers are left in ``dossier``."""

    def __init__(self, *, dossier: Path, said: Callable[[str], None]) -> None:
        self.aujourdhui = clock.today()
        self.personne = _aminata(self.aujourdhui)
        self.recit = Recit(
            identifiant=uuid.uuid4(),
            personne=self.personne,
            equipe=Equipe.of(DIRECTION),
            hasard=Random(int(timezone.now().timestamp())),  # noqa: S311 - which hour, not a secret
            aujourdhui=self.aujourdhui,
            simulateur=True,
        )
        self.dossier, self._said = dossier, said
        self.papiers: list[Path] = []

    def run(self) -> Transmission:
        """Drive everything; return the acknowledged transmission. Raises RuleViolation with a sentence otherwise."""
        check_ready()
        self._open_and_prescribe()
        self._convoke_and_conduct()
        self._sign()
        return self._transmit()

    # --- acts ---------------------------------------------------------------------------------

    def _open_and_prescribe(self) -> None:
        r, signature = self.recit, self.recit.il_y_a(60)
        r.ouvrir(signature, titre="L313-11")
        self._tell(
            signature, f"{r.agent} ouvre le dossier {r.contrat.numero_cai} pour {r.contrat.signataire.nom_complet}."
        )
        fin = date_sans_jour(r.contrat.date_echeance)
        self._say(f"Contrat signé, échéance le {fin}.")
        r.evaluer(signature)
        self._tell(signature, "L’exemption est évaluée\u00a0: aucun motif, le bilan est dû (art. R. 311-26 du CESEDA).")
        r.prescrire(signature)
        self._tell(signature, f"{r.prescripteur} prescrit le bilan et remet la notice d’information.")
        self._keep("1-notice-d-information", _letter(r.bilan, Courrier.Genre.INFORMATION))

    def _convoke_and_conduct(self) -> None:
        r, envoi = self.recit, self.recit.il_y_a(28)
        r.convoquer(envoi, r.il_y_a(3), au_plus_tard=r.il_y_a(1))
        debut = r.rendez_vous.debut
        convocation = r.rendez_vous.convocation
        self._tell(envoi, f"Convocation n°\u00a0{convocation.numero}\u00a0: {date_longue(debut)} à {heure(debut)}.")
        self._say(f"{r.rendez_vous.lieu}, avec {r.conseiller}.")
        self._keep("2-convocation", bytes(convocation.pdf))
        r.conduire()
        self._tell(
            r.jour, f"{r.contrat.signataire.nom_complet} est présente\u00a0; les trois phases sont conduites\u00a0:"
        )
        for seance in r.bilan.seances.all():
            self._say(f"{Etat(seance.phase).label}\u00a0: {duree(seance.minutes)}.")
        self._tell(r.jour, f"La synthèse est rédigée ({duree(r.bilan.minutes_utilisees)} en tout).")

    def _sign(self) -> None:
        r = self.recit
        synthese = r.presenter(r.jour)
        self._tell(r.jour, "La synthèse est figée, imprimée et présentée.")
        self._say(f"Empreinte SHA-256 : {synthese.pdf_sha256}")
        synthese = r.valider(r.jour)
        self._tell(r.jour, "Elle est relue, signée et remise.")
        copy = impression.print_copy(
            synthese=synthese, motif=MotifImpression.REMISE, demande_recue_le=self.aujourdhui, by=r.prescripteur
        )
        self._keep("3-synthese", copy)

    def _transmit(self) -> Transmission:
        r, bilan = self.recit, self.recit.bilan
        for rang, portee in enumerate((Portee.CONSERVATION, Portee.TRANSMISSION), start=4):
            self._keep(f"{rang}-accord-{portee.label.split()[0].lower()}", blank_consent(bilan=bilan, portee=portee))
        r.decider(r.jour, Portee.CONSERVATION, Decision.ACCORDE)
        self._tell(r.jour, "La conservation de la synthèse pendant un an est acceptée.")
        r.decider(r.jour, Portee.TRANSMISSION, Decision.ACCORDE)
        self._tell(r.jour, "La transmission à Pôle emploi est acceptée\u00a0; le dépôt est en file.")
        return self._wait(Transmission.objects.get(bilan=bilan))

    def _wait(self, transmission: Transmission) -> Transmission:
        """The worker's turn: this process only looks on."""
        limit, shown = time.monotonic() + PATIENCE, ""
        while time.monotonic() < limit:
            transmission = Transmission.objects.get(pk=transmission.pk)
            if transmission.etat != shown:
                shown = str(transmission.etat)
                label = transmission.get_etat_display()
                self._tell(clock.today(), f"Transmission\u00a0: {label[:1].lower()}{label[1:]}.")
            if transmission.etat == EtatTransmission.ACCUSEE:
                self._say(f"Accusé de réception {transmission.accuse_identifiant}.")
                return transmission
            if transmission.etat not in ATTENTE:
                raise RuleViolation(
                    f"Le dépôt n’a pas été accepté\u00a0: {explain_refusal(transmission.erreur_code)}",
                    code="transmission_refusee",
                )
            time.sleep(0.2)
        raise RuleViolation(
            f"Aucun accusé de réception en {PATIENCE:.0f} secondes\u00a0: lisez le journal du travailleur Celery.",
            code="transmission_attendue",
        )

    # --- what is said and kept ----------------------------------------------------------------

    def _tell(self, jour: date, sentence: str) -> None:
        self._said(f"{date_sans_jour(jour):<20}  {sentence}")

    def _say(self, sentence: str) -> None:
        self._said(f"{'':<20}  {sentence}")

    def _keep(self, name: str, pdf: bytes) -> None:
        folder = self.dossier / self.recit.contrat.numero_cai
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.pdf"
        path.write_bytes(pdf)
        self.papiers.append(path)


def _letter(bilan: Bilan, genre: Courrier.Genre) -> bytes:
    return bytes(Courrier.objects.filter(contrat_id=bilan.contrat_id, genre=genre).latest("emis_at").pdf)


def _aminata(aujourdhui: date) -> Personne:
    """A dressmaker from Thiès, thirty-one years old."""
    origine = next(one for one in origines() if one.pays == "SEN")
    return Personne(
        fiche=FicheSignataire(
            nom="N’Diaye",
            prenom="Aminata",
            sexe="F",
            date_naissance=date(aujourdhui.year - 31, 2, 17),
            nationalite="SEN",
            langue_comprise="wo",
            adresse="14, rue de la Goutte-d’Or",
            adresse_complement="Escalier B, 3e étage",
            code_postal="75018",
            ville="Paris",
            telephone="06 39 98 12 05",
            courriel="aminata.ndiaye@exemple.fr",
        ),
        origine=origine,
        profil=next(one for one in profils() if one.rome == "B1803"),
        francais="A2",
        arrivee=aujourdhui - timedelta(days=110),
    )
