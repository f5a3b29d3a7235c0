"""How well clusters of claims agree with the truth: pairwise figures, and which errors there are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from extractor.candidates import Candidate
from extractor.clustering import Clusters
from extractor.judging import judge


class Score(NamedTuple):
    """Pairs of claims that are one episode's, counted by the sizes of what is in common."""

    precision: float
    recall: float
    f1: float
    rest: float
    """F1 without the largest episode, which has most of all pairs."""
    b_cubed: float
    """F1 by claims instead of pairs, so that each counts alike (Bagga and Baldwin 1998)."""


def score(members: Iterable[Sequence[str]], truth: Mapping[str, int]) -> Score:
    sizes = Counter(truth.values())
    both = [(len(ids), Counter(truth[i] for i in ids)) for ids in members]
    largest = max(sizes, key=sizes.__getitem__)

    def pairwise(left_out: int | None) -> tuple[float, float]:
        right = sum(pairs_of(n) for _, found in both for t, n in found.items() if t != left_out)
        joined = sum(pairs_of(size - found.get(left_out, 0)) for size, found in both)
        same = sum(pairs_of(n) for t, n in sizes.items() if t != left_out)
        return right / max(joined, 1), right / max(same, 1)

    p, r = pairwise(None)
    claims = len(truth)
    b = (
        sum(n * n / size for size, found in both for n in found.values()) / claims,
        sum(n * n / sizes[t] for _, found in both for t, n in found.items()) / claims,
    )
    return Score(p, r, mean(p, r), mean(*pairwise(largest)), mean(*b))


def pairs_of(n: int) -> int:
    return n * (n - 1) // 2


def mean(p: float, r: float) -> float:
    return 2 * p * r / (p + r) if p + r else 0.0


def wrong(found: Clusters, truth: Mapping[str, int]) -> Counter[tuple[str, str]]:
    """Pairs that were joined wrongly, by the rule that joined them."""
    by: dict[int, Counter[str]] = defaultdict(Counter)
    for e in found.edges:
        if e.verdict == "same" and not e.refused and truth[e.left] != truth[e.right]:
            by[truth[e.left]][e.rule] += 1
            by[truth[e.right]][e.rule] += 1
    blame: Counter[tuple[str, str]] = Counter()
    for ids in found.members:
        for t, pairs in parts(Counter(truth[i] for i in ids)):
            rule = by[t].most_common(1)[0][0] if by[t] else "through another claim"
            blame["nobody could know" if t < 0 else "another episode", rule] += pairs
    return blame


def missed(found: Clusters, claims: Mapping[str, Candidate], truth: Mapping[str, int]) -> Counter[tuple[str, str]]:
    """Pairs that were not joined, by the rule that keeps them apart."""
    apart: dict[int, dict[int, list[str]]] = defaultdict(dict)
    for number, ids in enumerate(found.members):
        for i in ids:
            apart[truth[i]].setdefault(number, []).append(i)
    blame: Counter[tuple[str, str]] = Counter()
    for pieces in apart.values():
        sizes = Counter({n: len(ids) for n, ids in pieces.items()})
        whole, _ = sizes.most_common(1)[0]
        for n, pairs in parts(sizes):
            alone = "alone" if len(found.members[n]) == 1 else "in a piece"
            blame[alone, why_apart(pieces[n], pieces[whole], claims)] += pairs
    return blame


def why_apart(piece: Sequence[str], whole: Sequence[str], claims: Mapping[str, Candidate]) -> str:
    verdicts = Counter(judge(claims[a], claims[b]) for a in piece[:8] for b in whole[:64])
    for verdict in ("different", "same"):
        rules = Counter({rule: n for (v, rule), n in verdicts.items() if v == verdict})
        if rules:
            rule = rules.most_common(1)[0][0]
            return rule if verdict == "different" else f"{rule}, but fits others too"
    return "no shared anchor"


def parts(sizes: Counter[int]) -> Iterator[tuple[int, int]]:
    """All parts but the largest, each with its pairs to the others; pairs of two such parts are halved between them."""
    (_, largest), *others = sizes.most_common()
    total = sizes.total()
    for part, n in others:
        yield part, n * largest + n * (total - largest - n) // 2
