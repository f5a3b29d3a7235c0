"""This project: files in, checked extractions stored, through the library's own call."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import mkdtemp

from extractor import aask, build
from extractor.run_cli import collect_less

from .measuring import admin, arguments, measured

args = arguments()
STORE = args.store or Path(mkdtemp()) / "store"


async def ask(paths: list[Path]) -> None:
    settings = build(model="gpt-5.4-mini", base_url=f"{args.server}/ours/v1", concurrency=args.in_flight, store=STORE)
    asked = await aask(paths, settings=settings)
    if asked.failures or asked.given != len(paths):
        raise AssertionError(f"an answer is not complete: {asked}")


async def main() -> None:
    files = sorted(args.articles.glob("*.txt"))
    admin(args.server, "reset")
    await ask(files[-args.warm :])
    collect_less()  # as the command does
    with measured(args):
        await ask(files[: args.n])


asyncio.run(main())
