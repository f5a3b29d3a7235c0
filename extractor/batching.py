"""Extraction at half price, within a day: what is not in the store yet is asked for in batches, and their replies fill the
store. An article goes through the same calls as in a run; each call that has no reply yet waits for the next batch.

Every step is in the store before the next one begins, so that a killed command loses nothing, and the next one goes on.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import articles
from .aliases import NO_ALIASES, Aliases
from .batch_desk import Desk, Failed, Told, Work, check_folder, opened, opened_again
from .batch_exchange import in_words, send, take
from .batch_prices import prices
from .batch_requests import Requests, failure_of, preparing
from .batches import ENDED, MOST_BYTES, MOST_REQUESTS, QUEUE_FULL
from .counts import counted
from .dataset import run_record
from .errors import ArticleError, ProviderFailed, UnreadableArticle, UsageError
from .modelnames import parse
from .pipeline import aextract, run_to_end
from .prices import BATCH_SHARE, DIGITS
from .replies import Request
from .schemas import NO_USAGE, Dataset, Decision, Usage
from .settings import Settings, build
from .stopping import Stop
from .store_file import FILE
from .submissions import OUTDATED, Submission
from .unsent import StoredModels, Unsent

POLL_S = 15.0
LONGEST_POLL_S = 300.0
"""Seconds between two looks at the provider: from the first on each is half as long again as the one before."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of articles that were submitted."""

    articles: int
    """Given, duplicates included."""
    stored: int
    """Of them, complete: all their answers are in the store."""
    waiting: int
    """Of them, in a batch, these or an earlier one."""
    requests: int
    """Put into batches now."""
    batches: int
    """Made now."""
    usd: float | None
    """What these requests will cost, estimated from their bytes; None where the price is unknown."""
    failures: list[Failed]


@dataclass(slots=True)
class Collected:
    """What has arrived."""

    articles: int = 0
    """Submitted, and not yet in a dataset."""
    waiting: int = 0
    """Of them, still in a batch."""
    failures: list[Failed] = field(default_factory=list)
    usage: Usage = NO_USAGE
    """What the replies took that were taken in now."""
    usd: float | None = 0.0
    """What they cost, at the price of batches; None where the price is unknown."""
    dataset: Dataset | None = None
    """If it was asked for, once everything has arrived."""
    dataset_usd: float | None = 0.0
    """What its batches cost, at their price; None where the price is unknown. Calls of ordinary runs are not in it."""


async def asubmit(
    paths: Iterable[str | Path],
    *,
    settings: Settings | None = None,
    metadata: Mapping[str, Mapping[str, str]] | None = None,
    told: Told | None = None,
    most_requests: int = MOST_REQUESTS,
    most_bytes: int = MOST_BYTES,
) -> Submitted:
    """Put what the articles need, and the store does not have, into batches at the provider.

    What is in a batch already is not put into another. What failed or was invalid is asked for anew. ``most_requests`` and
    ``most_bytes`` limit one batch. Raises UsageError, ProviderRejected, ProviderFailed or StoreUnusable; whatever had been
    prepared is kept, and :func:`acollect` goes on from there.
    """
    chosen = settings or build()
    if chosen.store is None or chosen.recordings:
        raise UsageError("batches need a store and a server: name the store's folder, and give no recordings")
    if (asked := parse(chosen.model)).provider != "openai":
        raise UsageError(
            f"batches go through OpenAI's batch API, which {asked.provider}: models do not have; ask them with extract ask"
        )
    given = [Path(p) for p in paths]
    files, _ = articles.find(given)
    async with opened(chosen.store, chosen, told) as desk:
        submission = _submission(given, files, chosen, metadata or {})
        name = await desk.books.submit(submission)
        work = Work(name, desk.books.submissions[name], chosen)
        with preparing(desk, most_requests, most_bytes) as requests:
            found = await requests.gather(work, anew=True)
            made = await requests.prepared()
        await send(desk)
    return Submitted(
        articles=len(files),
        stored=len(work.complete),
        waiting=found.waiting,
        requests=found.requests,
        batches=made,
        usd=found.usd,
        failures=found.failures,
    )


async def acollect(
    store: Path,
    *,
    dataset: bool = False,
    wait: bool = False,
    base_url: str | None = None,
    metadata: Mapping[str, Mapping[str, str]] | None = None,
    decisions: Iterable[Decision] = (),
    aliases: Aliases = NO_ALIASES,
    link: str | None = None,
    told: Told | None = None,
    stop: Stop | None = None,
    poll_s: float = POLL_S,
) -> Collected:
    """Take in what has arrived of everything submitted with a store, and put what its articles need next into further
    batches.

    With ``dataset``, the dataset of all submissions that are in none yet (or, if there are none, of those that were last put
    into one), once all of it has arrived. With ``wait``, looks again until then, first after ``poll_s`` seconds.
    ``metadata`` adds to what was submitted with; ``decisions``, ``aliases`` and ``link`` are as for
    :func:`extractor.aextract`.

    Raises UsageError where nothing was submitted, ProviderRejected, ProviderFailed, StoreUnusable, and Stopped while it waits:
    nothing is lost by any of them.
    """
    if not (store / FILE).is_file():
        raise UsageError(f"{store}: no store of answers here; name its folder with --store")
    tell = told or (lambda _: None)
    total = Collected()
    stop = stop or Stop()
    ended: dict[str, Work] = {}
    while True:
        async with opened_again(store, base_url, tell) as desk:
            try:
                await _look(desk, total, ended)
            except ProviderFailed as error:
                if not wait:
                    raise
                tell(f"{error}; looking again")
                total.waiting = max(total.waiting, 1)
            if not total.waiting:
                if dataset:
                    asked = _Dataset(metadata or {}, list(decisions), aliases, link, stop)
                    total.dataset, total.dataset_usd = await _dataset(desk, asked)
                return total
        if not wait:
            return total
        await stop.sleep(poll_s)
        poll_s = min(LONGEST_POLL_S, 1.5 * poll_s)


def submit(paths: Iterable[str | Path], **arguments: Any) -> Submitted:
    """The same as :func:`asubmit`, for callers without an event loop; inside one it raises UsageError."""
    return run_to_end(asubmit(paths, **arguments), "asubmit")


def collect(store: Path, **arguments: Any) -> Collected:
    """The same as :func:`acollect`, for callers without an event loop; inside one it raises UsageError."""
    return run_to_end(acollect(store, **arguments), "acollect")


def _submission(
    given: list[Path], files: list[Path], settings: Settings, metadata: Mapping[str, Mapping[str, str]]
) -> Submission:
    folder = Path.cwd()
    if unfit := [articles.name_of(p) for p in (folder, *given, *files) if articles.name_of(p) != p.as_posix()]:
        raise UsageError(f"{unfit[0]}: a submission cannot keep this name, which is no UTF-8; rename it first")
    return Submission(
        folder=folder.as_posix(),
        paths=[p.as_posix() for p in given],
        files={f.as_posix(): _sha256(f) for f in files},
        metadata={articles.whole(n): {f: articles.whole(v) for f, v in known.items()} for n, known in metadata.items()},
        server=settings.server,
        run=_run_sha256(settings),
        model=str(settings.model),
        parameters=settings.parameters,
        reasks=settings.reasks,
        passes=settings.passes,
        check=settings.check,
        price=settings.price,
        budget=settings.budget,
    )


def _run_sha256(settings: Settings) -> str:
    choices = run_record(settings).model_dump(exclude={"id", "tool_version"})
    return hashlib.sha256(json.dumps(choices, sort_keys=True).encode()).hexdigest()


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(articles.load_bytes(path)).hexdigest()
    except UnreadableArticle:
        return ""


# Looking ------------------------------------------------------------------------------------------------------------


async def _look(desk: Desk, total: Collected, ended: dict[str, Work]) -> None:
    """One look at everything: take in what has arrived, and put what is needed next into further batches. ``ended`` carries
    what is known of articles from one look to the next."""
    await send(desk)
    stands = {name: await desk.server.status(str(desk.books.batches[name].remote)) for name in desk.mine("sent")}
    crowd = [n for n, remote in stands.items() if remote.error != QUEUE_FULL]
    for name, remote in stands.items():
        desk.tell(in_words(remote))
        if remote.status in ENDED and (batch := await take(desk, name, remote, alone=not crowd)):
            total.usage += batch.usage
            usd = prices(desk.as_submitted(desk.books.submissions[batch.submission]), batch.model).usd(batch.usage)
            total.usd = None if usd is None or total.usd is None else round(total.usd + usd * BATCH_SHARE, DIGITS)
    total.articles = total.waiting = 0
    total.failures = []
    with preparing(desk) as requests:
        for name, submission in desk.books.submissions.items():
            if submission.dataset is None:
                await _follow(desk, requests, name, submission, total, ended)
        made = await requests.prepared()
    if made:
        asked = sum(len(desk.books.batches[n].requests) for n in desk.mine("preparing"))
        desk.tell(f"asking again: {asked} requests in {made} further batches")
        await send(desk)


async def _follow(
    desk: Desk, requests: Requests, name: str, submission: Submission, total: Collected, ended: dict[str, Work]
) -> None:
    total.articles += len(submission.files)
    if submission.server != desk.settings.server:
        desk.tell(f"submitted to {submission.server}: {counted(len(submission.files), 'article')}; give its --base-url")
        total.waiting += len(submission.files)
        return
    settings = desk.as_submitted(submission)
    check_folder(submission)
    if _run_sha256(settings) != submission.run:
        why = (
            "submitted with another version of the prompt or the schema, and not asked about further; submit them again"
        )
        total.failures.append(Failed(counted(len(submission.files), "article"), why))
        await desk.books.keep_submission(name, submission.model_copy(update={"dataset": OUTDATED}))
        return
    work = ended.setdefault(name, Work(name, submission, settings))
    work.submission = submission
    found = await requests.gather(work, anew=False)
    total.waiting += found.waiting
    total.failures += found.failures


# The dataset --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Dataset:
    """What a dataset is made with."""

    metadata: Mapping[str, Mapping[str, str]]
    decisions: list[Decision]
    aliases: Aliases
    link: str | None
    stop: Stop


async def _dataset(desk: Desk, asked: _Dataset) -> tuple[Dataset, float | None]:
    """The dataset of everything that is in none yet, from the store alone, and what its batches cost. Raises UsageError
    where submissions do not go together."""
    ours = {n: s for n, s in desk.books.submissions.items() if s.server == desk.settings.server}
    chosen = {n: s for n, s in ours.items() if s.dataset != OUTDATED}
    if not chosen:
        raise UsageError("nothing is left to make a dataset of; submit the articles again")
    fresh = {n: s for n, s in chosen.items() if s.dataset is None}
    newest = next((s.dataset for s in reversed(chosen.values()) if s.dataset), None)
    together = fresh or {n: s for n, s in chosen.items() if s.dataset == newest}
    first, *others = together.values()
    if any(o.run != first.run or o.folder != first.folder for o in others):
        raise UsageError(
            "what was submitted asks different models, or in different ways, and makes no one dataset: use one store for "
            "each (--store), or `extract PATHS -o` with the settings of each, which needs no call"
        )
    check_folder(first)
    settings = desk.as_submitted(first).model_copy(update={"link": asked.link or desk.settings.link})
    submitted = {f for s in together.values() for f in s.files}
    paths: list[str] = list(dict.fromkeys(p for s in together.values() for p in s.paths))
    if {f.as_posix() for f in articles.find(paths)[0]} != submitted:
        desk.tell("the folders hold other articles now: the dataset is of those that were submitted")
        paths = sorted(submitted)
    whole = Work("", first.model_copy(update={"unsent": [k for s in together.values() for k in s.unsent]}), settings)
    failure = failure_of(desk, whole)

    def always(request: Request) -> ArticleError:
        return failure(request) or ProviderFailed("not submitted in this form; submit the article again")

    known = {name: facts for s in together.values() for name, facts in s.metadata.items()}
    dataset = await aextract(
        paths,
        settings=settings,
        metadata={**known, **asked.metadata},
        decisions=asked.decisions,
        aliases=asked.aliases,
        model=StoredModels(settings, desk.kept, Unsent(always)),
        stop=asked.stop,
    )
    mark = f"dataset-{uuid.uuid4().hex}"
    for name, submission in fresh.items():
        await desk.books.keep_submission(name, submission.model_copy(update={"dataset": mark}))
    return dataset, _paid(desk, settings, set(together))


def _paid(desk: Desk, settings: Settings, submissions: set[str]) -> float | None:
    batches = [b for b in desk.books.batches.values() if b.submission in submissions]
    usd = [prices(settings, b.model).usd(b.usage) for b in batches]
    return None if None in usd else round(sum(u for u in usd if u is not None) * BATCH_SHARE, DIGITS)
