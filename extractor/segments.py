"""The parts of a page: headline, deck, summary, captions and the page's own furniture, told from the body."""

from __future__ import annotations

import re

from .schemas.evidence import Segment


def classify(paragraphs: list[str]) -> list[Segment]:
    """The part of the page that each paragraph belongs to, as many as paragraphs. Where nothing tells it, it is body."""
    segments: list[Segment] = []
    headline: set[str] | None = None
    folded = [_fold(text) if len(text) < 500 else "" for text in paragraphs]
    page = "\n".join(folded)
    signs = [sign for sign in _CREDIT_SIGNS if sign in page]
    before: set[Segment] = set()
    for index, text in enumerate(paragraphs):
        segment: Segment = "body"
        if len(text) < 200 and _is_furniture(text, folded[index]):
            segment = "boilerplate"
        elif _is_credit(text, folded[index], signs) or ("body" in before and _is_doubled(text, paragraphs, index)):
            segment = "caption"
        elif headline is None and "body" not in before and _is_headline(text):
            segment, headline = "headline", _words(text)
        elif "body" not in before and _BULLET.match(text):
            segment = "summary"
        elif headline and segments[-1] == "headline" and not _DATELINE.search(text) and _repeats(text, headline):
            segment = "deck"
        segments.append(segment)
        before.add(segment)
    return segments


def is_ended(text: str) -> bool:
    """Whether a text ends as a sentence does."""
    return text.rstrip().endswith(_SENTENCE_ENDS)


_SENTENCE_ENDS = tuple('.!?…。！？।؟۔"”’»)]:;')
_BULLET = re.compile(r"^[•‣▪◦●·*–—-]\s")
_CREDIT = re.compile(
    r"\b(?:AP|AFP|EPA|Reuters|TASS|Xinhua|Yonhap|KCNA)\s*(?:Photo|/)|/(?:AP|AFP|EPA|Reuters)\b|\bGetty Images\b"
    r"|\bvia (?:AP|AFP|EPA|Reuters|Getty|Associated Press)\b"
    r"|\b(?:image|photo|picture)s? (?:released|provided|taken|made available) by\b|\bfile (?:photo|picture)\b"
    r"|\((?:photo|foto|image)[^)]*\)|\b(?:Photo|Foto|Image credit|Crédit photo|Bild)\s?:",
    re.IGNORECASE,
)
_CREDIT_SIGNS = (
    *("/", "photo", "foto", "image", "picture", "getty", "bild"),
    *("via ap", "via afp", "via epa", "via reuters", "via associated press"),
)
"""What any credit holds one of, folded: quicker to look for."""
_DATELINE = re.compile(r"^[^.!?]{2,60}?\s?(?:—|–|--| - |\([A-Z][\w ]+\))")
"""PLACE — text, PLACE (AGENCY) text: where a report begins, however much it repeats the headline."""
_FURNITURE = re.compile(
    r"(?:read (?:the original|more|also)\b|more to read|sign up\b|subscribe\b|share this|follow us|advertisement\b"
    r"|related (?:stories|articles)|all rights reserved|copyright\b|©|you may occasionally receive|click here"
    r"|already a subscriber|to continue reading|cookies?\b|newsletter\b|the (?:most important )?stories .* inbox"
    r"|this article (?:originally|first) appeared)",
    re.IGNORECASE,
)
"""What a paragraph of the page's own begins with."""
_INBOX = re.compile(r"in your inbox\b", re.IGNORECASE)


def _is_furniture(text: str, folded: str) -> bool:
    if _FURNITURE.match(text) or "글자 크기" in text or "다음뉴스" in text:
        return True
    return "inbox" in folded and _INBOX.search(text) is not None


def _fold(text: str) -> str:
    """Without case, as IGNORECASE takes it: the Turkish letters count as i."""
    return text.casefold().replace("ı", "i").replace("i\u0307", "i")


def _is_credit(text: str, folded: str, signs: list[str]) -> bool:
    """``signs``: those of ``_CREDIT_SIGNS`` that stand on the page, one of which a credit must hold."""
    return any(sign in folded for sign in signs) and _CREDIT.search(text) is not None


def _is_doubled(text: str, paragraphs: list[str], index: int) -> bool:
    """Web pages print a photograph's caption twice, for the eye and for screen readers."""
    if len(text) >= 500:
        return False
    for other in paragraphs[max(0, index - 1) : index] + paragraphs[index + 1 : index + 2]:
        if text == other or (len(text) > 40 and text in other) or (len(other) > 40 and other in text):
            return True
    return False


def _is_headline(text: str) -> bool:
    return len(text) < 250 and not is_ended(text.rstrip("'\"”’»")) and len(_words(text)) >= 3


def _repeats(text: str, headline: set[str]) -> bool:
    words = _words(text)
    return len(text) < 250 and len(words & headline) * 2 >= min(len(words), len(headline))


def _words(text: str) -> set[str]:
    return {w for w in re.findall(r"\w+", text.casefold()) if len(w) > 3}
