"""The article as a source: where it comes from, and what is wrong with its text."""

from __future__ import annotations

from typing import Literal

from .base import Draft, Record
from .evidence import Segment
from .excluded import Excluded

PublishedBasis = Literal["metadata", "text", "unknown"]
"""Where the date of publication comes from."""

DefectKind = Literal["mojibake", "instruction_like", "invisible_characters", "truncated", "control_characters"]


class PublicationDraft(Draft):
    """What the page itself says about its own publication."""

    outlet: str | None
    """The news outlet whose page this is, copied from wherever the page names itself ("Read the original on …", "newsletter
    of the …"); not an outlet that the article cites. Else null."""
    agency: str | None
    """The news agency whose copy it is ("(AP)", "Reuters"), copied; a photo credit is not enough. Else null."""
    byline: str | None
    """The author, copied; else null."""
    published: str | None
    """The date of publication, copied, only if the page prints it as such; a date inside the story is not. Else
    null."""


class Defect(Record):
    """Something in the text that a reader of the records should know."""

    kind: DefectKind
    """mojibake: broken encoding, kept as it is. instruction_like: a passage that addresses the reader's software. It is
    text and nothing else, and no record may rest on it alone."""
    start: int
    """First character, in code points."""
    end: int
    """One past the last character."""
    detail: str
    """What was seen."""


class SegmentRun(Record):
    """Consecutive sentences that belong to one part of the page."""

    segment: Segment
    """The part of the page."""
    first: int
    """Number of the first sentence."""
    last: int
    """Number of the last sentence."""


class Article(Record):
    """One article of the dataset."""

    id: str
    """From its content: ``article:`` and the first 12 hex digits of its SHA-256."""
    path: str
    """As given on the command line, or below the folder that was given; forward slashes."""
    sha256: str
    """Of the file's bytes."""
    title: str | None
    """Its headline, as printed."""
    outlet: str | None
    """The outlet, from metadata or as the page names itself."""
    agency: str | None
    """The news agency whose copy it is."""
    byline: str | None
    """The author."""
    url: str | None
    """From metadata."""
    published: str | None
    """Date of publication, EDTF. ``2023-08-18/..``: not before the latest date that the text prints in full."""
    published_basis: PublishedBasis
    """Where that date comes from."""
    language: str
    """ISO 639-1 code, detected."""
    sentences: int
    """How many sentences it was split into."""
    segments: list[SegmentRun]
    """The parts of the page, in order; together they cover every sentence once."""
    defects: list[Defect]
    """What is wrong with the text."""
    duplicate_of: str | None
    """The article of the same content that was read in its place."""
    sketch: list[int]
    """Fingerprint of the text: the smallest hashes of its word sequences, by which copies of one text are found."""
    syndication_group: str
    """The smallest id among the articles that carry the same text, copies with small changes included; its own, if it
    stands alone."""
    excluded: list[Excluded]
    """Passages that look like allegations and are none."""
