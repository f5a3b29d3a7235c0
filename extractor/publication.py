"""An article as a source: what is known of it, and when it was published."""

from __future__ import annotations

from . import dates
from .articles import Document
from .copies import sketch
from .schemas import Article, PublicationDraft
from .schemas.article import PublishedBasis
from .schemas.evidence import Segment

FURNITURE: frozenset[Segment] = frozenset({"boilerplate", "caption"})


def article_record(
    document: Document, publication: PublicationDraft | None, *, duplicate_of: str | None = None
) -> Article:
    """The article as a source. Metadata is stronger than what the page says; a date inside the story is only a lower bound."""
    known = document.metadata
    published, basis = _published(document, publication)
    return Article(
        id=document.id,
        path=document.path,
        sha256=document.sha256,
        title=known.get("title") or document.headline,
        outlet=known.get("outlet") or (publication.outlet if publication else None),
        agency=known.get("agency") or (publication.agency if publication else None),
        byline=known.get("byline") or (publication.byline if publication else None),
        url=known.get("url"),
        published=published,
        published_basis=basis,
        language=document.language,
        sentences=len(document.sentences),
        segments=document.segments,
        defects=document.defects,
        duplicate_of=duplicate_of,
        sketch=sketch(_story(document)),
        syndication_group=document.id,
        excluded=[],
    )


def _published(document: Document, publication: PublicationDraft | None) -> tuple[str | None, PublishedBasis]:
    if document.metadata.get("published"):
        return document.metadata["published"], "metadata"
    if publication and publication.published:
        printed = dates.resolve(publication.published, None, document.language)
        if printed.edtf:
            return printed.edtf, "text"
    latest = dates.latest_full_date(_dated_parts(document), document.language)
    return (f"{latest}/..", "text") if latest else (None, "unknown")


def _story(document: Document) -> str:
    """The text that makes an article what it is: no captions, and nothing that the page prints around every story."""
    return "\n".join(document.raw[s.start : s.end] for s in document.sentences if s.segment not in FURNITURE)


def _dated_parts(document: Document) -> str:
    """Captions and the opening sentence: a photograph was taken, and a dateline written, before the page was published. A
    date elsewhere in the story may lie ahead of it."""
    opening = next((s for s in document.sentences if s.segment == "body"), None)
    parts = [s for s in document.sentences if s.segment == "caption" or s is opening]
    return "\n".join(document.raw[s.start : s.end] for s in parts)
