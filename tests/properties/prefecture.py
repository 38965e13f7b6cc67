"""What the direction asks of the préfet about the contract, and what he decides, while the bilan takes its course."""

from datetime import timedelta
from typing import Any

from bilan import prefet
from bilan.models import Bilan
from cai.models import PropositionPrefet
from tests.factories.prefet import MOTIVATION
from tests.properties.contrat import GENRES
from tests.properties.jours import un_an
from tests.properties.marche import Marche, Pick, acte

JOUR = timedelta(days=1)
ECRIVAINS = ["agent_ofii", "prescripteur", "directeur"]
INTRUS = ["correspondant", "conseiller", "prescripteur d’ailleurs"]


class Prefecture(Marche):
    @acte(2)
    def propose(self, pick: Pick) -> None:
        genre = pick(["prorogation", *GENRES])
        self._propose(genre, pick, par=pick(["directeur"] * 8 + ["prescripteur", "correspondant"]))

    @acte(2, quand=lambda self: self.modele.langue_en_cours or self.modele.etat == "absent_motif_legitime")
    def ask_for_more_time(self, pick: Pick) -> None:
        """A prorogation, and sometimes the end of the contract before it is decided."""
        self._propose("prorogation", pick, par="directeur")
        if self.modele.devant_le_prefet("prorogation") and pick((True, False, False)):
            self._pass(max(self.modele.echeance - self.temps.metier.date(), JOUR) + JOUR)

    def _propose(self, genre: str, pick: Pick, *, par: str) -> None:
        dit: dict[str, Any] = {"genre": genre, "motivee": pick([True] * 7 + [False])}
        today, terms = self.temps.metier.date(), {}
        if genre == "prorogation":
            dit |= {"titre_renouvele": pick([True] * 7 + [False]), "jusque": pick(self._ends())}
            terms = {
                "titre_renouvele_le": today if dit["titre_renouvele"] else None,
                "echeance_proposee": dit["jusque"],
            }
        self.play(
            "proposer",
            par,
            lambda bilan, by: prefet.propose(
                contrat=bilan.contrat,
                type_proposition=genre,
                motivation=MOTIVATION if dit["motivee"] else "Absent.",
                by=by,
                **terms,
            ),
            **dit,
        )

    def _ends(self) -> list[Any]:
        """Days until which a contract might be prolonged: two that may be, on its first day, and two that may not."""
        last = un_an(self.modele.premiere)
        return [self.modele.premiere + 180 * JOUR, last, last, self.modele.echeance, last + JOUR]

    @acte(2, quand=lambda self: self.modele.manquement or self.modele.etat == "absent_sans_motif")
    def report_a_failing(self, pick: Pick) -> None:
        """A résiliation, and most often the letter that follows."""
        self._propose("resiliation", pick, par="directeur")
        if "resiliation" in self.modele.propositions and pick((True, True, False)):
            self.letter_of_intention(pick)

    @acte(3, quand=lambda self: "resiliation" in self.modele.propositions)
    def letter_of_intention(self, pick: Pick) -> None:
        today = self.temps.metier.date()
        recue = pick([today, today, today, today + JOUR, self.modele.propositions["resiliation"].jour - JOUR])
        self._on(
            "notifier_intention",
            "resiliation",
            pick(ECRIVAINS * 3 + INTRUS),
            lambda row, by: prefet.record_intention(proposition=row, date_reception=recue, by=by),
            recue=recue,
        )

    @acte(3, quand=lambda self: self.modele.propositions)
    def the_prefet_decides(self, pick: Pick) -> None:
        genre = pick(sorted(self.modele.propositions))
        proposition = self.modele.propositions[genre]
        if genre == "resiliation" and pick((True, True, False)):
            self._pass(timedelta(days=pick([28, 31, 33, 40])))
        today = self.temps.metier.date()
        jour = pick([today, today, today, today - JOUR, proposition.jour - JOUR, today + JOUR])
        accord = pick((True, True, False) if genre == "prorogation" else (True, False, False))
        jusque = {"jusque": pick(self._ends())} if genre == "prorogation" and accord else {}
        self._on(
            "decider",
            genre,
            pick(ECRIVAINS * 3 + INTRUS),
            lambda row, by: prefet.decide(
                proposition=row,
                decision="accord" if accord else "refus",
                date_decision=jour,
                reference_acte="2011-042",
                echeance_accordee=jusque.get("jusque"),
                by=by,
            ),
            accord=accord,
            jour=jour,
            **jusque,
        )

    @acte(1, quand=lambda self: self.modele.propositions)
    def give_up(self, pick: Pick) -> None:
        genre, par = pick(sorted(self.modele.propositions)), pick(["directeur", "directeur", "agent_ofii"])
        self._on(
            "renoncer", genre, par, lambda row, by: prefet.abandon(proposition=row, motif="Plus de raison.", by=by)
        )

    def _on(self, nom: str, genre: str, par: str, act: Any, **dit: Any) -> None:
        """About the latest proposal of this type, decided or not."""

        def _about(bilan: Bilan, by: Any) -> object:
            rows = PropositionPrefet.objects.filter(contrat=bilan.contrat_id, type=genre)
            return act(rows.latest("prepare_at", "created_at"), by)

        self.play(nom, par, _about, genre=genre, **dit)
