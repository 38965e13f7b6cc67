# `make` lists the targets. Everything runs from .venv, made and kept up to date by the targets that need it.
.DEFAULT_GOAL := aide
.PHONY: aide run demo test properties races faults bench-exchange lint fix types controles regles etats champs captures planche lock clean local dev
MAKEFLAGS += --no-print-directory
.NOTPARALLEL:
PY := .venv/bin/python
GABARITS := templates poleemploi/simulateur/templates

aide: ## cette liste
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

run: local ## démarre toute l’application sur cette machine (PORT=8000) ; Ctrl-C l’arrête
	@exec $(PY) -m core.lancement

demo: local ## mène un dossier de l’ouverture à l’accusé de réception, dans ce terminal
	@exec $(PY) -m core.lancement $(PY) manage.py demo

test: dev ## tous les essais, navigateur compris, sur des serveurs d’un instant
	@sh outils/systeme.sh navigateur
	@sh outils/systeme.sh lecture
	@exec $(PY) -m core.embedded sh outils/essais.sh

properties: dev ## cent mille actes au hasard, confrontés au modèle de référence
	@exec $(PY) -m core.embedded sh outils/proprietes.sh

races: dev ## dix mille courses entre un retrait et un envoi (RACES), mille histoires du canal
	@exec $(PY) -m core.embedded sh outils/races.sh

faults: dev ## épisodes de pannes au hasard sur une installation entière (EPISODES=500, SEED, EPISODE pour en rejouer un)
	@exec $(PY) -m tests.faults --episodes $(or $(EPISODES),500) $(if $(SEED),--seed $(SEED)) $(if $(EPISODE),--episode $(EPISODE))

bench-exchange: dev ## débit de l’émetteur, comparé à celui du seul client HTTP (LIGNES, LONGUE, TOURS, PROCESSUS)
	@exec $(PY) -m core.embedded --durable $(abspath $(PY)) -m bench.echange $(if $(LIGNES),--lignes $(LIGNES)) \
		$(if $(LONGUE),--longue $(LONGUE)) $(if $(TOURS),--tours $(TOURS)) $(if $(PROCESSUS),--processus $(PROCESSUS))

lint: dev ## style, gabarits, règles d’importation
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	@$(PY) -m djlint --check --quiet $(GABARITS)
	@$(PY) -m djlint --lint --quiet $(GABARITS)
	.venv/bin/lint-imports

fix: dev ## met le code et les gabarits en forme
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	-$(PY) -m djlint --reformat --quiet $(GABARITS)

types: dev ## vérifie les types
	$(PY) -m mypy .

controles: dev ## migrations, réglages de production, fichier compose
	@exec $(PY) -m core.embedded sh outils/controles.sh

regles: dev ## refait docs/regles.md : chaque règle, son code, ses essais
	$(PY) -m outils.regles

etats: dev ## refait docs/etats.md : les états, leurs passages, qui peut les faire
	$(PY) -m outils.etats

champs: dev ## refait docs/champs.md : ce qui part chez Pôle emploi, d’où et pourquoi
	$(PY) -m outils.champs

captures: dev ## photographie chaque page de l’application démarrée (make run) dans captures/
	@sh outils/systeme.sh navigateur
	@exec $(PY) -m outils.captures

planche: dev ## refait les planches de docs/images : une vignette de chaque courrier et PDF, en chaque langue
	@sh outils/systeme.sh lecture
	@exec $(PY) -m outils.planche

lock: ## refait les fichiers de paquets verrouillés (demande uv)
	@command -v uv >/dev/null || { echo "uv manque : installez-le (pip install uv), puis recommencez." >&2; exit 1; }
	uv pip compile $(UV_OPTIONS) pyproject.toml -o requirements.txt
	uv pip compile $(UV_OPTIONS) --extra local -c requirements.txt pyproject.toml -o requirements-local.txt
	uv pip compile $(UV_OPTIONS) --extra local --extra dev -c requirements-local.txt pyproject.toml -o requirements-dev.txt
UV_OPTIONS := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

clean: ## efface l’environnement Python, les données d’essai et les fichiers produits
	@sh outils/nettoyage.sh

local:
	@sh outils/venv.sh local
	@sh outils/systeme.sh pdf

dev:
	@sh outils/venv.sh dev
	@sh outils/systeme.sh pdf
