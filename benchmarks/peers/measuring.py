"""What a client measures of itself, and the arguments that it is given. Nothing but the standard library.

Counted are user and system time of the process and its children over the measured part, after a warm-up with other articles.
Prints one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import resource
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from benchmarks import synthetic

from .pinning import CLIENT_CORE, pin

WARM_UP = 90_000
"""Number of the first article that is only asked for to warm up."""


def arguments() -> argparse.Namespace:
    """What :mod:`benchmarks.pipeline` gives to a client. Pins the process."""
    pin(CLIENT_CORE)
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True, help="http://127.0.0.1:PORT")
    parser.add_argument("--n", type=int, required=True)
    parser.add_argument("--warm", type=int, default=32, help="articles asked for before")
    parser.add_argument("--in-flight", type=int, default=16)
    parser.add_argument("--latency-s", type=float, default=0.0)
    parser.add_argument("--articles", type=Path, help="folder of article files")
    parser.add_argument("--store", type=Path)
    for name in [k for k in os.environ if k.startswith(("OPENAI_", "EXTRACT_"))]:
        del os.environ[name]
    return parser.parse_args()


@contextmanager
def measured(args: argparse.Namespace) -> Iterator[None]:
    """Measure what happens within the block and print it."""
    gc.collect()
    before = admin(args.server, f"reset?latency_s={args.latency_s}")
    busy, cpu, clock = _busy_s(), _cpu_s(), time.perf_counter()
    yield
    wall = time.perf_counter() - clock
    cpu, busy = _cpu_s() - cpu, _busy_s() - busy
    after = admin(args.server, "read")
    figures: dict[str, Any] = {
        "cpu_ms": cpu / args.n * 1e3,
        "rate": args.n / wall,
        "share": args.n * args.latency_s / args.in_flight / wall,
        "peak_mb": memory_mb("VmHWM"),
        "others": max(0.0, busy - cpu) / wall,
        "server": (after["cpu_s"] - before["cpu_s"]) / wall,
        "requests": after["requests"],
        "max_in_flight": after["max_in_flight"],
        "connections": after["connections"],
    }
    print(json.dumps(figures), flush=True)


Ask = Callable[[str], Awaitable[bool]]
"""Asks for one article and tells whether the answer is complete."""
Close = Callable[[], Awaitable[Any]]


def run(args: argparse.Namespace, opened: Callable[[], tuple[Ask, Close]]) -> None:
    """Measure a client that takes one article at a time; ``opened`` is called inside the event loop."""
    asyncio.run(_run(args, opened))


async def _run(args: argparse.Namespace, opened: Callable[[], tuple[Ask, Close]]) -> None:
    ask, close = opened()
    admin(args.server, "reset")
    await _pool(ask, texts(args.warm, WARM_UP), args.in_flight)
    asked = texts(args.n)
    with measured(args):
        await _pool(ask, asked, args.in_flight)
    await close()


async def _pool(ask: Ask, asked: list[str], in_flight: int) -> None:
    waiting = iter(asked)

    async def work() -> None:
        for text in waiting:
            if not await ask(text):
                raise AssertionError("an answer is not complete")

    async with asyncio.TaskGroup() as workers:
        for _ in range(in_flight):
            workers.create_task(work())


def texts(n: int, first: int = 0) -> list[str]:
    """So many articles."""
    return [synthetic.article(number) for number in range(first, first + n)]


def admin(server: str, what: str) -> dict[str, float]:
    """``read`` or ``reset`` the mock server's counters; gives them."""
    with urlopen(f"{server}/admin/{what}", timeout=20) as reply:
        counters: dict[str, float] = json.load(reply)
    return counters


def memory_mb(field: str, pid: int | str = "self") -> float:
    """``VmRSS`` or ``VmHWM`` (the peak) of a process. getrusage's peak would include the parent's before exec."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{field}:")), 0.0)


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def _busy_s() -> float:
    """Seconds in which anybody used the client's core."""
    line = next(x for x in Path("/proc/stat").read_text().splitlines() if x.startswith(f"cpu{CLIENT_CORE} "))
    ticks = [int(x) for x in line.split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")
