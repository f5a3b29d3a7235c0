"""Where a quote stands in an article: letter for letter, or differing in nothing but typography.

Two texts are the same words when their normal forms are equal (see ``normalform``). Nothing is matched approximately, and
a quote neither begins nor ends inside a word or a number.

Offsets are those of a W3C Web Annotation TextPositionSelector: code points of the raw text, end exclusive.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import cached_property, lru_cache
from itertools import islice
from typing import NamedTuple

from rapidfuzz import fuzz

from .normalform import UNBROKEN, WORD, NormalForm, has_word, is_mark, stripped
from .schemas.evidence import Match


class Span(NamedTuple):
    """A passage of the raw text: never empty, no white space or invisible character at either end."""

    start: int
    end: int
    match: Match
    """Exact: ``text[start:end]`` is the quote as written, but for white space around it."""


def locate(quote: str, text: str, near: tuple[int, int] | None = None) -> Span | None:
    """The place of one quote. For several quotes of one text keep a TextIndex."""
    return TextIndex(text).locate(quote, near)


def closest(quote: str, text: str) -> str | None:
    """The words that come closest to a quote that wasn't found: a hint, never evidence."""
    found = TextIndex(text).closest(quote)
    return text[slice(*found)] if found else None


def normalise(text: str) -> str:
    """The form in which quotes and texts are compared."""
    return NormalForm(text).text.strip()


class TextIndex:
    """One article, prepared for any number of quotes."""

    def __init__(self, text: str) -> None:
        self.text = text

    def locate(self, quote: str, near: tuple[int, int] | None = None) -> Span | None:
        """The occurrence that lies in ``near``, else one that overlaps it, else the first; exact before normalised.

        ``near`` is the raw range of the cited sentence. Whether the span lies in it is for the caller to see.
        """
        low, high = near or (0, len(self.text))
        written = stripped(quote)
        start = self.text.find(written, low, high)
        if start >= 0 and has_word(written) and _stands_alone(self.text, start, start + len(written)):
            return Span(start, start + len(written), "exact")

        def rank(span: Span) -> tuple[bool, bool, bool]:
            inside = low <= span.start and span.end <= high
            return not inside, span.end <= low or high <= span.start, span.match != "exact"

        best: Span | None = None
        for span in self._spans(written):
            if best is None or rank(span) < rank(best):
                best = span
            if not any(rank(best)):
                break
        return best

    def locate_all(self, quote: str) -> list[Span]:
        """Every occurrence in reading order. Occurrences do not overlap each other."""
        return list(self.occurrences(quote))

    def occurrences(self, quote: str) -> Iterator[Span]:
        """The same one by one, for who needs only some."""
        return self._spans(stripped(quote))

    def stands_in(self, quote: str, parts: Collection[tuple[int, int]]) -> bool:
        """Whether an occurrence lies in one of the parts, of those that :meth:`locate_all` gives."""
        written = stripped(quote)
        asked = _asked(written)
        if asked is None:
            return False
        if asked.plain:
            for low, high in parts:
                start = self.text.find(written, low, high)
                end = start + len(written)
                # East Asian letters count as if no space stood before them.
                if (
                    start >= 0
                    and _stands_alone(self.text, start, end)
                    and self.text[max(0, start - 2) : end + 2].isascii()
                ):
                    return True
        return any(low <= span.start and span.end <= high for span in self._spans(written) for low, high in parts)

    def closest(self, quote: str, within: tuple[int, int] | None = None) -> tuple[int, int] | None:
        """The raw range that comes closest to a quote that wasn't found: a hint, never evidence."""
        if within:
            found = TextIndex(self.text[slice(*within)]).closest(quote)
            return (within[0] + found[0], within[0] + found[1]) if found else None
        wanted, form = normalise(quote)[:_HINT_QUOTE], self._form
        low = 0 if len(form.text) <= _HINT_TEXT else _densest(wanted, form.text)
        passage = form.text[low : low + _HINT_TEXT]
        best = fuzz.partial_ratio_alignment(wanted, passage, score_cutoff=_HINT_SCORE) if wanted and passage else None
        if best is None:
            return None
        words = [m.span() for m in WORD.finditer(passage) if m.start() < best.dest_end and best.dest_start < m.end()]
        return form.raw_range(low + words[0][0], low + words[-1][1]) if words else None

    @cached_property
    def _form(self) -> NormalForm:
        return NormalForm(self.text)

    def _spans(self, quote: str) -> Iterator[Span]:
        form, asked = self._form, _asked(quote)
        if asked is None:
            return
        lead, core, tail, offset, _ = asked
        compared, at = 0, form.text.find(core)
        while at >= 0 and compared < _COMPARED:
            end = at + len(core)
            if form.may_begin(at) and form.may_end(end):
                yield self._as_written(quote, form.raw_start(at) - offset) or Span(
                    *form.widened(at, end, lead, tail), "normalised"
                )
                at = form.text.find(core, end)
            else:
                compared += len(core)
                unbroken = UNBROKEN.match(form.text, at)
                at = form.text.find(core, max(at + 1, unbroken.end() if unbroken else 0))

    def _as_written(self, quote: str, start: int) -> Span | None:
        end = start + len(quote)
        if start < 0 or not self.text.startswith(quote, start):
            return None
        after = self.text[end : end + 1]
        return Span(start, end, "exact") if after.isascii() or not is_mark(after) else None


class _Asked(NamedTuple):
    """A quote as it is looked for."""

    lead: str
    core: str
    tail: str
    offset: int
    """Characters of the quote as written before the core."""
    plain: bool
    """It does not begin as it ends: no two places at which it stands overlap."""


@lru_cache(1 << 12)
def _asked(quote: str) -> _Asked | None:
    """The normal form of a quote in parts (see ``_unwrap``); None if it holds no word."""
    if _SIMPLE.fullmatch(quote):
        core = quote.lower()
        return _Asked("", core, "", 0, _is_plain(core))
    form = NormalForm(quote)
    lead, core, tail = _unwrap(form.text)
    if not has_word(core):
        return None
    return _Asked(lead, core, tail, form.raw_range(len(lead), len(lead) + len(core))[0], _is_plain(core))


def _is_plain(core: str) -> bool:
    at = core.find(core[0], 1)
    while at > 0 and not core.startswith(core[at:]):
        at = core.find(core[0], at + 1)
    return at < 0


_SIMPLE = re.compile(r"(?:[A-Za-z0-9]++(?:(?:[-'.,]|[.,]? )(?=[A-Za-z0-9])|\Z))++")
"""A quote whose normal form is its lower case: Latin letters and digits, with single marks and spaces in between."""
_COMPARED = 50_000_000
"""Characters compared in vain before a quote counts as not found: only text made to be periodic gets there."""
_HINT_QUOTE, _HINT_TEXT, _HINT_SCORE = 400, 10_000, 50
"""Characters of the quote and of the text that a hint is sought with, and its least ``partial_ratio`` (0 to 100)."""


def _densest(wanted: str, text: str) -> int:
    """Where the part of a long text begins that shares most with the quote: pieces of five letters, the rarer the more."""
    shared: dict[int, float] = defaultdict(float)
    part = _HINT_TEXT // 2
    for at in range(0, len(wanted), len(wanted) // 32 + 1):
        hits = [m.start() // part for m in islice(re.finditer(re.escape(wanted[at : at + 5]), text), 100)]
        for hit in hits:
            shared[hit] += 1 / len(hits)
    return max(0, max(shared, key=shared.__getitem__, default=0) * part - part // 2)


def _unwrap(wanted: str) -> tuple[str, str, str]:
    """A normal form as (lead, core, tail): outside the core stands what a writer adds around words that he quotes."""
    end = len(wanted.rstrip(_AROUND).removesuffix("[...]").removesuffix("(...)").rstrip(_AROUND))
    start = len(wanted) - len(wanted.lstrip(_AROUND).removeprefix("[...]").removeprefix("(...)").lstrip(_AROUND))
    if re.search(r"(?<!\.\.)[.,]\Z", wanted[:start]) and wanted[start : start + 1].isdigit():
        start -= 1  # ".5 million" is not "5 million"
    return wanted[:start], wanted[start:end], wanted[end:]


_AROUND = " '\".,;:!?¿¡。、؟،؛।"


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a passage plainly begins and ends with whole words; where it returns False, the normal form tells."""
    first, last, before, after = text[start], text[end - 1], text[start - 1 : start], text[end : end + 1]
    return (
        (first.isalpha() or first in '"“‘')
        and (before in " \n" or start == 0)
        and ((last.isalpha() and after in " \n,.;:!?") or (last in '.,!?"”’' and after in " \n"))
        and not (first.isnumeric() or last.isnumeric())  # 百
    )
