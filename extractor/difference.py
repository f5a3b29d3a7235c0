"""What differs between two datasets, why in all likelihood, and how much of it repeated runs differ in anyway."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any, Literal, NamedTuple

from .causes import Cause, Causes
from .errors import UsageError
from .pairing import Pairing
from .rows import KINDS, Kind, Row, rows
from .schemas import Dataset

What = Literal["added", "lost", "changed"]

REPEATS = 2
"""So many runs of one configuration at least make a noise floor."""
SAID: tuple[Kind, ...] = ("claim", "denial statement", "response", "article", "failure")
"""What articles say, and which articles; everything else follows from it."""
_CLOSED = frozenset({"stage", "scope", "kind", "basis", "certainty", "polarity", "contested", "origins", "denier"})
"""Fields with few values: a value that no repeated run gave is beyond the noise, even if the field varies."""
_OF_MERGING = frozenset({"claims", "contested", "denials", "review", "grades", "edits", "relations", "conflicts"})


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field with another value."""

    field: str
    old: Any
    new: Any
    noise: float | None = None
    """The share of pairs of repeated runs that differ in this field of this record; None: unknown."""


@dataclass(frozen=True, slots=True)
class Change:
    """One record that is not the same."""

    kind: Kind
    what: What
    old: str | None
    """Its id in the old dataset."""
    new: str | None
    article: str | None
    """Path of the article that it rests on, if it is one."""
    label: str
    fields: tuple[FieldChange, ...]
    """What differs; empty for what was added or lost."""
    cause: Cause
    why: str
    noise: float | None = None
    """The share of pairs of repeated runs of which one has the record and the other doesn't; None: unknown."""
    within_floor: bool = False
    """Whether repeated runs of one configuration differ in the same."""


@dataclass(frozen=True, slots=True)
class Count:
    """Where every record of one kind went."""

    kept: int
    changed: int
    added: int
    lost: int
    within_floor: int
    """Of those changed, added or lost."""


@dataclass(frozen=True, slots=True)
class Floor:
    """How much repeated runs of one configuration differ."""

    repeats: int
    differing: dict[Kind, float]
    """Records changed, added or lost between two of them, on average."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs. Every record of both datasets is in ``kept`` or in ``changes``, once."""

    changes: tuple[Change, ...]
    kept: tuple[tuple[Kind, str, str], ...]
    """Kind, old and new id of what says the same in both."""
    runs: dict[str, tuple[list[Any], list[Any]]]
    """The choices in which the runs differ (model, prompt_sha256, …), with the values of the old and the new ones."""
    elsewhere: tuple[str, ...]
    """Parts of the datasets that differ though no record does: what it cost, which run it was, fingerprints."""
    floor: Floor | None
    """None: the noise floor is unknown."""

    def __bool__(self) -> bool:
        """Whether any record differs."""
        return bool(self.changes)

    @property
    def beyond_floor(self) -> tuple[Change, ...]:
        """What repeated runs do not differ in; everything, if the floor is unknown."""
        return tuple(c for c in self.changes if not c.within_floor)

    @property
    def counts(self) -> dict[Kind, Count]:
        """Where every record went, by kind."""
        of = Counter((c.kind, c.what) for c in self.changes)
        kept, within = Counter(k for k, _, _ in self.kept), Counter(c.kind for c in self.changes if c.within_floor)
        return {
            k: Count(kept[k], of[k, "changed"], of[k, "added"], of[k, "lost"], within[k])
            for k in KINDS
        }  # fmt: skip

    def to_json(self) -> str:
        """Everything, as JSON."""
        counts = {k: asdict(c) for k, c in self.counts.items()}
        causes = Counter(c.cause for c in self.changes)
        content = {"counts": counts, "causes": dict(sorted(causes.items())), **asdict(self)}
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def diff(old: Dataset, new: Dataset, noise: Sequence[Dataset] = ()) -> Difference:
    """What differs between two datasets.

    ``noise``: datasets of repeated runs of one configuration on the same articles (``old`` among them, if it is one).
    What they differ in among themselves is marked in the result. Raises UsageError for fewer than two, and for repeats
    of different configurations.
    """
    pairing = Pairing(rows(old), rows(new))
    causes = Causes(old, new, pairing)
    floor = _Repeats(noise, pairing) if noise else None
    found, kept = _compared(pairing)
    made = [_change(pairing, causes, f) for f in found]
    changes = [floor.marked(c) if floor else c for c in made]
    order = {kind: n for n, kind in enumerate(KINDS)}
    changes.sort(
        key=lambda c: (order[c.kind], c.within_floor, c.article or "", c.what, *sorted((c.old or "", c.new or "")))
    )
    kept.sort(key=lambda k: (order[k[0]], k[1]))
    return Difference(tuple(changes), tuple(kept), causes.runs, _elsewhere(old, new), floor.floor if floor else None)


class _Found(NamedTuple):
    kind: Kind
    old: str | None
    new: str | None
    fields: list[tuple[str, Any, Any]]


def _compared(pairing: Pairing) -> tuple[list[_Found], list[tuple[Kind, str, str]]]:
    """What differs, and what doesn't: what articles say first, since the rest follows from it.

    Of an allegation or denial whose statements changed, only what they do not say themselves is a difference: who belongs
    to it, who stands behind it, who denies it.
    """
    found: list[_Found] = []
    kept: list[tuple[Kind, str, str]] = []
    touched: set[str | None] = set()
    for kind in sorted(KINDS, key=lambda k: k not in SAID):
        for o, n in pairing.pairs(kind):
            fields = pairing.differing(kind, o, n) if o and n else []
            if o and n and kind in {"allegation", "denial"}:
                members = {*pairing.old[kind][o].members, *pairing.new[kind][n].members}
                fields = [f for f in fields if not members & touched or _is_merging(f[0])]
            if o and n and not fields:
                kept.append((kind, o, n))
                continue
            found.append(_Found(kind, o, n, fields))
            if kind in SAID:
                touched |= {o, n}
    return found, kept


def _change(pairing: Pairing, causes: Causes, found: _Found) -> Change:
    kind, o, n, fields = found
    before, after = pairing.old[kind].get(o or ""), pairing.new[kind].get(n or "")
    cause, why = causes.of(before, after, {name for name, _, _ in fields})
    row = after or before
    assert row is not None  # noqa: S101 - one of the two ids is given
    what: What = "changed" if o and n else "added" if n else "lost"
    return Change(kind, what, o, n, causes.path(row), row.label, tuple(FieldChange(*f) for f in fields), cause, why)


def _is_merging(name: str) -> bool:
    return name in _OF_MERGING or name.startswith("corroboration.") or name in {"statements", "targets"}


def _elsewhere(old: Dataset, new: Dataset) -> tuple[str, ...]:
    names = [name for name in Dataset.model_fields if name != "accounting"]
    parts = [name for name in names if getattr(old, name) != getattr(new, name)]
    accounts = type(old.accounting).model_fields
    differing = [n for n in accounts if getattr(old.accounting, n) != getattr(new.accounting, n)]
    return (*parts, *(f"accounting.{n}" for n in differing))


class _Repeats:
    """What repeated runs of one configuration differ in."""

    def __init__(self, datasets: Iterable[Dataset], pairing: Pairing) -> None:
        repeats = list(datasets)
        if len(repeats) < REPEATS:
            raise UsageError(f"a noise floor takes {REPEATS} repeated runs or more; name the first run among them too")
        runs = sorted({tuple(sorted(r.id for r in d.runs)) for d in repeats})
        if len(runs) > 1:
            told = "; ".join(", ".join(ids) for ids in runs)
            raise UsageError(
                f"the repeated runs are of different configurations ({told}): repeat one, and change nothing"
            )
        self._rows = [rows(d) for d in repeats]
        self._from_old = [Pairing(pairing.old, r) for r in self._rows]
        self._from_new = [Pairing(pairing.new, r) for r in self._rows]
        self._across = {(i, j): Pairing(self._rows[i], self._rows[j]) for i, j in combinations(range(len(repeats)), 2)}
        self._pairing = pairing
        self.floor = Floor(len(repeats), self._differing())

    def _differing(self) -> dict[Kind, float]:
        total = Counter(f.kind for across in self._across.values() for f in _compared(across)[0])
        return {kind: round(total[kind] / len(self._across), 3) for kind in KINDS if total[kind]}

    def marked(self, change: Change) -> Change:
        """The change with the share of pairs of repeats that differ in the same."""
        there = [
            self._from_old[n].partner[change.kind].get(change.old or "")
            or self._from_new[n].partner[change.kind].get(change.new or "")
            for n in range(len(self._rows))
        ]
        pairs = list(combinations(there, 2))
        missing = round(sum((a is None) != (b is None) for a, b in pairs) / len(pairs), 3)
        if change.what != "changed":
            return replace(change, noise=missing, within_floor=missing > 0)
        both = sum(bool(a and b) for a, b in pairs)
        varying = self._varying(change.kind, there)
        fields = tuple(replace(f, noise=round(varying[f.field] / both, 3) if both else None) for f in change.fields)
        within = all(f.noise and self._known(change, f.field, there) for f in fields)
        return replace(change, fields=fields, noise=missing, within_floor=within)

    def _varying(self, kind: Kind, there: Sequence[str | None]) -> Counter[str]:
        """How many pairs of repeats differ in each field of a record."""
        found: Counter[str] = Counter()
        for (i, j), across in self._across.items():
            left, right = there[i], there[j]
            if left and right:
                found.update({name for name, _, _ in across.differing(kind, left, right)})
        return found

    def _known(self, change: Change, name: str, there: Sequence[str | None]) -> bool:
        """Whether both values of a field with few values were given by a repeat."""
        if name.rpartition(".")[2] not in _CLOSED or change.old is None or change.new is None:
            return True
        seen = {_column(self._rows[n][change.kind][i], name) for n, i in enumerate(there) if i}
        sides = (self._pairing.old[change.kind][change.old], self._pairing.new[change.kind][change.new])
        return seen.issuperset(_column(row, name) for row in sides)


def _column(row: Row, name: str) -> str:
    whole, _, part = name.partition(".")
    value: Any = row.values.get(name)
    if whole == "attributions":
        value = sorted(json.dumps(a.get(part)) for a in row.values[whole])
    return json.dumps(value, sort_keys=True)
