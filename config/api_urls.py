"""The API's addresses; its document is at ``schema/``, its browsable pages at the root."""

from django.urls import path

from bilan.api import BilansView, CertificatDestructionView, ImpressionsView, SeancesView, SyntheseView
from bilan.api_courriers import CourriersView, CourrierView, FichierTirageView, TiragesView, TirageView
from bilan.api_planning import AffectationView, PlanningView
from bilan.api_prefet import AttestationView, PreparationView, PropositionActeView, PropositionsView
from bilan.api_suivi import SuivisView
from cai.api import (
    CertificatsView,
    CertificatView,
    DecisionFormationView,
    PreArriveeView,
    PrescriptionView,
    SeanceFormationView,
    SeancesFormationView,
)
from cai.api_famille import ActeFamilleView, FamilleView
from config import api_schema as api_schema  # registers how callers are known
from config.documentation import SchemaView, documentation
from dossiers.api import ContratsView, ContratView, EvenementsView
from dossiers.api_droit_acces import DroitAccesView
from dossiers.api_transitions import TransitionView
from exemptions.api import EvaluationsView, SimulationView
from exemptions.api_pieces import CopieView, ExamenView, JustificatifsView, LectureCopieView
from poleemploi.api import (
    AbandonView,
    ConsentementsView,
    NouveauDepotView,
    RelanceView,
    TransmissionsView,
    TransmissionView,
)
from poleemploi.api_relances import EchangeView, RelancesView
from poleemploi.api_retours import ApplicationRetourView, ClassementRetourView, RetoursAExaminerView, RetoursView

app_name = "api"
urlpatterns = [
    path("", documentation, name="documentation"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("exemptions/simulation/", SimulationView.as_view(), name="simulation"),
    path("contrats/", ContratsView.as_view(), name="contrats"),
    path("contrats/<uuid:pk>/", ContratView.as_view(), name="contrat"),
    path("contrats/<uuid:pk>/famille/", FamilleView.as_view(), name="famille"),
    path("contrats/<uuid:pk>/famille/<slug:name>/", ActeFamilleView.as_view(), name="acte_famille"),
    path("contrats/<uuid:pk>/donnees-de-la-personne/", DroitAccesView.as_view(), name="droit_acces"),
    path("contrats/<uuid:pk>/evenements/", EvenementsView.as_view(), name="evenements"),
    path("contrats/<uuid:pk>/evaluations/", EvaluationsView.as_view(), name="evaluations"),
    path("contrats/<uuid:pk>/pieces/", JustificatifsView.as_view(), name="pieces"),
    path("pieces/<uuid:pk>/examen/", ExamenView.as_view(), name="examen"),
    path("pieces/<uuid:pk>/copie/", CopieView.as_view(), name="copie"),
    path("copies/<uuid:pk>/", LectureCopieView.as_view(), name="lecture_copie"),
    path("contrats/<uuid:pk>/propositions/", PropositionsView.as_view(), name="propositions"),
    path("contrats/<uuid:pk>/propositions/brouillon/", PreparationView.as_view(), name="preparation"),
    path("contrats/<uuid:pk>/attestation/", AttestationView.as_view(), name="attestation"),
    path("propositions/<uuid:pk>/<slug:name>/", PropositionActeView.as_view(), name="proposition_acte"),
    path("contrats/<uuid:pk>/avant-l-arrivee/", PreArriveeView.as_view(), name="pre_arrivee"),
    path("contrats/<uuid:pk>/prestations/<slug:name>/prescription/", PrescriptionView.as_view(), name="prescription"),
    path("contrats/<uuid:pk>/prestations/<slug:name>/decision/", DecisionFormationView.as_view(), name="decision"),
    path(
        "contrats/<uuid:pk>/prestations/<slug:name>/seances/", SeancesFormationView.as_view(), name="seances_formation"
    ),
    path("contrats/<uuid:pk>/prestations/<slug:name>/certificats/", CertificatsView.as_view(), name="certificats"),
    path("seances-de-formation/<uuid:pk>/", SeanceFormationView.as_view(), name="seance_formation"),
    path("certificats-de-formation/<uuid:pk>/", CertificatView.as_view(), name="certificat"),
    path("contrats/<uuid:pk>/courriers/", CourriersView.as_view(), name="courriers"),
    path("courriers/<uuid:pk>/", CourrierView.as_view(), name="courrier"),
    path("tirages/", TiragesView.as_view(), name="tirages"),
    path("tirages/<uuid:pk>/", TirageView.as_view(), name="tirage"),
    path("tirages/<uuid:pk>/fichier/", FichierTirageView.as_view(), name="fichier_tirage"),
    path("planning/", PlanningView.as_view(), name="planning"),
    path("bilans/", BilansView.as_view(), name="bilans"),
    path("bilans/<uuid:pk>/transitions/<slug:name>/", TransitionView.as_view(), name="transition"),
    path("bilans/<uuid:pk>/affecter/", AffectationView.as_view(), name="affectation"),
    path("bilans/<uuid:pk>/seances/", SeancesView.as_view(), name="seances"),
    path("bilans/<uuid:pk>/suivis/", SuivisView.as_view(), name="suivis"),
    path("bilans/<uuid:pk>/synthese/", SyntheseView.as_view(), name="synthese"),
    path("bilans/<uuid:pk>/consentements/", ConsentementsView.as_view(), name="consentements"),
    path("bilans/<uuid:pk>/retours/", RetoursView.as_view(), name="retours"),
    path("bilans/<uuid:pk>/certificat/", CertificatDestructionView.as_view(), name="certificat_destruction"),
    path("bilans/<uuid:pk>/impressions/", ImpressionsView.as_view(), name="impressions"),
    path("echange/", EchangeView.as_view(), name="echange"),
    path("retours-a-examiner/", RetoursAExaminerView.as_view(), name="retours_a_examiner"),
    path("retours-a-examiner/<uuid:pk>/appliquer/", ApplicationRetourView.as_view(), name="application_retour"),
    path("retours-a-examiner/<uuid:pk>/classer/", ClassementRetourView.as_view(), name="classement_retour"),
    path("transmissions/", TransmissionsView.as_view(), name="transmissions"),
    path("transmissions/relances/", RelancesView.as_view(), name="relances"),
    path("transmissions/<uuid:pk>/", TransmissionView.as_view(), name="transmission"),
    path("transmissions/<uuid:pk>/relancer/", RelanceView.as_view(), name="relance"),
    path("transmissions/<uuid:pk>/redeposer/", NouveauDepotView.as_view(), name="redepot"),
    path("transmissions/<uuid:pk>/abandonner/", AbandonView.as_view(), name="abandon"),
]
