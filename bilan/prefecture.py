"""What the préfecture reads of a bilan: four words, and never why, nor what it said, nor what was consented to.

Reference B, last lines; L. 6313-10 code du travail [V][D]. Every paper for the préfecture takes its word from here.
"""

FAIT, NON_FAIT, DIFFERE = "fait", "non fait", "différé"
# Ground -> its letter in R. 311-26 I, in the order of the text.
LETTRES = {"mineur_scolarise": "a", "plus_de_55_ans": "b", "titre_l313_8_9_10": "c", "en_emploi_non_demandeur": "d"}
_MOTS = {"suivie": FAIT, "differee_motif_legitime": DIFFERE}


# rule: C.9-quatre-mots, E.2-sans-effet
def mot_du_bilan(statut_prestation: str, motif_principal: str) -> str:
    """« fait », « non fait », « différé », or « dispensé » with the letter of its ground.

    ``statut_prestation`` is the state of the bilan's prestation, empty when none was ever written; ``motif_principal``
    the ground retained, which only an exemption looks at. Every state unknown here reads « non fait ».
    """
    if statut_prestation == "exemptee":
        lettre = LETTRES.get(motif_principal, "")
        return f"dispensé (R. 311-26 I, {lettre})" if lettre else "dispensé"
    return _MOTS.get(statut_prestation, NON_FAIT)
