"""Extractions made by hand: one claim is a few keywords."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from extractor.schemas import (
    NO_USAGE,
    Actor,
    Article,
    Attribution,
    Claim,
    DatePhrase,
    DenialStatement,
    Evidence,
    Extraction,
    Item,
    Participant,
    Quarantined,
    RecordCount,
    Response,
    Return,
    Run,
    Source,
    WeaponType,
)

COUNTRY = {
    "org:wagner": "RU",
    "org:houthi": "YE",
    "person:sergei-shoigu": "RU",
    "person:vladimir-putin": "RU",
    "body:US:white-house": "US",
}
PARTY = {
    "person:sergei-shoigu": "state:RU",
    "person:vladimir-putin": "state:RU",
    "body:US:white-house": "state:US",
    "person:john-kirby": "state:US",
    "person:robert-malley": "state:US",
}


RUN = Run(
    id="run:made-by-hand", tool="armsledger", tool_version="0", model="m", prompt_sha256="", schema_sha256="",
    parameters={}, reasks=0,
)  # fmt: skip


def evidence(article: str, sentence: int = 1, words: str = "words") -> Evidence:
    """Some evidence; the words are those of no article."""
    start = sentence * 100
    return Evidence(
        article_id=article, exact=words, prefix="", suffix=".", start=start, end=start + len(words),
        sentence=sentence, match="exact", segment="body", cited_sentence=None,
    )  # fmt: skip


def actor(id_: str, article: str) -> Actor:
    """An actor by its canonical id."""
    prefix, _, rest = id_.partition(":")
    kind: Any = {
        "state": "state",
        "person": "person",
        "body": "government_body",
        "org": "armed_group",
        "unnamed": "unnamed_group",
    }[prefix]
    return Actor(
        id=id_, name=rest, kind=kind, country=rest if prefix == "state" else COUNTRY.get(id_), title=None, represents=None,
        party=PARTY.get(id_, id_), canonical=id_, links=[], names=[rest], mentions=[evidence(article)], findings=[],
    )  # fmt: skip


def date(value: str | None) -> DatePhrase | None:
    """A date: EDTF if it begins with a digit, else words that could not be resolved."""
    if value is None:
        return None
    edtf = value if value[0].isdigit() else None
    return DatePhrase(text=value, edtf=edtf, anchor=None, method="absolute" if edtf else "unresolved")


def claim(
    *,
    suppliers: Sequence[str] = ("state:KP",),
    recipients: Sequence[str] = ("state:RU",),
    stage: Any = "delivered",
    scope: Any = "specific",
    items: Sequence[str] = ("artillery_ammunition:shells",),
    participants: Sequence[tuple[Any, str]] = (),
    returns: Sequence[str] = (),
    event: str | None = None,
    said: str | None = None,
    by: str = "state:US",
    kind: Any = "government_institution",
    polarity: Any = "positive",
    quantity: Any = None,
    part_of: str | None = None,
    via: Sequence[tuple[Any, str]] = (),
    words: str = "words",
) -> dict[str, Any]:
    """One claim, by the words of the domain model. ``via``: (kind, actor) of what the speaker relies on, down to the root;
    an actor "" is none at all, "a+b" are two."""
    return dict(locals())


def denial(
    denier: str,
    *,
    kind: Any = "denies",
    targets: Sequence[int] = (),
    accusers: Sequence[str] = (),
    said: str | None = None,
    sentence: int = 9,
) -> dict[str, Any]:
    """One denial; ``targets`` are positions of claims of the same article, none for a general one."""
    return dict(locals())


def speakers(links: Sequence[tuple[Any, str]], article: str) -> list[Source]:
    """A source and what it relies on; one without actors is known in its own article only."""
    ids = [f"{kind}:{by or article}" for kind, by in links]
    return [
        Source(
            id=f"source:{'~'.join(ids[n:])}", actors=by.split("+") if by else [], kind=kind, reliability=None, origins=[],
            relies_on=f"source:{'~'.join(ids[n + 1 :])}" if n + 1 < len(links) else None,
        )
        for n, (kind, by) in enumerate(links)
    ]  # fmt: skip


def extraction(
    name: str,
    *claims: dict[str, Any],
    denials: Sequence[dict[str, Any]] = (),
    published: str | None = None,
    outlet: str | None = None,
    agency: str | None = None,
    sketch: Sequence[int] = (),
    path: str | None = None,
    quarantined: int = 0,
) -> Extraction:
    """What an article gives, from its claims and denials."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    article = f"article:{digest[:12]}"
    sources = {s.id: s for c in claims for s in speakers([(c["kind"], c["by"]), *c["via"]], article)}
    parties = {p for c in claims for p in (*c["suppliers"], *c["recipients"], *(a for _, a in c["participants"]))} | {
        a for s in sources.values() for a in s.actors
    }
    parties |= {d["denier"] for d in denials} | {a for d in denials for a in d["accusers"]}
    parties |= {PARTY[p] for p in parties if p in PARTY}
    records, attributions = [], []
    for n, c in enumerate(claims):
        id_ = f"claim:{digest[:8]}{n:04d}"
        records.append(
            Claim(
                id=id_, article_id=article, summary=f"{name} {n}", stage=c["stage"], scope=c["scope"],
                suppliers=sorted(c["suppliers"]), recipients=sorted(c["recipients"]),
                participants=[Participant(role=role, actor=a) for role, a in c["participants"]],
                items=[Item(weapon=w, quantity=c["quantity"]) for w in c["items"]],
                in_return=[Return(text=r, status="promised") for r in c["returns"]],
                event_time=date(c["event"]), event_place=[], end_use=[], concealment=[], route=[],
                part_of=c["part_of"] and f"claim:{digest[:8]}{int(c['part_of']):04d}", findings=[],
            )
        )  # fmt: skip
        attributions.append(
            Attribution(
                claim=id_, article_id=article, cue="said", said_on=date(c["said"]), basis="unstated",
                source=speakers([(c["kind"], c["by"]), *c["via"]], article)[0].id, certainty="certain",
                polarity=c["polarity"], evidence=[evidence(article, n + 1, c["words"])], findings=[],
            )
        )  # fmt: skip
    return Extraction(
        id=f"extraction:{digest[:12]}", run=RUN,
        article=Article(
            id=article, path=path or f"{name}.txt", sha256=digest, title=None, outlet=outlet, agency=agency, byline=None, url=None,
            published=published, published_basis="metadata" if published else "unknown", language="en", sentences=20,
            segments=[], defects=[], duplicate_of=None, sketch=list(sketch), syndication_group=article, excluded=[],
        ),
        actors=[actor(p, article) for p in sorted(parties)],
        weapons=[
            WeaponType(
                id=w, term=w.split(":")[1], category=w.split(":")[0],
                unroca=[], munitions_list=[], sipri_eligible=None, mentions=[evidence(article)],
            )
            for w in sorted({w for c in claims for w in c["items"]})
        ],
        sources=[sources[i] for i in sorted(sources)],
        claims=records,
        attributions=attributions,
        denials=[
            DenialStatement(
                id=f"denial:{digest[:8]}{n:04d}", article_id=article, denier=d["denier"], kind=d["kind"],
                scope="explicit" if d["targets"] else "generic", targets=[records[t].id for t in d["targets"]],
                accusers=list(d["accusers"]), what_is_denied=None, counter_claim=None, reported_by=[], said_on=date(d["said"]),
                evidence=[evidence(article, d["sentence"])], findings=[],
            )
            for n, d in enumerate(denials)
        ],
        responses=list[Response](),
        quarantine=[
            Quarantined(
                extraction=f"extraction:{digest[:12]}", article_id=article, record="allegations", local_id=f"q{n}",
                reason="invalid", detail="", draft={},
            )
            for n in range(quarantined)
        ],
        records=[
            RecordCount(
                record="allegations", written=len(records) + quarantined, kept=len(records), quarantined=quarantined
            )
        ],
        usage=NO_USAGE,
        models=[],
    )  # fmt: skip
