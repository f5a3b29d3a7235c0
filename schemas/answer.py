"""Everything that the model writes about one article: the schema that constrains its answer."""

from __future__ import annotations

from .actor import ActorDraft
from .allegation import AllegationDraft
from .article import PublicationDraft
from .base import Draft
from .denial import DenialDraft
from .excluded import ExcludedDraft
from .response import ResponseDraft
from .source import SourceDraft
from .weapon import WeaponTypeDraft


class Answer(Draft):
    """The records of one article. Empty lists are a valid answer: most articles allege nothing."""

    publication: PublicationDraft
    """What the page says about itself."""
    excluded: list[ExcludedDraft]
    """What tempts and is no allegation."""
    actors: list[ActorDraft]
    """Everybody whom another record names, once each."""
    weapons: list[WeaponTypeDraft]
    """Every kind of weapon that an allegation names."""
    sources: list[SourceDraft]
    """Every speaker."""
    allegations: list[AllegationDraft]
    """Who is said to supply whom."""
    denials: list[DenialDraft]
    """Answers of the accused parties."""
    responses: list[ResponseDraft]
    """Reactions of others."""
