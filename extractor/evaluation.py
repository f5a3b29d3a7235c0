"""How good a dataset is, measured against gold: records and fields by article (`matching`), merging over all of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from .errors import UsageError
from .gold import Gold, load_gold
from .held import Held
from .matching import Scored
from .merge_scores import MergeScored
from .schemas import (
    SCHEMA_VERSION,
    Article,
    Dataset,
)
from .scores import (
    CHECK_MEASURES,
    COUNTED,
    MEASURES,
    SAMPLES,
    SEED,
    STATEMENTS,
    Evaluation,
    Measure,
)


def evaluate(dataset: Dataset, gold: str | Path, *, seed: int = SEED) -> Evaluation:
    """How ``dataset`` agrees with the gold in a folder (as :func:`extractor.gold.load_gold` reads it).

    Raises UsageError for gold that cannot be read, and where the dataset has none of its articles.
    """
    known = load_gold(gold)
    pairing = _pair(dataset, known)
    if not pairing.articles:
        raise UsageError(
            f"{gold}: gold of other articles ({', '.join(pairing.changed or sorted(known.articles))}) than the dataset's"
        )
    held = Held(dataset)
    scored = {file: Scored(file, article, held, known) for file, article in sorted(pairing.articles.items())}
    counts = [s.counts for s in scored.values()]
    lacking = len(known.articles) - len(scored)
    merging = [MergeScored(merged, scored, dataset) for merged in known.merged]
    across = sum((m.counts for m in merging), Counter[tuple[str, str]]())
    across["coverage", "right"], across["coverage", "wrong"] = len(scored), lacking
    errors = [e for s in scored.values() for e in s.errors] + [e for m in merging for e in m.errors]
    failed = {f.article_id for f in dataset.accounting.failures}
    return Evaluation(
        schema_version=SCHEMA_VERSION,
        seed=seed,
        articles=list(scored),
        failed=[f for f, a in sorted(pairing.articles.items()) if a.id in failed],
        changed=pairing.changed,
        without_gold=pairing.without_gold,
        without_article=sorted(known.articles.keys() - pairing.articles.keys() - set(pairing.changed)),
        notes=[*known.notes, *(n for s in scored.values() for n in s.notes)],
        measures=_measures(counts, across, seed, (*MEASURES, *CHECK_MEASURES) if held.checked else MEASURES),
        errors=sorted(errors, key=lambda e: (e.kind, e.record, e.article)),
    )


# Articles ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Pairing:
    articles: dict[str, Article]
    changed: list[str]
    without_gold: list[str]


def _pair(dataset: Dataset, gold: Gold) -> _Pairing:
    """Articles and gold: by content first, else by file name. A text that changed is left out, since quotes and offsets
    of the gold say nothing about it."""
    sums = {f: hashlib.sha256(text).hexdigest() for f, text in gold.texts.items()} | dict(gold.checksums)
    file_of = {sha: file for file, sha in sums.items() if file in gold.articles}
    articles = [a for a in dataset.articles if a.duplicate_of is None]
    paired = {file_of[a.sha256]: a for a in articles if a.sha256 in file_of}
    changed, strange = [], []
    for article in (a for a in articles if a.sha256 not in file_of):
        name = PurePath(article.path).name
        if name not in gold.articles or name in paired:
            strange.append(article.path)
        elif name in sums:
            changed.append(name)
        else:
            paired[name] = article
    return _Pairing(paired, sorted(changed), sorted(strange))


# Measures ------------------------------------------------------------------------------------------------------------


def _measures(
    counts: Sequence[Counter[tuple[str, str]]], across: Counter[tuple[str, str]], seed: int, names: Iterable[str]
) -> dict[str, Measure]:
    """Every measure with its interval: the percentiles of 1,000 sets of articles drawn with replacement."""
    import numpy as np

    drawn = np.random.default_rng(seed).integers(0, len(counts), (SAMPLES, len(counts)))
    measures = {}
    for name in names:
        base, _, rate = name.rpartition(".")
        weights = COUNTED.get(rate, COUNTED["precision"])
        bases = STATEMENTS if name in COUNTED else (base,) if rate in COUNTED else (name,)
        single = across if name.startswith("merge.") or name == "coverage" else None
        rows = [
            [sum(c[b, outcome] * weight for b in bases) for outcome, weight in weights.items()]
            for c in ([single] if single is not None else counts)
        ]
        ofs = np.array([sum(row) for row in rows])
        rights = np.array([row[0] for row in rows])
        of, hits = int(ofs.sum()), int(rights.sum())
        low = high = None
        if single is None and of:
            sums = ofs[drawn].sum(axis=1)
            shares = rights[drawn].sum(axis=1)[sums > 0] / sums[sums > 0]
            low, high = (round(float(x), 6) for x in np.percentile(shares, [2.5, 97.5]))
        measures[name] = Measure(value=round(hits / of, 6) if of else None, low=low, high=high, right=hits, of=of)
    return measures
