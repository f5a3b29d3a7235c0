"""Where in an article a record stands."""

from __future__ import annotations

from typing import Literal

from .base import Draft, Record

Segment = Literal["headline", "deck", "summary", "body", "caption", "boilerplate"]
"""The part of a page that a sentence belongs to."""

Match = Literal["exact", "normalised"]
"""How a cited phrase agrees with the raw text. Normalised: only white space, case, quote marks,
dashes, invisible characters or the Unicode form differ; never a word, a number or a name."""


class Citation(Draft):
    """One piece of evidence, as the model cites it."""

    sentence: int
    """The number that stands in front of the sentence."""
    phrase: str
    """5 to 25 words copied from that sentence, letter for letter: the part that says what the record says."""


class Evidence(Record):
    """A place in the raw text: a W3C Web Annotation TextQuoteSelector and TextPositionSelector in one.

    The invariant, on every record that is kept: ``raw_text[start:end] == exact``.
    ``prefix + exact + suffix`` is the sentence (or run of sentences) as printed.
    """

    article_id: str
    """The article quoted."""
    exact: str
    """The quoted words, as the raw text has them."""
    prefix: str
    """The words of the same sentence before the quote."""
    suffix: str
    """The words of the same sentence after the quote."""
    start: int
    """First character of ``exact`` in the raw text, counted in Unicode code points from 0."""
    end: int
    """One past the last character of ``exact``."""
    sentence: int
    """Number of the sentence in which the quote begins, counted from 1."""
    match: Match
    """How the phrase that the model wrote agrees with ``exact``."""
    segment: Segment
    """The part of the page that the quote stands in."""
    cited_sentence: int | None
    """The sentence number that the model gave, where it was wrong and the phrase identified the place."""
