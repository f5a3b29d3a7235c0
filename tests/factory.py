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
    Response,
    Return,
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


def evidence(article: str, sentence: int = 1) -> Evidence:
    """Some evidence; the words are those of no article."""
    start = sentence * 100
    return Evidence(
        article_id=article, exact="words", prefix="", suffix=".", start=start, end=start + 5,
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
) -> dict[str, Any]:
    """One claim, by the words of the domain model."""
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


def extraction(
    name: str,
    *claims: dict[str, Any],
    denials: Sequence[dict[str, Any]] = (),
    published: str | None = None,
    outlet: str | None = None,
    relies_on: str | None = None,
) -> Extraction:
    """What an article gives, from its claims and denials."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    article = f"article:{digest[:12]}"
    parties = {
        p for c in claims for p in (*c["suppliers"], *c["recipients"], c["by"], *(a for _, a in c["participants"]))
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
                claim=id_, article_id=article, source=f"source:{c['kind']}:{c['by']}", cue="said", said_on=date(c["said"]),
                basis="unstated", certainty="certain", polarity=c["polarity"], evidence=[evidence(article, n + 1)], findings=[],
            )
        )  # fmt: skip
    return Extraction(
        article=Article(
            id=article, path=f"{name}.txt", sha256=digest, title=None, outlet=outlet, agency=None, byline=None, url=None,
            published=published, published_basis="metadata" if published else "unknown", language="en", sentences=20,
            segments=[], defects=[], duplicate_of=None, excluded=[],
        ),
        actors=[actor(p, article) for p in sorted(parties)],
        weapons=[
            WeaponType(id=w, term=w.split(":")[1], category=w.split(":")[0], mentions=[evidence(article)])  # type: ignore[arg-type]
            for w in sorted({w for c in claims for w in c["items"]})
        ],
        sources=[
            Source(
                id=f"source:{kind}:{by}", actors=[by], kind=kind, relies_on=None,
                origins=[] if kind in {"outlet_narration", "unknown", "joint_statement"} else [PARTY.get(by, by)],
            )
            for kind, by in sorted({(c["kind"], c["by"]) for c in claims})
        ],
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
        quarantine=[],
        records=[],
        usage=NO_USAGE,
        models=[],
    )  # fmt: skip
