"""The acts about accounts, and those of the administration."""

from typing import Any

from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from agents.authentication import create_token
from agents.models import Agent, Jeton
from agents.roles import Role
from bilan.models import Metier
from cai.models import Langue, Pays, TitreAdmission
from tests.courses.scene import Acte, Scene, Situation, lettres
from tests.factories.agents import make_agent, make_marche, make_prestataire

ANCIEN, NOUVEAU = "une phrase assez longue", "une autre phrase assez longue"
CHOISI = {"new_password1": NOUVEAU, "new_password2": NOUVEAU}
A_CHACUN_SA_SESSION = "each browser that logs in gets its own session: nothing of it is shared"


def _agent(scene: Scene) -> Agent:
    agent = make_agent(Role.AGENT_OFII, scene.monde.direction)
    agent.set_password(ANCIEN)
    agent.save()
    return agent


def _jeton(scene: Scene) -> Jeton:
    create_token(scene.agents["prescripteur"], libelle="essai")
    return scene.agents["prescripteur"].jetons.get()


def _oubli(scene: Scene) -> Situation:
    return Situation(saisie={"email": _agent(scene).email})


def _connexion(scene: Scene) -> Situation:
    return Situation(saisie={"username": _agent(scene).email, "password": ANCIEN})


def _session(scene: Scene) -> Situation:
    """A browser in which an agent who will change or end their session is logged in."""
    browser = Client()
    browser.force_login(_agent(scene), backend="agents.backends.AgentBackend")
    return Situation(cookies={name: morsel.value for name, morsel in browser.cookies.items()})


def _lien(scene: Scene) -> Situation:
    """A browser that came by the link of a letter."""
    browser, agent = Client(), _agent(scene)
    uid = urlsafe_base64_encode(force_bytes(agent.pk))
    browser.get(f"/compte/mot-de-passe/nouveau/{uid}/{default_token_generator.make_token(agent)}/")
    cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
    return Situation({"uidb64": uid, "token": "choisir"}, cookies=cookies)


def _de(row: Any) -> Situation:
    return Situation({"object_id": row.pk})


def _langue(scene: Scene) -> Situation:
    return _de(Langue.objects.create(code=lettres()[:3], nom=lettres(), cle="z"))


def _pays(scene: Scene) -> Situation:
    return _de(Pays.objects.create(code=lettres()[:3].upper(), nom=lettres(), cle="z"))


def _marche(scene: Scene) -> Situation:
    return _de(make_marche(make_prestataire(lettres()), scene.monde.direction))


def _nouveau_marche(scene: Scene) -> dict[str, Any]:
    return {
        "prestataire": str(scene.monde.lieu.prestataire_id), "directions": [str(scene.monde.direction.pk)],
        "numero": lettres(), "debut": "01/01/2030", "fin": "31/12/2030",
    }  # fmt: skip


def _reecrit(**changes: str) -> Any:
    """The form as it stands, with one field changed."""
    return lambda scene: changes


def _compte(scene: Scene) -> dict[str, str]:
    return {"email": f"{lettres()}@ofii.test", "prenom": "Jeanne", "nom": "Durand"}


def _choisi(action: str, row: Any) -> dict[str, Any]:
    return {"action": action, "_selected_action": [str(row.pk)]}


LIEU = {
    "nom": "Agence", "adresse": "1, rue des Essais", "code_postal": "75001", "ville": "Paris",
    "telephone": "01 99 00 00 01", "courriel": "agence@ofii.test",
}  # fmt: skip
ROME = """"code_rome","code_fiche_em","code_ogr","libelle_rome","statut"
"F1703","1","7100","Maçonnerie","1"
"G1602","2","7101","Personnel de cuisine de collectivité","1"
"G1603","3","7102","Personnel polyvalent en restauration","1"
"K1304","4","7103","Services domestiques","1"
""".encode()

COMPTES: dict[str, Acte] = {
    "core:composants": Acte("agent_ofii", sans_effet="a gallery of components, which keeps nothing"),
    "agents:connexion": Acte("", _connexion, chacun=A_CHACUN_SA_SESSION),
    "agents:deconnexion": Acte("", _session, session_finie=True),
    "agents:jeton_revoquer": Acte("prescripteur", _jeton),
    "agents:mot_de_passe_changer": Acte(
        "", _session, {"old_password": ANCIEN, **CHOISI}, session_finie=True
    ),
    "agents:mot_de_passe_nouveau": Acte("", _lien, CHOISI),
    "agents:mot_de_passe_oublie": Acte("", _oubli),
    # the administration
    "admin:agents_agent_add": Acte("administrateur", saisie=_compte),
    "admin:agents_agent_change": Acte("administrateur", lambda scene: _de(_agent(scene)), {"nom": "Martin"}),
    "admin:agents_agent_changelist": Acte("administrateur", saisie=lambda scene: _choisi("fermer", _agent(scene))),
    "admin:agents_jeton_changelist": Acte("administrateur", saisie=lambda scene: _choisi("revoquer", _jeton(scene))),
    "admin:agents_directionterritoriale_add": Acte("administrateur", saisie=lambda scene: {
        **LIEU, "code": "91", "nom": "Évry", "region": "11",
    }),
    "admin:agents_directionterritoriale_change": Acte(
        "administrateur", lambda scene: _de(scene.monde.direction), {"ville": "Paris 12"}
    ),
    "admin:agents_prestataire_add": Acte("administrateur", saisie=lambda scene: {
        **LIEU, "nom": lettres(),
    }),
    "admin:agents_prestataire_change": Acte(
        "administrateur", lambda scene: _de(make_prestataire(lettres())), {"nom": "Autrement"}
    ),
    "admin:agents_marche_add": Acte("administrateur", saisie=_nouveau_marche),
    "admin:agents_marche_change": Acte("administrateur", _marche, {"fin": "31/12/2031"}),
    "admin:bilan_metier_change": Acte(
        "administrateur", lambda scene: _de(Metier.objects.get(code="G1603")), {"libelle": "Restauration"}
    ),
    "admin:bilan_metier_import": Acte(
        "administrateur", saisie={"fichier": ROME}, chacun="the second import finds nothing to change, and says so"
    ),
    "admin:cai_langue_add": Acte("administrateur", saisie={"code": "zzz", "nom": "Zaza"}),
    "admin:cai_langue_change": Acte("administrateur", _langue, {"synonymes": "autre nom"}),
    "admin:cai_langue_delete": Acte("administrateur", _langue, {"post": "yes"}),
    "admin:cai_pays_add": Acte("administrateur", saisie={"code": "ZZZ", "nom": "Zazaland"}),
    "admin:cai_pays_change": Acte("administrateur", _pays, {"synonymes": "autre nom"}),
    "admin:cai_pays_delete": Acte("administrateur", _pays, {"post": "yes"}),
    "admin:cai_titreadmission_change": Acte(
        "administrateur", lambda scene: _de(TitreAdmission.objects.get(code="L313-11")), {"ordre": "40"}
    ),
}  # fmt: skip
