"""Gold annotations: loaded, and held to their own rules.

The format is that of ``tests/corpus`` (its README says how it is read): the records of the data model, with ``must``, with
further right values in ``X_ok`` beside ``X``, and with ``may_merge_with``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, model_validator

from .errors import UsageError
from .schemas import SCHEMA_VERSION
from .schemas.actor import ActorKind
from .schemas.allegation import Contested
from .schemas.claim import Basis, Certainty, ParticipantRole, Polarity, Scope, Stage
from .schemas.denial import DenialKind, DenialScope, LinkStrength
from .schemas.excluded import ExclusionReason
from .schemas.response import ResponseKind
from .schemas.source import SourceKind
from .schemas.weapon import WeaponCategory

_MERGED = ("gold_merged*.json", "merged*.json")
_MANIFEST = "manifest.json"

M = TypeVar("M", bound=BaseModel)

Text = str | None


class _Gold(BaseModel):
    """Any field X may have further right values in ``X_ok``; a misspelt one does not pass for a gold without alternatives."""

    model_config = ConfigDict(extra="allow", frozen=True)

    @model_validator(mode="after")
    def _alternatives(self) -> Self:
        for name, values in (self.model_extra or {}).items():
            if not name.endswith("_ok") or name.removesuffix("_ok") not in type(self).model_fields:
                raise ValueError(f"{name}: there is no such field")
            try:
                _values(type(self), name.removesuffix("_ok")).validate_python(values)
            except ValidationError as error:
                raise ValueError(f"{name}: {error.errors()[0]['msg']}") from error
        return self


@cache
def _values(record: type[BaseModel], name: str) -> TypeAdapter[Any]:
    """Lists of what a field may hold."""
    of: Any = record.model_fields[name].annotation
    return TypeAdapter(list[of])


class _Noted(_Gold):
    note: Text = None


class GoldActor(_Noted):
    """An actor."""

    id: str
    name: str
    name_en: str
    kind: ActorKind
    country: Text
    title: Text
    represents: Text
    aliases: list[str]


class GoldSource(_Noted):
    """A speaker; of a joint statement the first actor."""

    id: str
    actor: Text
    kind: SourceKind
    relies_on: Text


class GoldParticipant(_Gold):
    """Somebody who takes part."""

    actor: str
    role: ParticipantRole
    must: bool


class GoldItem(_Gold):
    """What is supplied."""

    term: str
    category: WeaponCategory
    quantity: Text
    must: bool


class GoldAttribution(_Noted):
    """Who says it."""

    source: str
    cue: Text
    said_on: Text
    basis: Basis
    certainty: Certainty
    polarity: Polarity
    evidence: list[str]
    must: bool


class _GoldStatement(_Noted):
    id: str
    must: bool
    may_merge_with: list[str] = []


class GoldAllegation(_GoldStatement):
    """Who is said to supply whom."""

    summary: str
    stage: Stage
    scope: Scope
    suppliers: list[str]
    recipients: list[str]
    participants: list[GoldParticipant]
    items: list[GoldItem]
    in_return: list[dict[str, Any]]
    event_time: Text
    event_place: Text = None
    end_use: Text
    concealment: Text
    route: list[dict[str, str]]
    part_of: Text
    attributions: list[GoldAttribution]

    @property
    def evidence(self) -> list[str]:
        """The quotes of all its attributions."""
        return [quote for t in self.attributions for quote in t.evidence]


class GoldDenial(_GoldStatement):
    """Who denies it."""

    denier: str
    kind: DenialKind
    scope: DenialScope
    targets: list[str]
    what_is_denied: Text
    counter_claim: Text
    reported_by: list[str]
    said_on: Text
    evidence: list[str]


class GoldResponse(_GoldStatement):
    """What others do about it."""

    kind: ResponseKind
    source: str
    actors: list[str]
    about: list[str]
    measure: Text
    legal_basis: Text
    said_on: Text
    evidence: list[str]


class Trap(_Gold):
    """What a good extraction avoids."""

    quote: str
    reason: ExclusionReason
    trap: str
    level: Literal["record", "field"]
    bars: list[Literal["allegation", "denial", "response"]]
    why: str


class GoldArticle(_Gold):
    """The gold of one article."""

    schema_version: str = SCHEMA_VERSION
    file: str
    language: str
    published: Text
    actors: list[GoldActor]
    sources: list[GoldSource]
    allegations: list[GoldAllegation]
    denials: list[GoldDenial]
    responses: list[GoldResponse]
    traps: list[Trap]
    notes: Text = None

    def quotes(self) -> Iterator[tuple[str, str]]:
        """Every quote with the name of what rests on it."""
        records: list[GoldAllegation | GoldDenial | GoldResponse] = [*self.allegations, *self.denials, *self.responses]
        yield from ((r.id, quote) for r in records for quote in r.evidence)
        yield from ((f"trap {t.trap}", t.quote) for t in self.traps)

    def problems(self) -> Iterator[str]:
        """Ids that stand there twice, and references to nothing."""
        actors, sources = [a.id for a in self.actors], [s.id for s in self.sources]
        claims, denials = [a.id for a in self.allegations], [d.id for d in self.denials]
        for name, ids in (
            ("actor", actors),
            ("source", sources),
            ("record", [*claims, *denials, *(r.id for r in self.responses)]),
        ):
            yield from (f"{name} id {i} stands there {n} times" for i, n in Counter(ids).items() if n > 1)
        named = [
            *((a.id, actors, right(a, "represents")) for a in self.actors),
            *((s.id, actors, right(s, "actor")) for s in self.sources),
            *((s.id, sources, right(s, "relies_on")) for s in self.sources),
            *((a.id, actors, _flat(right(a, "suppliers"), right(a, "recipients"))) for a in self.allegations),
            *((a.id, actors, [p.actor for p in a.participants]) for a in self.allegations),
            *((a.id, claims, [*a.may_merge_with, *right(a, "part_of")]) for a in self.allegations),
            *((a.id, sources, right(t, "source")) for a in self.allegations for t in a.attributions),
            *((d.id, actors, right(d, "denier")) for d in self.denials),
            *((d.id, claims, _flat(right(d, "targets"))) for d in self.denials),
            *((d.id, denials, d.may_merge_with) for d in self.denials),
            *((d.id, sources, _flat(right(d, "reported_by"))) for d in self.denials),
            *((r.id, actors, _flat(right(r, "actors"))) for r in self.responses),
            *((r.id, sources, right(r, "source")) for r in self.responses),
            *((r.id, claims + denials, _flat(right(r, "about"))) for r in self.responses),
        ]
        yield from (
            f"{who} refers to {i}, which is not there" for who, ids, to in named for i in to if i and i not in ids
        )


class Member(_Gold):
    """A record of a cluster."""

    file: str
    allegation: str
    must: bool = True


class ClusterDenial(_Gold):
    """A denial that answers a cluster."""

    file: str
    denial: str
    link: LinkStrength


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Cluster(_Loose):
    """Records of several articles that are one allegation."""

    id: str
    members: list[Member]
    origins: int
    origins_ok: list[int] = []
    contested: Contested
    contested_ok: list[Contested] = []
    denials: list[ClusterDenial]


class Apart(_Loose):
    """Two records whose clusters are not one, or not certainly."""

    a: Member
    b: Member
    reason: str


class GoldMerged(_Loose):
    """The clusters over all articles."""

    clusters: list[Cluster]
    must_not_merge: list[Apart]
    unsure: list[Apart]

    @property
    def files(self) -> set[str]:
        """The articles that it says something about."""
        members = {m.file for c in self.clusters for m in c.members}
        return members | {d.file for c in self.clusters for d in c.denials}


@dataclass(frozen=True)
class Gold:
    """All gold of a folder."""

    articles: Mapping[str, GoldArticle]
    """By the file name of the article."""
    merged: list[GoldMerged]
    """Each says something about the articles that it names, and nothing about those of another."""
    checksums: Mapping[str, str]
    """SHA-256 of the articles by file name, as far as the manifest has them."""
    texts: Mapping[str, bytes]
    """The articles themselves by file name, as far as they are there."""
    notes: list[str] = field(default_factory=list)
    """What is odd about the gold, but stops nobody."""


def load_gold(folder: str | Path) -> Gold:
    """The gold of a folder: ``gold/*.json`` or ``*.json``, the clusters in ``gold_merged*.json`` or ``merged*.json``,
    the articles in ``articles/``, ``manifest.json``; all but the first may be missing. Raises UsageError with what does not hold.
    """
    root = Path(folder)
    if not root.is_dir():
        raise UsageError(f"{root}: no such folder; --gold takes the folder that holds the gold")
    inner = root / "gold" if (root / "gold").is_dir() else root
    paths = [p for p in sorted(inner.glob("*.json")) if not any(map(p.match, (*_MERGED, _MANIFEST)))]
    if not paths:
        raise UsageError(f"{root}: no gold here (gold/*.json or *.json)")
    found: dict[str, GoldArticle] = {}
    for path in paths:
        gold = _read(GoldArticle, path)
        problems = list(gold.problems())
        if gold.file in found:
            problems.append(f"{gold.file} has another gold in this folder")
        if problems:
            raise UsageError(f"{path}: {len(problems)} thing(s) do not hold: {'; '.join(problems[:10])}")
        found[gold.file] = gold
    merged = [
        _read(GoldMerged, p) for at in dict.fromkeys((root, inner)) for name in _MERGED for p in sorted(at.glob(name))
    ]
    rows = _json(root / _MANIFEST) if (root / _MANIFEST).is_file() else []
    try:
        checksums = {row["file"]: row["sha256"] for row in rows}
    except (TypeError, KeyError) as error:
        raise UsageError(f'{root / _MANIFEST}: not a list of {{"file", "sha256", …}}') from error
    texts = {f: p.read_bytes() for f in found if (p := root / "articles" / f).is_file()}
    notes = [f"{f}: the manifest does not have it" for f in sorted(found.keys() - checksums.keys()) if checksums]
    return Gold(found, merged, checksums, texts, [*notes, *(n for m in merged for n in _dangling(m, found))])


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read as JSON ({error})") from error


def _read(model: type[M], path: Path) -> M:
    content = _json(path)
    version = content.get("schema_version", SCHEMA_VERSION) if isinstance(content, dict) else None
    if version != SCHEMA_VERSION:
        raise UsageError(
            f"{path}: gold of schema version {version!r}; this version of armsledger reads {SCHEMA_VERSION!r}"
        )
    try:
        return model.model_validate(content)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_url=False)]
        more = f", and {len(faults) - 5} more" if len(faults) > 5 else ""
        raise UsageError(
            f"{path}: no gold as schema version {SCHEMA_VERSION!r} has it: {'; '.join(faults[:5])}{more}"
        ) from error


def _dangling(merged: GoldMerged, found: Mapping[str, GoldArticle]) -> Iterator[str]:
    ids = {(f, r.id) for f, g in found.items() for r in (*g.allegations, *g.denials)}
    named = {(m.file, m.allegation) for c in merged.clusters for m in c.members}
    members = Counter((m.file, m.allegation) for c in merged.clusters for m in c.members)
    named |= {(d.file, d.denial) for c in merged.clusters for d in c.denials}
    pairs = {(m.file, m.allegation) for p in (*merged.must_not_merge, *merged.unsure) for m in (p.a, p.b)}
    for file, id_ in sorted((named | pairs) - ids):
        yield f"{file}/{id_}: the merged gold names it, but no gold has it"
    yield from (f"{f}/{i}: stands in {n} clusters" for (f, i), n in sorted(members.items()) if n > 1)
    yield from (f"{f}/{i}: stands in no cluster" for f, i in sorted(pairs & ids - members.keys()))


def right(record: BaseModel, name: str) -> list[Any]:
    """Every value of a field that is right."""
    return [getattr(record, name), *getattr(record, f"{name}_ok", ())]


def _flat(*parts: Iterable[Iterable[str]]) -> list[str]:
    return [i for part in parts for ids in part for i in ids]
