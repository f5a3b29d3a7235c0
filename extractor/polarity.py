"""Whether words deny or negate: a cheap second look at evidence that is said to affirm something."""

from __future__ import annotations

import re

# Stems of denial and negation. A hit only flags a record for the reader, so a few too many cost little.
_AGAINST = re.compile(
    r"(?<!\w)(?:"
    r"den(?:y|ies|ied|ying|ials?)|refut\w+|reject(?:s|ed|ing)?|dismiss(?:es|ed|ing)?|no (?:evidence|indication|proof|sign)|never"
    r"|(?:did|does|do|has|have|had|was|were|is|are|will|would)(?: not|n['’]t)|cannot|can['’]t|baseless|groundless|untrue|not true"
    r"|bestreite\w*|bestritt\w*|dementier\w*|zurückgewiesen|wies\w* .{0,40}zurück|nicht|keine?[mnrs]?|nie(?:mals)?"
    r"|dément\w*|nie(?:nt|r|)|rejet\w+|n['’]\w+ (?:pas|jamais|aucun\w*)|ne \w+ (?:pas|jamais|aucun\w*)|aucune? preuve"
    r"|nieg\w+|neg(?:ó|aron|ado|ar)|desmint\w+|desment\w+|rechaz\w+|nunca|sin pruebas|no (?:ha|han|hay|había)"
    r"|neg(?:a|ou|aram)|desment\w+|rejeit\w+|nunca|não"
    r"|smentisc\w+|smentit\w+|nega(?:to|no|)|respin\w+|non|mai"
    r"|опроверг\w*|отрица\w+|отверг\w*|не|никогда|спросту\w+|заперечу\w+|ніколи"
    r"|yalanla\w+|reddet\w+|asla"
    r"|[وف]?(?:نفى|نفت|ينفي|تنفي|لم|لا|لن|ليس|ليست)|تکذیب|رد کرد|نیست"
    r")\b"
    r"|부인|일축|사실이 아니|않았|아니라고|否認|否定|否认|ない|ません|没有|沒有|खंडन|इनकार|नहीं"
)
_CASE = str.maketrans("İıſ\u1c80\u1c81\u1c82\u1c83\u1c84\u1c85", "iisвдостт")
"""Letters that are the same but for case, though ``str.lower`` leaves them apart: those of ``re.IGNORECASE``."""


def speaks_against(quote: str) -> bool:
    """Whether the quoted words themselves hold a word of denial or negation."""
    return _AGAINST.search(quote.translate(_CASE).lower()) is not None
