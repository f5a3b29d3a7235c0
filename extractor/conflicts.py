"""Where the claims of one allegation differ: every value is kept, and none is preferred where they exclude each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from math import inf

from . import edtf
from .candidates import Candidate
from .judging import BROADER
from .schemas import STAGE_FAMILY, Claim, Conflict, ConflictValue, DatePhrase, Quantity, WeaponType
from .schemas.claim import Stage
from .schemas.weapon import WeaponCategory

STAGE_ORDER: tuple[Stage, ...] = tuple(STAGE_FAMILY)
"""How far a transfer has come; only compared within one family."""


ABOUT = 0.25
"""How far an approximate amount may lie off."""


def event_time(claims: list[Claim]) -> tuple[DatePhrase | None, list[Conflict]]:
    """The narrowest event time, and where they differ."""
    told = [(c.event_time, c) for c in claims if c.event_time]
    known = sorted(((t, c) for t, c in told if t.edtf), key=lambda tc: (tc[0].edtf or "", tc[1].id))
    if not told:
        return None, []
    values = _values((t.edtf or t.text, c) for t, c in told)
    if not known:
        return told[0][0], []
    narrowest, _ = known[0]
    for t, _ in known[1:]:
        if edtf.narrower(t.edtf, narrowest.edtf):
            narrowest = t
    if any(edtf.disjoint(x, y) for x, y in combinations(sorted({t.edtf for t, _ in known if t.edtf}), 2)):
        return None, [Conflict(field="event_time", kind="disagreement", values=values, preferred=None)]
    if len({t.edtf for t, _ in known}) > 1:
        return narrowest, [Conflict(field="event_time", kind="refinement", values=values, preferred=narrowest.edtf)]
    return narrowest, []


def others(claims: list[Claim], candidates: list[Candidate], weapons: Mapping[str, WeaponType]) -> Iterator[Conflict]:
    """Where stages, parties, weapons and amounts differ. ``candidates`` are the claims as the rules see them."""
    yield from _stages(claims)
    yield from _parties(candidates)
    yield from _categories(claims, weapons)
    yield from _quantities(claims, weapons)


def _stages(claims: list[Claim]) -> Iterator[Conflict]:
    stages = {c.stage for c in claims}
    if len(stages) > 1:
        furthest = max(stages, key=STAGE_ORDER.index)
        values = _values((c.stage, c) for c in claims)
        within = len({STAGE_FAMILY[s] for s in stages}) == 1
        yield _conflict("stage", values, furthest if within else None)


def _parties(candidates: list[Candidate]) -> Iterator[Conflict]:
    """Suppliers or recipients that differ: only a person joins such claims. What one leaves open is a refinement."""
    sides = {"suppliers": [c.suppliers for c in candidates], "recipients": [c.recipients for c in candidates]}
    for name, told in sides.items():
        if len(set(told)) > 1:
            known = sorted({", ".join(sorted(side)) for side in told if side})
            values = {(", ".join(sorted(side)) or "unknown", c.id) for side, c in zip(told, candidates, strict=True)}
            preferred = known[0] if len(known) == 1 else None
            yield _conflict(name, [ConflictValue(value=v, claim=c) for v, c in sorted(values)], preferred)


def _categories(claims: list[Claim], weapons: Mapping[str, WeaponType]) -> Iterator[Conflict]:
    """Weapons of one claim that lie within the broader ones of another."""
    told: dict[WeaponCategory, list[str]] = defaultdict(list)
    for claim in claims:
        for category in sorted({weapons[i.weapon].category for i in claim.items}):
            told[category].append(claim.id)
    for broad in sorted(told.keys() & BROADER.keys()):
        within = sorted(c for c in told.keys() & BROADER[broad] if set(told[c]) - set(told[broad]))
        if within:
            values = [ConflictValue(value=c, claim=claim) for c in sorted([broad, *within]) for claim in told[c]]
            yield _conflict("items", values, ", ".join(within))


def _quantities(claims: list[Claim], weapons: Mapping[str, WeaponType]) -> Iterator[Conflict]:
    """Amounts of one kind of weapon that differ between claims."""
    told: dict[WeaponCategory, list[tuple[Claim, Quantity]]] = defaultdict(list)
    for claim in claims:
        for item in claim.items:
            if item.quantity:
                told[weapons[item.weapon].category].append((claim, item.quantity))
    for category, amounts in sorted(told.items()):
        if len({claim.id for claim, _ in amounts}) < 2 or len({q.text.casefold() for _, q in amounts}) < 2:
            continue
        values = _values((q.text, claim) for claim, q in amounts)
        distinct = {(q.low, q.high, q.approximate, q.unit, q.per): q for _, q in amounts}
        if any(_exclude(x, y) for x, y in combinations(distinct.values(), 2)):
            yield Conflict(field=f"items.quantity ({category})", kind="disagreement", values=values, preferred=None)
            continue
        exact = sorted({q.text for _, q in amounts if q.low is not None and q.low == q.high and not q.approximate})
        preferred = exact[0] if exact else None
        yield Conflict(field=f"items.quantity ({category})", kind="refinement", values=values, preferred=preferred)


def _exclude(x: Quantity, y: Quantity) -> bool:
    """Whether two amounts of one unit cannot both be right; "about 750" may be a quarter more or less."""
    if (x.unit, x.per) != (y.unit, y.per):
        return False
    (a, b), (c, d) = _reach(x), _reach(y)
    return b < c or d < a


def _reach(q: Quantity) -> tuple[float, float]:
    if q.low is None and q.high is None:
        return -inf, inf
    slack = ABOUT if q.approximate else 0
    return (
        -inf if q.low is None else q.low * (1 - slack),
        inf if q.high is None else q.high * (1 + slack),
    )


def _conflict(name: str, values: list[ConflictValue], preferred: str | None) -> Conflict:
    """A refinement, if one value is to be preferred, else a disagreement."""
    return Conflict(field=name, kind="refinement" if preferred else "disagreement", values=values, preferred=preferred)


def _values(told: Iterable[tuple[str, Claim]]) -> list[ConflictValue]:
    return [ConflictValue(value=v, claim=c) for v, c in sorted({(value, claim.id) for value, claim in told})]
