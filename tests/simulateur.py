"""The partner in tests is the simulator, run for real: a process, a port, a store of its own."""

import copy
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests

RACINE = Path(__file__).resolve().parents[1]
API = "/partenaire/bilans-ofii/v1"
JETON = "/connexion/oauth2/access_token"
SCOPE = "api_bilans-ofiiv1"

# The smallest deposit that says something in every part of the contract.
DEPOT: dict[str, Any] = {
    "numeroCai": "75-2010-000123",
    "signataire": {"nom": "N’Guessan", "prenom": "Aya", "age": 29, "sexe": "F", "nationalite": "CIV"},
    "niveauFormation": "IV",
    "langues": [{"langue": "fr", "parlee": True, "comprise": True, "niveau": "A2"}],
    "diplomes": [{"intitule": "Baccalauréat série D", "pays": "CIV", "annee": 1999, "reconnu": "OUI"}],
    "experiences": [{"metier": "Couturière", "codeRome": "B1803", "pays": "CIV", "debut": "2001-09", "fin": "2008-06"}],
    "rechercheEmploi": {
        "inscritPoleEmploi": False,
        "freins": ["GARDE_ENFANTS"],
        "besoinsFormation": [{"domaine": "FRANCAIS_PROFESSIONNEL", "intitule": "Français de la couture"}],
    },
    "synthese": {
        "version": 1,
        "realiseLe": "2010-05-12",
        "dureeMinutes": 150,
        "metiers": [{"codeRome": "D1207", "rang": 1}],
        "preconisations": ["Viser un atelier de retouche."],
    },
    "consentement": {
        "reference": "8d9f3c1e-6d0a-4c55-9f6e-2f6a1f1c2b3d",
        "recueilliLe": "2010-05-12T14:00:00+02:00",
        "versionTexte": "2010-1",
    },
}


def un_depot(numero: str = DEPOT["numeroCai"], *, version: int = 1) -> dict[str, Any]:
    """A body of one's own, to be spoilt at will."""
    depot = copy.deepcopy(DEPOT)
    depot["numeroCai"] = numero
    depot["synthese"]["version"] = version
    return depot


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class SimulateurEnProcessus:
    """Started on a free port of the loopback; the port and the store stay the same when it is started again.

    Use as a context manager, or `start()` and `stop()`. Its control methods speak JSON to `/_controle/`.

    Every request of the client is held against the contract: at the end of the context, and before each `reset()`,
    what one has broken fails the test, whatever was answered. A test that breaks the contract on purpose says so, by
    `exigeant=False` or by `oublier_entorses()`.
    """

    client_id = "ofii-cai"
    client_secret = "secret-du-simulateur"

    def __init__(self, store: Path, *options: str, exigeant: bool = True) -> None:
        self.store = store
        self.exigeant = exigeant
        self.options = options
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "SimulateurEnProcessus":
        return self.start()

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        try:
            if failure is None and self._server is not None:
                self.check_requests()
        finally:
            self.stop()

    def start(self, *, patience: float = 20) -> "SimulateurEnProcessus":
        """Returns when it answers; raises RuntimeError when it does not."""
        command = [sys.executable, "-m", "poleemploi.simulateur", "--port", str(self.port), "--store", str(self.store)]
        environ = {k: v for k, v in os.environ.items() if not k.startswith("SIMULATEUR_")}
        # A session of its own, so that a kill takes the server and its worker together.
        self._server = subprocess.Popen([*command, *self.options], env=environ, start_new_session=True)
        end = time.monotonic() + patience
        while time.monotonic() < end and self._server.poll() is None:
            try:
                requests.get(f"{self.url}/sante", timeout=2)
            except requests.ConnectionError:
                time.sleep(0.05)
            else:
                return self
        self.kill()
        raise RuntimeError("The simulator did not start.")

    def stop(self) -> None:
        """Asks it to end, and makes sure that it does."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """kill -9, the worker included."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._server is None:
            return
        if self._server.poll() is None:
            os.killpg(self._server.pid, how)
        try:
            self._server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait(timeout=10)
        self._server = None

    # Control

    def panne(self, genre: str, **options: Any) -> dict[str, Any]:
        """Switches a fault on; options are those of the control API: operation, nombre, numeroCai, secondes, ..."""
        return self._control("POST", "pannes", {"genre": genre, **options})

    def pannes(self) -> list[dict[str, Any]]:
        """The faults in force."""
        return self._control("GET", "pannes")["pannes"]

    def reparer(self, identifiant: str) -> None:
        """Switches off one fault; refused when it is not in force any more."""
        self._control("DELETE", f"pannes/{identifiant}")

    def sans_panne(self) -> None:
        self._control("DELETE", "pannes")

    def depots(self) -> list[dict[str, Any]]:
        """Accepted deposits, oldest first: identifiant, cle, etat, numeroCai, version, corps, receptions, ..."""
        return self._control("GET", "depots")["depots"]

    def requetes(self, operation: str | None = None) -> list[dict[str, Any]]:
        """What reached the partner, oldest first: operation, cle, correlation, statut, code, panne, rejouee, ..."""
        requests_ = self._control("GET", "requetes")["requetes"]
        return [one for one in requests_ if operation is None or one["operation"] == operation]

    def publier(self, type: str, numero_cai: str, donnees: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Publishes an event of the return flow; options: referenceAccuse, survenuLe, livraisons, brut."""
        wish = {"type": type, "numeroCai": numero_cai, "donnees": donnees, **options}
        return self._control("POST", "evenements", wish)

    def relivrer(self, evenement: str) -> None:
        self._control("POST", f"evenements/{evenement}/livraisons")

    def revoquer_jetons(self) -> int:
        return int(self._control("DELETE", "jetons")["revoques"])

    def jeton(self, **options: Any) -> str:
        """A token of any scope (`portee`) and life (`secondes`), by the back door."""
        return str(self._control("POST", "jetons", options)["access_token"])

    def entorses(self) -> list[dict[str, Any]]:
        """What requests broke of the contract, oldest first: methode, adresse, operation, chemin, motif."""
        return self._control("GET", "entorses")["entorses"]

    def oublier_entorses(self) -> None:
        self._control("DELETE", "entorses")

    def check_requests(self) -> None:
        """Raises AssertionError when a request broke the contract since the last time, and forgets it."""
        if self.exigeant and (found := self.entorses()):
            self.oublier_entorses()
            raise AssertionError(f"The client broke the contract: {found}")

    def reset(self) -> None:
        self.check_requests()
        self._control("POST", "reset")

    def _control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = requests.request(method, f"{self.url}/_controle/{path}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json() if answer.content else None
