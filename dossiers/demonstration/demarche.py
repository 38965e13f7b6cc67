"""The whole main job, once, in front of somebody: every act is said as it is done; the last one is the partner's."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random

from celery import current_app
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from bilan import impression, programmation
from bilan.emission import blank_consent
from bilan.models import Bilan, Consentement, Courrier, Suivi, Synthese
from bilan.states import Etat, MotifAbsence, MotifImpression, MotifReport
from cai.fiches import FicheSignataire
from cai.models import Contrat
from core import clock
from core.errors import RuleViolation
from core.french import date_longue, date_sans_jour, duree, heure
from dossiers.demonstration import partenaire
from dossiers.demonstration.autres import AUTRES, Autre, last_lines, tell_another
from dossiers.demonstration.cahier import origines, profils
from dossiers.demonstration.equipes import Equipe
from dossiers.demonstration.formations import detailed_identifier
from dossiers.demonstration.personnes import Personne
from dossiers.demonstration.recit import Recit
from poleemploi.models import Transmission
from poleemploi.reponses import explain_refusal
from poleemploi.retours import record_return
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
            identifiant=detailed_identifier(),
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
        self._postpone_and_miss()
        self._train()
        self._convoke_and_conduct()
        self._sign()
        transmission = self._follow_and_transmit()
        self._take_in_charge()
        for autre in AUTRES:
            self._tell_another(autre)
        return transmission

    # --- acts ---------------------------------------------------------------------------------

    def _open_and_prescribe(self) -> None:
        r, signature = self.recit, self.recit.il_y_a(220)
        r.ouvrir(signature, titre="L313-11")
        self._tell(
            signature, f"{r.agent} ouvre le dossier {r.contrat.numero_cai} pour {r.contrat.signataire.nom_complet}."
        )
        fin = date_sans_jour(r.contrat.date_echeance)
        self._say(f"Contrat signé, échéance le {fin}.")
        avant = r.contrat.pre_arrivee
        self._say(
            f"Évaluée avant l’arrivée, le {date_sans_jour(avant.date_evaluation_1)}\u00a0: français "
            f"{avant.get_resultat_1_display().lower()}, aucune formation linguistique n’est due."
        )
        r.evaluer(signature)
        self._tell(signature, "L’exemption est évaluée\u00a0: aucun motif, le bilan est dû (art. R. 311-26 du CESEDA).")
        r.prescrire(signature)
        self._tell(signature, f"{r.prescripteur} prescrit le bilan et remet la notice d’information.")
        self._keep("notice-d-information", _letter(r.bilan, Courrier.Genre.INFORMATION))

    def _postpone_and_miss(self) -> None:
        """A first date put off, a second one missed and excused within its window."""
        r, demande, excuse = self.recit, self.recit.il_y_a(195), self.recit.il_y_a(158)
        r.convoquer(r.il_y_a(205), r.il_y_a(185), au_plus_tard=r.il_y_a(180))
        r.reporter(demande, MotifReport.DEMANDE_SIGNATAIRE)
        self._tell(demande, f"Le rendez-vous du {date_sans_jour(r.jour)} est reporté à sa demande.")
        self._keep("report", _letter(r.bilan, Courrier.Genre.REPORT))
        r.convoquer(r.il_y_a(190), r.il_y_a(168), au_plus_tard=r.il_y_a(165))
        r.manquer()
        self._tell(
            r.jour, "Elle ne vient pas au deuxième\u00a0: une lettre lui laisse quinze jours pour dire pourquoi."
        )
        self._keep("absence", _letter(r.bilan, Courrier.Genre.ABSENCE))
        with r.le(excuse):
            programmation.recognise_absence(
                bilan=r.bilan, motif=MotifAbsence.GARDE_ENFANT, justificatif_vu_le=excuse, by=r.agent
            )
        self._tell(excuse, "Dans le délai, elle montre qu’elle gardait son enfant\u00a0: motif légitime, sans effet.")

    def _train(self) -> None:
        r, jour = self.recit, self.recit.il_y_a(140)
        r.suivre_les_formations(jour)
        self._tell(jour, "La formation civique est suivie, son attestation vue et enregistrée.")

    def _convoke_and_conduct(self) -> None:
        r, envoi = self.recit, self.recit.il_y_a(125)
        r.convoquer(envoi, r.il_y_a(98), au_plus_tard=r.il_y_a(94))
        debut = r.rendez_vous.debut
        convocation = r.rendez_vous.convocation
        self._tell(envoi, f"Convocation n°\u00a0{convocation.numero}\u00a0: {date_longue(debut)} à {heure(debut)}.")
        self._say(f"{r.rendez_vous.lieu}, avec {r.conseiller}.")
        self._keep("convocation", bytes(convocation.pdf))
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
        for portee in (Portee.CONSERVATION, Portee.TRANSMISSION):
            self._keep(f"accord-{portee.label.split()[0].lower()}", blank_consent(bilan=r.bilan, portee=portee))
        r.decider(r.jour, Portee.CONSERVATION, Decision.ACCORDE)
        r.decider(r.jour, Portee.SUIVI, Decision.ACCORDE)
        self._tell(r.jour, "Elle accepte qu’on garde la synthèse un an et qu’on prenne de ses nouvelles.")
        self._say("Pour Pôle emploi, elle veut réfléchir\u00a0: rien ne part.")

    def _follow_and_transmit(self) -> Transmission:
        r, jour = self.recit, self.recit.il_y_a(1)
        r.suivre(jour, Suivi.Situation.RECHERCHE, echeance=Suivi.Echeance.TROIS_MOIS)
        self._tell(jour, "Suivi à trois mois\u00a0: elle cherche un emploi et s’inscrit à Pôle emploi.")
        r.decider(jour, Portee.TRANSMISSION, Decision.ACCORDE)
        self._tell(jour, "La transmission à Pôle emploi est acceptée\u00a0; le dépôt est en file.")
        synthese = Synthese.objects.get(bilan=r.bilan)
        copy = impression.print_copy(
            synthese=synthese, motif=MotifImpression.REMISE, demande_recue_le=self.aujourdhui, by=r.prescripteur
        )
        self._keep("synthese", copy)
        return self._wait(Transmission.objects.get(bilan=r.bilan))

    def _take_in_charge(self) -> None:
        """What Pôle emploi tells by telephone, once it has the synthesis."""
        r, jour = self.recit, clock.today()
        record_return(
            bilan=r.bilan, recu_le=jour, date_inscription=jour, date_entretien_ppae=jour, by=r.equipe.correspondant
        )
        self._tell(jour, f"{r.equipe.correspondant} note l’entretien du PPAE\u00a0: elle est prise en charge.")

    def _tell_another(self, autre: Autre) -> None:
        """The end of another file, in the words of its own timeline."""
        recit = tell_another(autre, hasard=self.recit.hasard, aujourdhui=self.aujourdhui)
        self._said(f"\n{autre.titre}\u00a0: {recit.contrat.signataire.nom_complet}, {recit.contrat.numero_cai}")
        for ligne in last_lines(recit, autre.lignes):
            self._tell(ligne.at.date(), f"{ligne.titre}. {ligne.detail}".strip())
        for name, pdf in autre.papiers(recit):
            self._keep(name, pdf, recit.contrat)

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

    def _keep(self, name: str, pdf: bytes, contrat: Contrat | None = None) -> None:
        folder = self.dossier / (contrat or self.recit.contrat).numero_cai
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{len(self.papiers) + 1}-{name}.pdf"
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
