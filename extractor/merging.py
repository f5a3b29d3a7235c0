"""One set of records from many extractions: allegations from claims, with who stands behind them and who denies them.

Pure functions: the result does not depend on the order of the extractions. Values of single claims are never overwritten;
where they differ, the difference is data.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal, TypeVar

from . import edtf
from .denials import merge_denials
from .judging import OBVIOUS, cluster, edges
from .ledger import Ledger
from .schemas import (
    STAGE_FAMILY,
    Actor,
    Allegation,
    Article,
    Attribution,
    Claim,
    Conflict,
    ConflictValue,
    Corroboration,
    DatePhrase,
    Denial,
    Extraction,
    Item,
    Judgement,
    Quantity,
    Record,
    Response,
    Source,
    WeaponType,
)
from .schemas.allegation import Contested, Stage
from .schemas.denial import LinkStrength
from .schemas.weapon import WeaponCategory

STAGE_ORDER: tuple[Stage, ...] = tuple(STAGE_FAMILY)
"""How far a transfer has come; only compared within one family."""

CONTESTS: tuple[Contested, ...] = ("explicit", "generic", "pledge")
"""From the strongest answer to the weakest. An ``answer`` contests nothing."""

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Merged:
    """The records of all extractions together, each list sorted by id."""

    articles: list[Article]
    actors: list[Actor]
    weapons: list[WeaponType]
    sources: list[Source]
    allegations: list[Allegation]
    denials: list[Denial]
    responses: list[Response]
    judgements: list[Judgement]


def merge_records(extractions: Iterable[Extraction]) -> Merged:
    """Claims that are the same become one allegation, denials are linked to it, origins are counted."""
    ledger = Ledger(extractions)
    judged = edges(ledger.candidates.values())
    clusters, refused = cluster(sorted(ledger.claims), judged)
    allegation_of = {claim: min(together) for together in clusters for claim in together}
    denials = merge_denials(ledger, allegation_of)
    answers: dict[str, list[tuple[LinkStrength, str]]] = defaultdict(list)
    for denial in denials:
        for link in denial.targets:
            answers[link.allegation].append((link.strength, denial.id))
    merged = {**allegation_of, **{s.id: d.id for d in denials for s in d.statements}}
    responses = (r for e in ledger.extractions for r in e.responses)
    return Merged(
        articles=_by_id(ledger.articles.values()),
        actors=_by_id(ledger.actors.values()),
        weapons=_by_id(ledger.weapons.values()),
        sources=_by_id(ledger.sources.values()),
        allegations=_by_id(_allegation(ledger, c, allegation_of, answers[min(c)]) for c in clusters),
        denials=denials,
        responses=_by_id(r.model_copy(update={"about": sorted({merged[i] for i in r.about})}) for r in responses),
        judgements=[
            Judgement(left=e.left, right=e.right, verdict=e.verdict, rule=e.rule, refused=e in refused)
            for e in judged
            if e.verdict != "different" or e.rule not in OBVIOUS
        ],
    )


def _allegation(
    ledger: Ledger, together: list[str], allegation_of: Mapping[str, str], answers: list[tuple[LinkStrength, str]]
) -> Allegation:
    claims = [ledger.claims[i] for i in sorted(together)]
    candidates = [ledger.candidates[c.id] for c in claims]
    attributions = [t for c in claims for t in ledger.attributions[c.id]]
    part_of = {allegation_of[c.part_of] for c in claims if c.part_of} - {claims[0].id}
    event_time, conflicts = _event_time(claims)
    return Allegation(
        id=claims[0].id,
        summary=claims[0].summary,
        stage=max((c.stage for c in claims), key=STAGE_ORDER.index),
        scope=claims[0].scope,
        suppliers=sorted({p for c in candidates for p in c.suppliers}),
        recipients=sorted({p for c in candidates for p in c.recipients}),
        participants=_distinct(p for c in claims for p in c.participants),
        items=_items(claims),
        in_return=_distinct(r for c in claims for r in c.in_return),
        event_time=event_time,
        event_place=sorted({text for c in claims for text in c.event_place}),
        end_use=sorted({text for c in claims for text in c.end_use}),
        concealment=sorted({text for c in claims for text in c.concealment}),
        route=_distinct(p for c in claims for p in c.route),
        part_of=sorted(part_of),
        attributions=attributions,
        corroboration=_corroboration(ledger, attributions),
        contested=next((c for c in CONTESTS if any(s == c for s, _ in answers)), "none"),
        denials=sorted({d for _, d in answers}),
        conflicts=[*conflicts, *_stages(claims), *_quantities(ledger, claims)],
        claims=claims,
    )


def _corroboration(ledger: Ledger, attributions: list[Attribution]) -> Corroboration:
    articles = {t.article_id for t in attributions}
    outlets = {ledger.articles[i].outlet for i in articles}
    origins = {o for t in attributions if t.polarity == "positive" for o in ledger.sources[t.source].origins}
    return Corroboration(articles=len(articles), outlets=len(outlets), origins=len(origins), origin_ids=sorted(origins))


def _quantities(ledger: Ledger, claims: list[Claim]) -> Iterator[Conflict]:
    """Amounts of one kind of weapon that differ between claims."""
    told: dict[WeaponCategory, list[tuple[Claim, Quantity]]] = defaultdict(list)
    for claim in claims:
        for item in claim.items:
            if item.quantity:
                told[ledger.weapons[item.weapon].category].append((claim, item.quantity))
    for category, amounts in sorted(told.items()):
        if len({claim.id for claim, _ in amounts}) < 2 or len({q.text for _, q in amounts}) < 2:
            continue
        exact = {(q.low, q.high) for _, q in amounts if q.low is not None and q.low == q.high and not q.approximate}
        values = _values((q.text, claim) for claim, q in amounts)
        kind: Literal["refinement", "disagreement"] = "disagreement" if len(exact) > 1 else "refinement"
        preferred = next((q.text for _, q in amounts if (q.low, q.high) in exact), None) if len(exact) == 1 else None
        yield Conflict(field=f"items.quantity ({category})", kind=kind, values=values, preferred=preferred)


def _items(claims: list[Claim]) -> list[Item]:
    """What is supplied; a weapon with its amount stands for the same one without."""
    items = _distinct(i for c in claims for i in c.items)
    with_amount = {i.weapon for i in items if i.quantity}
    return [i for i in items if i.quantity or i.weapon not in with_amount]


def _event_time(claims: list[Claim]) -> tuple[DatePhrase | None, list[Conflict]]:
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
    if any(edtf.disjoint(t.edtf, u.edtf) for (t, _), (u, _) in combinations(known, 2)):
        return None, [Conflict(field="event_time", kind="disagreement", values=values, preferred=None)]
    if len({t.edtf for t, _ in known}) > 1:
        return narrowest, [Conflict(field="event_time", kind="refinement", values=values, preferred=narrowest.edtf)]
    return narrowest, []


def _stages(claims: list[Claim]) -> list[Conflict]:
    stages = {c.stage for c in claims}
    if len(stages) < 2:
        return []
    furthest = max(stages, key=STAGE_ORDER.index)
    return [
        Conflict(field="stage", kind="refinement", values=_values((c.stage, c) for c in claims), preferred=furthest)
    ]


def _values(told: Iterable[tuple[str, Claim]]) -> list[ConflictValue]:
    return [ConflictValue(value=v, claim=c) for v, c in sorted({(value, claim.id) for value, claim in told})]


def _by_id(records: Iterable[Any]) -> list[Any]:
    return sorted(records, key=lambda r: r.id)


def _distinct(records: Iterable[R]) -> list[R]:
    return [r for _, r in sorted({r.model_dump_json(): r for r in records}.items())]
