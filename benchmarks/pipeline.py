"""The whole pipeline beside its peers: CPU per article, share of what the model's latency allows, memory.

Run as ``python -m benchmarks pipeline [--quick] [--only NAME ...] [--n N]``. A mock server on one core, every client in a
process of its own on another, the peers interleaved, medians of three. Peers ask with a prompt of a few lines and keep what
they get in memory; armsledger sends its real prompt and reads, checks and stores every article.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from . import synthetic
from .grounding import table
from .peers.measuring import WARM_UP, admin, memory_mb
from .peers.pinning import SERVER_CORE, pin

ROOT = Path(__file__).parent.parent
OTHER_PYTHON = ROOT.resolve() / os.environ.get("BENCH_VENV", ".venv-bench") / "bin" / "python"
INSTALL = (
    f"python -m venv {OTHER_PYTHON.parents[1]} && {OTHER_PYTHON} -m pip install -r benchmarks/peers/requirements.txt"
)
LATENCY_S = 2.0
WAVES = 10
"""Articles per place in flight, where latency is simulated."""
ROUNDS = 3
WARM = 32
LONGEST_S = 240
"""A run that takes longer hangs; docetl does at times, with many calls in flight."""
ARMSLEDGER = "armsledger"

Figures = dict[str, float]


class Peer(NamedTuple):
    """A client to measure."""

    name: str
    module: str
    needs: tuple[str, ...]
    n: int
    """Articles for the CPU figure."""
    loads: tuple[int, ...] = (64, 256)
    """How many are in flight where latency is simulated."""
    elsewhere: bool = False
    """Whether it lives in an environment of its own."""

    @property
    def python(self) -> Path:
        """The interpreter that has it."""
        return OTHER_PYTHON if self.elsewhere else Path(sys.executable)


PEERS = (
    Peer("raw aiohttp", "raw_aiohttp", ("aiohttp", "pydantic"), 1000),
    Peer("openai", "openai_create", ("openai",), 1000),
    Peer("instructor", "instructor_json_schema", ("instructor",), 500),
    Peer("docetl", "docetl_map", ("docetl",), 500, elsewhere=True),
    Peer("langextract", "langextract_whole", ("langextract", "openai"), 100, loads=(64,), elsewhere=True),
    Peer(ARMSLEDGER, "armsledger", ("extractor",), 1000),
)


class Plan(NamedTuple):
    """How much is measured."""

    peers: Sequence[Peer]
    rounds: int
    waves: int
    stored: int
    """Articles for the figures of memory and of the second run."""
    quick: bool
    n: int | None

    def articles(self, peer: Peer) -> int:
        """For the CPU figure."""
        return self.n or (peer.n // 10 if self.quick else peer.n)

    def loads(self, peer: Peer) -> tuple[int, ...]:
        """In flight, where latency is simulated."""
        return () if self.quick and peer.name not in (ARMSLEDGER, PEERS[0].name) else peer.loads


def main(arguments: Sequence[str] = ()) -> int:
    """Measure and print. Always 0: on a shared machine figures are for reading."""
    plan = _plan(arguments)
    pin(SERVER_CORE)  # what waits here must not take time from the client
    with TemporaryDirectory() as folder, served() as server:
        articles = written(Path(folder) / "articles", plan)
        found = compare(plan, server, articles)
        mine = found.get(ARMSLEDGER)
        if mine:
            targets(mine, stored(plan, server, articles, Path(folder) / "store"))
    return 0


def _plan(arguments: Sequence[str]) -> Plan:
    parser = argparse.ArgumentParser(prog="python -m benchmarks pipeline")
    parser.add_argument("--quick", action="store_true", help="one round with a tenth of the articles, about a minute")
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", choices=[p.name for p in PEERS] + ["raw"], help="these peers"
    )
    parser.add_argument("--n", type=int, help="articles for the CPU figure of each peer")
    parser.add_argument("--stored", type=int, help="articles for the figures of memory and of the second run")
    given = parser.parse_args(arguments)
    wanted = [p for p in PEERS if not given.only or p.name in given.only or p.name.split()[0] in given.only]
    stored_ = given.stored or (200 if given.quick else 20_000)
    return Plan(
        list(available(wanted)),
        1 if given.quick else ROUNDS,
        2 if given.quick else WAVES,
        stored_,
        given.quick,
        given.n,
    )


def available(peers: Sequence[Peer]) -> Iterator[Peer]:
    """Those that are installed; the others are named."""
    for peer in peers:
        code = f"import sys, importlib.util as u; sys.exit(not all(u.find_spec(m) for m in {peer.needs!r}))"
        if peer.python.exists() and not subprocess.run([peer.python, "-c", code], check=False, cwd=ROOT).returncode:
            yield peer
        else:
            print(
                f"skipped: {peer.name} is not installed; {INSTALL if peer.elsewhere else 'pip install ' + ' '.join(peer.needs)}"
            )


def written(folder: Path, plan: Plan) -> Path:
    """A folder of article files: as many as anything asks for, and some to warm up."""
    most = max(plan.stored, *(plan.waves * load for load in (64, 256)), *(plan.articles(p) for p in plan.peers), 0)
    folder.mkdir()
    for number in [*range(most), *range(WARM_UP, WARM_UP + 2 * 256)]:
        (folder / f"{number:05d}.txt").write_text(synthetic.article(number), "utf-8")
    return folder


@contextmanager
def served() -> Iterator[str]:
    """A mock server, for the length of the block."""
    command = [sys.executable, "-m", "benchmarks.mock_server"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.kill()


# Beside the peers ----------------------------------------------------------------------------------------------------


def compare(plan: Plan, server: str, articles: Path) -> dict[str, dict[str, float]]:
    """Medians by peer, printed as one table."""
    runs: dict[tuple[str, str], list[Figures]] = defaultdict(list)
    failed: set[str] = set()

    def run(peer: Peer, what: str, n: int, *options: str) -> None:
        if peer.name in failed:
            return
        try:
            runs[peer.name, what].append(client(peer, server, articles, n, *options))
        except RuntimeError as error:
            failed.add(peer.name)
            print(f"failed and left out: {peer.name}: {error}")

    for _ in range(plan.rounds):
        for peer in plan.peers:
            n = plan.articles(peer)
            run(peer, "cpu", n, "--warm", f"{min(WARM, n)}")
        for load in (64, 256):
            for peer in [p for p in plan.peers if load in plan.loads(p)]:
                waves = 1 if plan.quick and load > 64 else 2 if peer.elsewhere else plan.waves
                options = ["--in-flight", f"{load}", "--latency-s", f"{LATENCY_S}", "--warm", f"{load}"]
                run(peer, f"share {load}", waves * load, *options)
    found: dict[str, dict[str, float]] = {}
    for peer in [p for p in plan.peers if p.name not in failed]:
        own = {what: figures for (name, what), figures in runs.items() if name == peer.name}
        every = [f for figures in own.values() for f in figures]
        found[peer.name] = {
            "cpu": median(f["cpu_ms"] for f in own["cpu"]),
            **{what: median(f["share"] for f in figures) for what, figures in own.items() if what != "cpu"},
            "peak": median(f["peak_mb"] for f in (own.get("share 256") or own.get("share 64") or own["cpu"])),
            "others": max(f["others"] for f in every),
            "server": max(f["server"] for f in every),
        }
    limit = found.get(PEERS[0].name)
    rows = [
        [
            name,
            f"{f['cpu']:.2f}",
            f"{f['cpu'] / limit['cpu']:.1f}" if limit else "–",
            *(_share(f.get(f"share {load}")) for load in (64, 256)),
            f"{f['peak']:.0f}",
            f"{f['others']:.0%}",
            f"{f['server']:.0%}",
        ]
        for name, f in found.items()
    ]
    title = (
        f"CPU per article (16 in flight, no latency), share of the bound at {LATENCY_S:g} s, peak memory; "
        f"medians of {plan.rounds} interleaved runs{', quick and noisy' if plan.quick else ''}"
    )
    head = ["", "CPU ms", "of the limit", "64 in flight", "256 in flight", "peak MB", "others on core", "server busy"]
    table(title, head, rows)
    return found


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def client(peer: Peer, server: str, articles: Path, n: int, *options: str) -> Figures:
    """What one run of a peer measured of itself."""
    with _started(peer, server, articles, n, *options) as process:
        return _result(process)


def _started(peer: Peer, server: str, articles: Path, n: int, *options: str) -> subprocess.Popen[str]:
    command = [str(peer.python), "-m", f"benchmarks.peers.{peer.module}", "--server", server, "--n", f"{n}"]
    command += ["--articles", str(articles), *options]
    environment = {**os.environ, "TMPDIR": str(articles.parent)}  # what they leave behind goes with it
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # pip compiled the peers; compiling takes memory
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _result(process: subprocess.Popen[str]) -> Figures:
    try:
        out, errors = process.communicate(timeout=LONGEST_S)
    except subprocess.TimeoutExpired:
        process.kill()
        raise RuntimeError(f"{' '.join(map(str, process.args))}\nstopped after {LONGEST_S} s") from None  # type: ignore[arg-type]
    if process.returncode:
        raise RuntimeError(f"{' '.join(map(str, process.args))}\n{errors}")  # type: ignore[arg-type]
    figures: Figures = json.loads(out.splitlines()[-1])
    return figures


# This project alone --------------------------------------------------------------------------------------------------


class Stored(NamedTuple):
    """Many articles once, and once more from the store."""

    n: int
    memory: dict[int, float]
    """Resident MB after so many articles."""
    peak_mb: float
    cpu_ms: float
    again: Figures
    """The second run."""


def stored(plan: Plan, server: str, articles: Path, store: Path) -> Stored:
    """Fill a store and look at the memory meanwhile, from outside, then run over the same articles again."""
    peer = next(p for p in PEERS if p.name == ARMSLEDGER)
    options = ["--in-flight", "64", "--warm", f"{WARM}", "--store", str(store)]
    left = [plan.stored * part // 20 for part in (2, 5, 10, 20)]
    memory: dict[int, float] = {}
    admin(server, "reset")
    with _started(peer, server, articles, plan.stored, *options) as process:
        while process.poll() is None:
            mb, asked = memory_mb("VmRSS", process.pid), admin(server, "read")["requests"]
            while left and asked >= left[0] and mb:
                memory[left.pop(0)] = mb
            time.sleep(0.05)
        first = _result(process)
    again = client(peer, server, articles, plan.stored, *options)
    return Stored(plan.stored, memory, first["peak_mb"], first["cpu_ms"], again)


def targets(mine: dict[str, float], held: Stored) -> None:
    """This project's figures beside what they ought to be."""
    again = held.again
    rows: list[list[object]] = [
        _row("CPU ms per article", mine["cpu"], "{:.2f}", "≤ 4", mine["cpu"] <= 4),
        *(
            _row(f"share of the bound, {load} in flight", mine[f"share {load}"], "{:.2f}", f"≥ {least}", mine[f"share {load}"] >= least)
            for load, least in ((64, 0.95), (256, 0.90))
        ),
        _row(f"peak MB over {held.n:,} articles", held.peak_mb, "{:.0f}", "≤ 250", held.peak_mb <= 250),
        *([f"    MB after {n:,} articles", f"{mb:.0f}", "flat", ""] for n, mb in held.memory.items()),
        _row(f"CPU ms per article over {held.n:,}", held.cpu_ms, "{:.2f}", "≤ 4", held.cpu_ms <= 4),
        _row("stored articles per second, second run", again["rate"], "{:,.0f}", "≥ 2,000", again["rate"] >= 2000),
        _row("    calls that the server saw", again["requests"], "{:.0f}", "0", again["requests"] == 0),
    ]  # fmt: skip
    table("armsledger and its targets", ["", "", "target", ""], rows)


def _row(what: str, value: float, form: str, target: str, met: bool) -> list[object]:
    return [what, form.format(value), target, "met" if met else "MISSED"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
