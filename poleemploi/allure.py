"""How many deposits to claim at once: as many as the partner's pace lets leave in time, one after a trouble."""

TAILLE_MAX = 64


class Allure:
    """The size of the next lot of one process. It doubles while lots are quickly sent, and never promises too much."""

    def __init__(self, taille: int = 4) -> None:
        self.taille = taille

    def learn(self, *, partis: int, secondes: float, delai: float) -> None:
        """``partis`` requests took ``secondes``; a lot is to take half of ``delai``, so that all of it leaves."""
        fits = int(partis * delai / 2 / secondes) if secondes > 0 else TAILLE_MAX
        self.taille = max(1, min(fits, 2 * self.taille, TAILLE_MAX))

    def slow_down(self) -> None:
        """The partner is in trouble: one request at a time tells as much as many."""
        self.taille = 1
