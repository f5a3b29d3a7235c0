"""How claims of many articles become allegations: time, memory, and who is joined wrongly or not at all.

Run as ``python -m benchmarks merging``. ``episodes`` makes the claims up, so that it is known which are the
same, ``agreement`` says what was joined rightly.

With networkx installed, connected components over all pairs that are "same" are measured too.
"""

from __future__ import annotations

import gc
import math
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from itertools import combinations
from multiprocessing import get_context
from typing import Any, NamedTuple

from extractor import clustering
from extractor.clustering import Clusters, cluster
from extractor.judging import judge
from extractor.schemas import STAGE_FAMILY

from .agreement import Score, missed, pairs_of, score, wrong
from .episodes import CONTRADICTING, CONTRADICTIONS, LAST, SEED, candidates, tellings
from .grounding import table

SIZES = 10_000, 100_000, 1_000_000

# Measuring -------------------------------------------------------------------------------------------------------------


class Measured(NamedTuple):
    claims: int
    episodes: int
    largest: int
    undecided: float
    seconds: float
    cpu: float
    """Seconds of one core: on a machine with other work the clock runs on. Exponents are of this time."""
    megabytes: float
    given: float
    """Megabytes before the clustering: the claims and the truth."""
    pairs: int
    edges: int
    unlisted: int
    score: Score
    decidable: Score
    """The same without the claims of which nobody could know: gold of articles calls them soft, and does not score them."""
    wrong: Counter[tuple[str, str]]
    missed: Counter[tuple[str, str]]


def measure(size: int, contradicting: str = "") -> Measured:
    claims, truth = candidates(size, contradicting)
    sizes = Counter(t for t in truth.values() if t >= 0)
    gc.collect()
    given = megabytes()
    looked = Looks()
    began, cpu = time.perf_counter(), time.process_time()
    found = cluster(claims)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    most = megabytes()
    known = {i: t for i, t in truth.items() if t >= 0}
    decidable = score([[i for i in ids if i in known] for ids in found.members], known)
    return Measured(
        len(claims), len(sizes), max(sizes.values()), 1 - sizes.total() / len(claims), seconds, cpu, most, given, looked.pairs,
        len(found.edges), found.unlisted, score(found.members, truth), decidable, wrong(found, truth),
        missed(found, claims, truth),
    )  # fmt: skip


class Looks:
    """Counts whatever compares two claims or clusters from now on; what that takes is in the times."""

    def __init__(self) -> None:
        self.pairs = 0
        clustering._Cluster.fits = self._counted(clustering._Cluster.fits)  # type: ignore[method-assign]
        clustering.judge = self._counted(clustering.judge)

    def _counted(self, compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def counted(a: Any, b: Any) -> Any:
            self.pairs += 1
            return compare(a, b)

        return counted


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def apart(run: Callable[..., Any], *args: Any) -> Any:
    """What a function gives in a process of its own, so that memory is only its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(run, *args).result()


def main(sizes: Sequence[int] = SIZES) -> int:
    measured = growth(sizes)
    blame(measured[-1])
    contradicted()
    wholes()
    peers()
    return 0


def growth(sizes: Sequence[int]) -> list[Measured]:
    measured: list[Measured] = []
    speed: list[list[object]] = []
    quality: list[list[object]] = []
    for size in sizes:
        m = apart(measure, size)
        measured.append(m)
        looked = f"{m.pairs:,}", f"{m.pairs / pairs_of(m.claims):.2%}", f"{m.edges:,}"
        exponents = steepness(measured[-2:]), steepness([measured[0], m])
        speed.append(
            [
                f"{size:,}",
                f"{m.seconds:.1f}",
                f"{m.cpu:.1f}",
                *exponents,
                f"{m.megabytes:,.0f}",
                f"{m.given:,.0f}",
                *looked,
            ]
        )
        told = f"{m.episodes:,}", f"{m.largest:,}", f"{m.undecided:.1%}"
        shares = (*m.score, m.decidable.precision, m.decidable.recall, m.decidable.f1)
        quality.append([f"{size:,}", *told, *(f"{share:.4f}" for share in shares)])
    title = "Clusters: time and memory against claims, a tenth of them about one pair of countries"
    head = [
        "claims",
        "seconds",
        "CPU seconds",
        "exponent",
        "from the first",
        "peak MB",
        "claims' MB",
        "pairs looked at",
        "of all",
        "edges",
    ]
    table(title, head, speed)
    title = "Clusters: pairs of claims against the truth; B3 counts claims instead of pairs"
    head = ["claims", "episodes", "largest", "undecidable", "precision", "recall", "F1", "F1, rest", "B3 F1"]
    head += ["decidable: precision", "recall", "F1"]
    table(title, head, quality)
    return measured


def steepness(two: Sequence[Measured]) -> str:
    """Exponent of time between two sizes."""
    first, last = two[0], two[-1]
    if first is last:
        return ""
    return f"{math.log(last.cpu / first.cpu) / math.log(last.claims / first.claims):.2f}"


def blame(m: Measured) -> None:
    """Why pairs are joined wrongly or not at all."""
    for title, found in (("joined wrongly", m.wrong), ("not joined", m.missed)):
        rows: list[list[object]] = [
            [f"{what}: {rule}", f"{n:,}", f"{n / found.total():.1%}"] for (what, rule), n in found.most_common(10)
        ]
        rows.append(["all", f"{found.total():,}", ""])
        table(f"Pairs of {m.claims:,} claims that are {title}, by rule", ["", "pairs", "share"], rows)


SMALL = 30_000


def contradicted() -> None:
    """What it costs that a few claims contradict their own episode."""
    rows: list[list[object]] = []
    for what, kind in {"nothing": "", **CONTRADICTIONS}.items():
        m = apart(measure, SMALL, kind)
        worst = "  " + m.missed.most_common(1)[0][0][1]
        rows.append([what, *(f"{share:.4f}" for share in m.score), worst])
    title = f"What {CONTRADICTING:.0%} of {SMALL:,} claims say against their own episode, one kind at a time"
    table(title, ["", "precision", "recall", "F1", "F1, rest", "B3 F1", "  most of what is missed"], rows)


# The whole merge -------------------------------------------------------------------------------------------------------

WHOLE = 1_000, 3_000, 10_000, 30_000
DENIED = 0.05
"""Share of articles with a denial, half of them general."""
COPIED = 0.3
"""Share of articles that carry a text of the wire's, of which each episode has one per ten claims."""


class Whole(NamedTuple):
    claims: int
    allegations: int
    largest: int
    seconds: float
    cpu: float
    clustering: float
    """CPU seconds of these."""
    megabytes: float
    given: float


def whole(size: int) -> Whole:
    """``merge_records`` on extractions of one claim each."""
    from extractor import merging

    before = megabytes()
    parts_ = list(extractions(size))
    gc.collect()
    given = megabytes() - before
    spent = [0.0]
    cluster_, clock = merging.cluster, time.process_time

    def timed(*args: Any, **more: Any) -> Clusters:
        began = clock()
        found = cluster_(*args, **more)
        spent[0] += clock() - began
        return found

    merging.cluster = timed
    began, cpu = time.perf_counter(), clock()
    merged = merging.merge_records(parts_)
    seconds, cpu = time.perf_counter() - began, clock() - cpu
    most = megabytes() - before
    largest = max(len(a.claims) for a in merged.allegations)
    return Whole(size, len(merged.allegations), largest, seconds, cpu, spent[0], most, given)


def extractions(size: int) -> Iterator[Any]:
    from tests import factory

    chance = random.Random(SEED + 2)
    for n, (e, told, _) in enumerate(tellings(size)):
        occasion = told.occasion
        said = None
        if occasion:
            days = [date.fromordinal(d).isoformat() for d in (occasion.first, occasion.last)]
            said = (
                "on " + f"{date.fromordinal(occasion.first):%A}"
                if occasion.from_any_day
                else "/".join(dict.fromkeys(days))
            )
        people = sorted(told.people) or [(role, f"unnamed:{n}:officials") for role in sorted(told.roles)]
        stage: Any = chance.choice([s for s, family in STAGE_FAMILY.items() if family == e.family])
        c = factory.claim(
            suppliers=sorted(e.suppliers), recipients=sorted(e.recipients), stage=stage, scope=e.scope,
            items=[f"{w}:{w}" for w in sorted(told.weapons)], participants=people, returns=sorted(told.returns),
            event=told.event, said=said, by=occasion.origin if occasion else "state:US",
        )  # fmt: skip
        denier = min(e.suppliers)
        general = chance.random() < 0.5
        denials = [factory.denial(denier, **({"accusers": [c["by"]]} if general else {"targets": [0]}))]
        published = date.fromordinal(min(e.last + 30, LAST.toordinal())).isoformat()
        made = factory.extraction(
            f"article {n}",
            c,
            denials=denials if chance.random() < DENIED else (),
            published=published,
            outlet=f"outlet {n % 500}",
        )
        text = random.Random(
            f"{e.number} {chance.randrange(e.told // 10 + 1)}" if chance.random() < COPIED else f"text {n}"
        )
        sketch = sorted(text.sample(range(1 << 32), 64))
        yield made.model_copy(update={"article": made.article.model_copy(update={"sketch": sketch})})


def wholes() -> None:
    rows: list[list[object]] = []
    before: Whole | None = None
    for size in WHOLE:
        w = apart(whole, size)
        exponent = f"{math.log(w.cpu / before.cpu) / math.log(size / before.claims):.2f}" if before else ""
        rows.append(
            [f"{size:,}", f"{w.allegations:,}", f"{w.largest:,}", f"{w.seconds:.1f}", f"{w.cpu:.1f}", exponent, f"{w.clustering / w.cpu:.0%}"]
            + [f"{mb * 2**20 / size:,.0f}" for mb in (w.given, w.megabytes)]
        )  # fmt: skip
        before = w
    title = "The whole merge of articles with one claim each, as pydantic records"
    head = [
        "claims",
        "allegations",
        "largest",
        "seconds",
        "CPU seconds",
        "exponent",
        "clustering",
        "bytes, given",
        "bytes, peak",
    ]
    table(title, head, rows)


# Peers -----------------------------------------------------------------------------------------------------------------

PEERS = 3_000, 10_000


def peers() -> None:
    """The same claims, every pair judged, and what is the same directly or through others one cluster."""
    rows: list[list[object]] = []
    for size in PEERS:
        ours = apart(measure, size)
        rows.append(
            [
                f"armsledger, {size:,}",
                f"{ours.seconds:.2f}",
                "1.0",
                f"{ours.pairs:,}",
                *(f"{s:.4f}" for s in ours.score),
            ]
        )
        theirs = apart(components, size)
        if theirs is None:
            rows.append(["networkx", "not installed"])
            continue
        seconds, found = theirs
        ratio = f"{seconds / ours.cpu:.1f}"
        rows.append(
            [f"networkx, {size:,}", f"{seconds:.2f}", ratio, f"{pairs_of(size):,}", *(f"{s:.4f}" for s in found)]
        )
    title = "Beside connected components over every pair that is judged the same"
    head = ["", "CPU seconds", "times ours", "pairs looked at", "precision", "recall", "F1", "F1, rest", "B3 F1"]
    table(title, head, rows)


def components(size: int) -> tuple[float, Score] | None:
    try:
        import networkx as nx
    except ImportError:
        return None
    claims, truth = candidates(size)
    began = time.process_time()
    graph = nx.Graph()
    graph.add_nodes_from(claims)
    graph.add_edges_from((a.id, b.id) for a, b in combinations(claims.values(), 2) if judge(a, b)[0] == "same")
    found = [sorted(ids) for ids in nx.connected_components(graph)]
    return time.process_time() - began, score(found, truth)


if __name__ == "__main__":
    sys.exit(main([int(a) for a in sys.argv[1:]] or SIZES))
