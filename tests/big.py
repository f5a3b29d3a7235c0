"""A large dataset for measurements: the corpus, copied under new ids until there is enough of it."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from extractor import build, extract
from extractor.articles import load_metadata
from extractor.dataset import serialise
from extractor.schemas import Dataset

CORPUS = Path(__file__).parent / "corpus"

_HASH = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{12})(?![0-9a-f])")
_COUNTS = ("given", "extracted", "empty", "duplicate", "skipped", "failed")
_LISTS = ("articles", "sources", "denials", "responses", "judgements", "identities", "quarantine")


@cache
def corpus_dataset() -> Dataset:
    """What the recorded answers for the articles of ``tests/corpus`` give."""
    settings = build(model="gpt-5.4-mini", replay=CORPUS / "cassettes", concurrency=4)
    return extract([CORPUS / "articles"], settings=settings, metadata=load_metadata(CORPUS / "manifest.json"))


def big_dataset(allegations: int = 10_000, articles: int = 5_000) -> Dataset:
    """A valid dataset of exactly that many allegations and articles, the same at every call.

    Raises ValueError if the articles are too few for the allegations (the corpus has 63 in 26).
    """
    base = corpus_dataset()
    copies = -(-allegations // len(base.allegations))
    text = serialise(
        base.model_copy(update={"articles": [a.model_copy(update={"sketch": []}) for a in base.articles]})
    ).decode()
    parts = [_copy(text, n) for n in range(copies)]
    whole = parts[0]
    for key in _LISTS:
        # of sources that several copies share, one
        rows = enumerate([r for p in parts for r in p[key]])
        whole[key] = list({r.get("id", n): r for n, r in rows}.values())
    whole["allegations"] = [a for p in parts for a in p["allegations"]]
    for key in ("actors", "weapons"):
        whole[key] = _joined(r for p in parts for r in p[key])
    edges = {(j["left"], j["right"]): j for j in whole["identities"]}
    whole["identities"] = list(edges.values())
    _trim(whole, allegations)
    if len(whole["articles"]) > articles:
        raise ValueError(f"{allegations} allegations need {len(whole['articles'])} articles")
    _account(whole, parts, articles)
    return Dataset.model_validate(whole)


def _copy(text: str, n: int) -> dict[str, Any]:
    """The dataset under other ids: what is not shared between articles has a hash in its id."""

    def other(match: re.Match[str]) -> str:
        found = match[0]
        return hashlib.sha256(f"{n} {found}".encode()).hexdigest()[: len(found)]

    copied: dict[str, Any] = json.loads(_HASH.sub(other, text) if n else text)
    if n:
        copied["runs"] = json.loads(text)["runs"]
        for article in copied["articles"]:
            article["path"] = f"copy-{n:04d}/{article['path']}"
    return copied


def _joined(rows: Any) -> list[dict[str, Any]]:
    """Records that several copies share, each once with the mentions of all."""
    joined: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["id"] in joined:
            joined[row["id"]]["mentions"] += row["mentions"]
        else:
            joined[row["id"]] = row
    return list(joined.values())


def _trim(whole: dict[str, Any], allegations: int) -> None:
    """Drop the last allegations and what refers to them."""
    dropped = whole["allegations"][allegations:]
    whole["allegations"] = whole["allegations"][:allegations]
    gone = {a["id"] for a in dropped} | {c["id"] for a in dropped for c in a["claims"]}
    for a in whole["allegations"]:
        a["relations"] = [r for r in a["relations"] if r["allegation"] not in gone]
        for c in a["claims"]:
            c["part_of"] = None if c["part_of"] in gone else c["part_of"]
    for d in whole["denials"]:
        d["targets"] = [link for link in d["targets"] if link["allegation"] not in gone]
        for s in d["statements"]:
            s["targets"] = [t for t in s["targets"] if t not in gone]
    for r in whole["responses"]:
        r["about"] = [i for i in r["about"] if i not in gone]
        r["targets"] = [i for i in r["targets"] if i not in gone]
    whole["judgements"] = [j for j in whole["judgements"] if not gone & {j["left"], j["right"]}]


def _account(whole: dict[str, Any], parts: list[dict[str, Any]], articles: int) -> None:
    """Fill up with articles in which nothing is alleged, and let the figures add up."""
    model = whole["articles"][0]
    lacking = articles - len(whole["articles"])
    for n in range(lacking):
        sha = hashlib.sha256(f"empty {n}".encode()).hexdigest()
        id_ = f"article:{sha[:12]}"
        whole["articles"].append(
            model | {"id": id_, "sha256": sha, "path": f"empty/{n:05d}.txt", "syndication_group": id_, "excluded": []}
        )
    account = whole["accounting"]
    accounts = [p["accounting"] for p in parts]
    run = whole["runs"][0]["id"]
    account["extractions"] = [e | {"run": run} for a in accounts for e in a["extractions"]]
    account["articles"] = {k: sum(a["articles"][k] for a in accounts) for k in _COUNTS}
    account["articles"]["given"] += lacking
    account["articles"]["empty"] += lacking
    account["usage"] = {k: sum(e["usage"][k] for e in account["extractions"]) for k in account["usage"]}
    for place, count in enumerate(account["records"]):
        for key in ("written", "kept", "quarantined"):
            count[key] = sum(a["records"][place][key] for a in accounts)
