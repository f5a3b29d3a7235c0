"""Batches on their way: to the provider, and their results into the store."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from .batch_desk import Desk
from .batch_server import Remote
from .batches import CANCELLED, QUEUE_FULL, Asked, Batch, Refusal, Seen, read_results
from .replies import Reply
from .schemas import NO_USAGE
from .settings import Settings
from .store import Call, Outcome

READS = 3
"""How often a result that is shorter than the provider says is read before it is taken as it is."""
SHOWN = 10
"""Broken lines of a result that are told."""


async def send(desk: Desk) -> None:
    """Make all batches that are prepared. What may have been made already is looked for first."""
    doubtful = list(desk.mine("uploaded"))
    made = await desk.server.marked() if doubtful else {}
    for name in desk.mine("preparing", "uploaded"):
        batch = desk.books.batches[name]
        if name in made:
            await desk.books.keep(name, "sent", batch.model_copy(update={"remote": made[name]}))
        elif batch.file or await _upload(desk, name):
            await _create(desk, name)
        if desk.books.states[name] in {"sent", "done"}:
            desk.file(name).unlink(missing_ok=True)


async def _upload(desk: Desk, name: str) -> bool:
    batch = desk.books.batches[name]
    path = desk.file(name)
    if not path.is_file():
        lost = Refusal(f"{path} was deleted before it was sent", again=True)
        await desk.books.keep(name, "done", _refused(batch, lost))
        return False
    file = await desk.server.upload(path)
    await desk.books.keep(name, "uploaded", batch.model_copy(update={"file": file}))
    return True


async def _create(desk: Desk, name: str) -> None:
    batch = desk.books.batches[name]
    made = await desk.server.create(str(batch.file), name)
    if isinstance(made, Refusal):
        desk.tell(f"{name}: {made.message}")
        await desk.books.keep(name, "done", _refused(batch, made))
    else:
        await desk.books.keep(name, "sent", batch.model_copy(update={"remote": made.id}))


async def take(desk: Desk, name: str, remote: Remote, *, alone: bool) -> Batch | None:
    """Bring the results of a batch that has ended into the store. Gives the batch; None where they must be read again."""
    batch = desk.books.batches[name].model_copy(deep=True)
    settings = desk.as_submitted(desk.books.submissions[batch.submission])
    seen = Seen()
    batch.usage, batch.refused, gone = NO_USAGE, {}, False
    for number, file in enumerate(remote.files, 1):
        async with desk.server.content(file, desk.folder / f"{name}.{number}.results") as there:
            gone = gone or not there
            if there:
                path = desk.folder / f"{name}.{number}.results"
                await _read(desk, path, file, batch, settings, seen, remote)
    if seen.lines < remote.answered + remote.failed and not gone and batch.reads < READS:
        kept = desk.books.batches[name].model_copy(update={"reads": batch.reads + 1})
        desk.tell(f"{remote.id}: its results are shorter than the provider says; they are read again")
        await desk.books.keep(name, "sent", kept)
        return None
    left_out = _left_out(remote, gone=gone, alone=alone)
    batch.refused |= {key: left_out for key in batch.requests if key not in seen.keys}
    for told in (*seen.broken[:SHOWN], *([f"and {len(seen.broken) - SHOWN} more"] if seen.broken[SHOWN:] else [])):
        desk.tell(told)
    if seen.unknown:
        desk.tell(f"{remote.id}: {seen.unknown} lines about requests that were not in it, or again, are left out")
    for key, refusal in batch.refused.items():
        desk.tell(f"{batch.requests[key].article}: {refusal.message}")
    await desk.books.keep(name, "done", batch)
    return batch


async def _read(
    desk: Desk, path: Path, file: str, batch: Batch, settings: Settings, seen: Seen, remote: Remote
) -> None:
    keeping: list[Coroutine[Any, Any, None]] = []
    for key, result in read_results(path, file, batch.requests, settings, seen):
        asked = batch.requests[key]
        if isinstance(result, Refusal):
            batch.refused[key] = result
            continue
        batch.usage += result.usage
        if desk.store.reply(key):
            continue  # read before, or asked for by a run meanwhile: what rests on that must stay
        desk.store.note(_call(key, asked, result, remote))
        keeping.append(desk.store.keep(key, result, article=asked.article, asked=batch.model))
        if len(keeping) >= 1_000:
            await asyncio.gather(*keeping)
            keeping = []
    await asyncio.gather(*keeping)


def _refused(batch: Batch, why: Refusal) -> Batch:
    return batch.model_copy(update={"refused": dict.fromkeys(batch.requests, why)})


def _left_out(remote: Remote, *, gone: bool, alone: bool) -> Refusal:
    """Why a request has no line in the results."""
    code = f" ({remote.error})" if remote.error else ""
    if gone:
        return Refusal("the results are no longer at the provider; submit the article again", again=False)
    if remote.error == QUEUE_FULL:
        return Refusal(f"too much is waiting at the provider{code}", again=True, full=True, alone=alone)
    match remote.status:
        case "expired":
            return Refusal("the batch expired before it was answered", again=True)
        case "cancelled":
            return Refusal(CANCELLED, again=False)
        case "failed":
            return Refusal(f"the batch failed{code}", again=False)
        case _:
            return Refusal("the batch gave no answer to it", again=True)


def in_words(remote: Remote) -> str:
    """How a batch stands at the provider, for people."""
    words = remote.status.replace("_", " ")
    counts = f": {remote.answered} answered, {remote.failed} failed of {remote.total}" if remote.total else ""
    return f"{remote.id}: {words}{counts}{f' ({remote.error})' if remote.error else ''}"


def _call(key: str, asked: Asked, reply: Reply, remote: Remote) -> Call:
    outcomes: dict[str, Outcome] = {"stop": "answered", "length": "truncated", "refused": "refused"}
    return Call(
        article=asked.article,
        key=key,
        attempt=asked.round,
        outcome=outcomes[reply.finish],
        latency_s=remote.seconds,
        model=reply.model,
        prompt_tokens=reply.prompt_tokens,
        cached_tokens=reply.cached_tokens,
        completion_tokens=reply.completion_tokens,
    )
