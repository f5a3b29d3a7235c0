"""Records of an article assigned to those of its gold, one to one, and what follows counted and listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import UsageError
from .gold import right
from .gold_reading import Reading
from .schemas import Evidence
from .scores import THRESHOLD, Error


@dataclass(frozen=True, eq=False)
class Row:
    """A record of either side, as assignment and error listing need it."""

    id: str
    record: Any
    told: str
    """In a few words."""
    sentences: Sequence[str]
    must: bool = True
    """False: neither its presence nor its absence counts."""
    owner: Row | None = None
    """The predicted claim that it belongs to; for gold the one that stands for its allegation."""
    merges: Sequence[str] = ()
    evidence: Sequence[Evidence] = ()


Alike = Callable[[Row, Row], float]


def assign(similarity: Sequence[Sequence[float]], threshold: float) -> list[tuple[int, int]]:
    """Pairs of row and column, each used once, with the largest sum; pairs below the threshold left out.

    Raises UsageError without scipy.
    """
    try:
        import numpy as np
        from scipy.optimize import linear_sum_assignment
    except ImportError as error:
        raise UsageError("evaluating needs scipy: pip install 'armsledger[evaluate]'") from error
    if not similarity or not similarity[0]:
        return []
    table = np.array(similarity)
    table[table < threshold - 1e-9] = 0.0
    rows, columns = linear_sum_assignment(table, maximize=True)
    return [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if table[r, c] > 0]


class Assignment:
    """The records of one article and its gold: what is right, what is missed, and every error.

    ``file`` names the article in errors.
    """

    def __init__(self, file: str, gold: Reading) -> None:
        self.file = file
        self.gold = gold
        self.counts: Counter[tuple[str, str]] = Counter()
        self.errors: list[Error] = []
        self.faulty: list[Row] = []
        """Records that are false or have a wrong field."""
        self.within: dict[str, str] = {}
        """Gold that is found as a part of other gold."""
        self._spans: dict[str, list[tuple[int, int]]] = {}

    def _match(self, record: str, gold: list[Row], predicted: list[Row], alike: Alike) -> dict[str, Row]:
        """Assigns, counts and lists: what stands for which gold row, by the id of the row."""
        bound = THRESHOLD[record]
        # of two that are equally alike, the one that must be found
        table = [[alike(g, p) * (1 if g.must else 0.999) for p in predicted] for g in gold]
        found = {gold[g].id: predicted[p] for g, p in assign(table, bound * 0.999)}
        for g in (g for g in gold if g.must and g.id not in found):
            for h in (h for h in gold if g.id in h.merges and h.id in found and alike(g, found[h.id]) >= bound):
                found[g.id] = found.pop(h.id)
                break
        for g in (g for g in gold if g.id not in found):
            if part := next((i for i in g.merges if i in found), None):
                self.within[g.id] = part
        self._tally(record, gold, predicted, found)
        return found

    def _tally(self, record: str, gold: list[Row], predicted: list[Row], found: Mapping[str, Row]) -> None:
        used = set(found.values())
        for g in (g for g in gold if g.must):
            if g.id in found:
                self.counts[record, "right"] += 1
            elif g.id not in self.within:
                self.counts[record, "missed"] += 1
                self._error("missed", record, g, None, expected=g.told)
        for p in (p for p in predicted if p.must and p not in used):
            self.counts[record, "wrong"] += 1
            self._error("false", record, None, p, found=p.told)

    def _field(self, record: str, g: Row, p: Row, name: str, ok: bool, expected: Iterable[Any], found: Any) -> None:
        self.counts[f"{record}.{name}", "right" if ok else "wrong"] += 1
        if not ok:
            says = " or ".join(dict.fromkeys(map(told, expected)))
            self._error("wrong_field", record, g, p, field=name, expected=says, found=told(found))

    def _plain(self, record: str, g: Row, p: Row, *names: str) -> None:
        """Fields that are right if they are one of the values that gold has."""
        for name in names:
            says, has = right(g.record, name), getattr(p.record, name)
            self._field(record, g, p, name, has in says, says, has)

    def _date(self, record: str, g: Row, p: Row, name: str) -> None:
        says, has = right(g.record, name), getattr(p.record, name)
        text, edtf = (has.text, has.edtf) if has else (None, None)
        self._field(record, g, p, name, plain(text) in {plain(s) for s in says}, says, text)
        dated = [self.gold.edtf(s) for s in says]
        self._field(record, g, p, f"{name}_edtf", edtf in dated, dated, edtf)

    def _error(self, kind: Any, record: str, g: Row | None, p: Row | None, **values: Any) -> None:
        if p and kind in {"false", "wrong_field"}:
            self.faulty.append(p)
        sentences = dict.fromkeys((*(g.sentences if g else ()), *(p.sentences if p else ())))
        ids = {"gold": g.id if g else None, "predicted": p.id if p else None}
        blank: dict[str, Any] = {"field": None, "expected": None, "found": None}
        self.errors.append(
            Error(kind=kind, record=record, article=self.file, sentences=list(sentences), **ids, **blank | values)
        )

    def _evidence(self, g: Row, p: Row) -> float:
        quotes = [spans for quote in g.sentences if (spans := self._located(quote))]
        grades = [[max(_grade(e, span) for span in spans) for spans in quotes] for e in p.evidence]
        if not quotes or not grades:
            return 0.0
        theirs = [max(column) for column in zip(*grades, strict=True)]
        return float(max(sum(map(max, grades)) / len(grades), sum(theirs) / len(theirs)))

    def _located(self, quote: str) -> list[tuple[int, int]]:
        if quote not in self._spans:
            self._spans[quote] = self.gold.spans([quote])
        return self._spans[quote]


def overlap(a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Whether two ranges have a place in common."""
    return a[0] < b[1] and b[0] < a[1]


def _grade(e: Evidence, span: tuple[int, int]) -> float:
    """1: words in common; 0.5: only the sentence."""
    if overlap((e.start, e.end), span):
        return 1.0
    return 0.5 * overlap((e.start - len(e.prefix), e.end + len(e.suffix)), span)


def plain(text: str | None) -> str:
    """Words without case, quote marks and surrounding punctuation."""
    return " ".join((text or "").casefold().translate(_QUOTES).split()).strip(" .,;:")


_QUOTES = dict.fromkeys(map(ord, "\"'“”„«»‘’`"))


def told(value: Any) -> str:
    """A value in words."""
    if isinstance(value, frozenset | set | list):
        return ", ".join(sorted(map(str, value))) or "nobody"
    return "none" if value is None else str(value)
