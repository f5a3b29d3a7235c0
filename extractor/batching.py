"""Extraction at half price, within a day: what is not in the store yet is asked for in batches, and their replies fill the
store. An article goes through the same calls as in a run; each call that has no reply yet waits for the next batch.

Every step is in the store before the next one begins, so that a killed command loses nothing, and the next one goes on.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from . import articles
from .aliases import NO_ALIASES, Aliases
from .batches import (
    CANCELLED,
    ENDED,
    MOST_BYTES,
    MOST_REQUESTS,
    QUEUE_FULL,
    Asked,
    Batch,
    BatchServer,
    Refusal,
    Remote,
    RequestFile,
    Seen,
    line,
    read_results,
)
from .dataset import run_record
from .errors import AnswerInvalid, ArticleError, BudgetSpent, ProviderFailed, UnreadableArticle, UsageError
from .extraction import ask
from .llm import Tally
from .modelnames import parse
from .pacing import BYTES_PER_TOKEN
from .pipeline import aextract, run_to_end
from .prices import BATCH_SHARE, DIGITS, OUTPUT_LIMIT, Prices
from .replies import Reply, Request
from .schemas import NO_USAGE, Dataset, Decision, Usage
from .settings import Settings, build
from .stopping import Stop
from .store import FILE, Call, Outcome, Store
from .submissions import OUTDATED, Books, Submission
from .unsent import StoreAsIs, StoredModels, Unsent, Wanted

T = TypeVar("T")

ROUNDS = 3
"""How often a request is put into a batch before it counts as failed."""
READS = 3
"""How often a result that is shorter than the provider says is read before it is taken as it is."""
POLL_S = 15.0
LONGEST_POLL_S = 300.0
"""Seconds between two looks at the provider: from the first on each is half as long again as the one before."""
ANSWERED_SHARE = 1.2
"""Bytes of an answer for each of its article, for estimates: 6 KB on 5 KB in the benchmark."""
SHOWN = 10
"""Broken lines of a result that are told."""
LOCK = hashlib.sha256(b"batches").hexdigest()
"""Held, in the way of a request, by the process that works on the batches of a store."""

FOLDER = "batches"
"""Within the store's: files on their way to and from the provider."""

Told = Callable[[str], object]
"""Takes a line for people."""


@dataclass(frozen=True, slots=True)
class Failed:
    """An article that gave nothing, or less than was asked for."""

    path: str
    message: str


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
    async with _opened(chosen.store, chosen, told, (most_requests, most_bytes)) as desk:
        submission = _submission(given, files, chosen, metadata or {})
        name = await desk.books.submit(submission)
        work = _Work(name, desk.books.submissions[name], chosen)
        found = await desk.gather(work, anew=True)
        made = await desk.prepared()
        await desk.send()
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
    tell = told or _nobody
    total = Collected()
    stop = stop or Stop()
    ended: dict[str, _Work] = {}
    while True:
        async with _opened_again(store, base_url, tell) as desk:
            try:
                await desk.collect(total, ended)
            except ProviderFailed as error:
                if not wait:
                    raise
                tell(f"{error}; looking again")
                total.waiting = max(total.waiting, 1)
            if not total.waiting:
                if dataset:
                    asked = _Dataset(metadata or {}, list(decisions), aliases, link, stop)
                    total.dataset, total.dataset_usd = await desk.dataset(asked)
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


def _nobody(_: str) -> None:
    pass


def _submission(
    given: list[Path], files: list[Path], settings: Settings, metadata: Mapping[str, Mapping[str, str]]
) -> Submission:
    return Submission(
        folder=Path.cwd().as_posix(),
        paths=[p.as_posix() for p in given],
        files={f.as_posix(): _sha256(f) for f in files},
        metadata={name: dict(known) for name, known in metadata.items()},
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


@asynccontextmanager
async def _opened(
    folder: Path, settings: Settings, told: Told | None, most: tuple[int, int] = (MOST_REQUESTS, MOST_BYTES)
) -> AsyncIterator[_Desk]:
    """The batches of a store, for one process at a time."""
    async with AsyncExitStack() as stack:
        store = stack.enter_context(Store(folder))
        store.reserve()
        kept = stack.enter_context(StoreAsIs(folder))
        await stack.enter_async_context(store.asking(LOCK))
        server = await stack.enter_async_context(BatchServer(settings))
        desk = _Desk(settings, store, kept, server, told or _nobody, most)
        desk.drop_orphans()
        stack.callback(desk.close)
        yield desk


@asynccontextmanager
async def _opened_again(folder: Path, base_url: str | None, told: Told) -> AsyncIterator[_Desk]:
    """The same, with the model of a submission. Raises UsageError where there is none for the server."""
    with Store(folder) as store:
        submissions = Books(store).submissions.values()
    if not submissions:
        raise UsageError(f"{folder}: nothing was submitted with this store; `extract submit PATHS` begins")
    settings = build(model=next(iter(submissions)).model, base_url=base_url, store=folder)
    servers = sorted({s.server for s in submissions})
    if settings.recordings or settings.server not in servers:
        where = "OPENAI_API_KEY is not set" if servers == ["openai"] else "give its --base-url"
        raise UsageError(f"these batches are at {', '.join(servers)}, and not at {settings.server}: {where}")
    async with _opened(folder, settings, told) as desk:
        yield desk


# At work ------------------------------------------------------------------------------------------------------------


@dataclass
class _Work:
    """A submission at work."""

    name: str
    submission: Submission
    settings: Settings
    complete: set[str] = field(default_factory=set)
    """Articles that need nothing more."""
    failed: dict[str, Failed] = field(default_factory=dict)


@dataclass
class _Found:
    """What the articles of a submission need."""

    waiting: int = 0
    requests: int = 0
    usd: float | None = 0.0
    failures: list[Failed] = field(default_factory=list)


@dataclass(frozen=True)
class _Dataset:
    """What a dataset is made with."""

    metadata: Mapping[str, Mapping[str, str]]
    decisions: list[Decision]
    aliases: Aliases
    link: str | None
    stop: Stop


class _Desk:
    """One process at work on the batches of a store."""

    def __init__(
        self, settings: Settings, store: Store, kept: Store, server: BatchServer, told: Told, most: tuple[int, int]
    ) -> None:
        self._settings = settings
        self._store, self._kept = store, kept
        self._server = server
        self._tell = told
        self._most = most
        self.books = Books(store)
        self._folder = store.path.parent / FOLDER
        self._preparing: dict[tuple[str, str, int], tuple[str, RequestFile]] = {}
        self._most_usd: dict[str, float] = {}
        self._made = 0

    def drop_orphans(self) -> None:
        """Drop files that a killed process left before it had noted them."""
        known = {self._file(name) for name in self.books.in_state("preparing", "uploaded")}
        for path in self._folder.glob("*"):
            if path not in known:
                path.unlink()

    def close(self) -> None:
        """Close files of requests that an error has left unfinished."""
        for _, file in self._preparing.values():
            file.abandon()

    def _file(self, batch: str) -> Path:
        return self._folder / f"{batch}.jsonl"

    # What articles need ------------------------------------------------------------------------------------------

    async def gather(self, work: _Work, *, anew: bool) -> _Found:
        """Put into new batches what the articles of a submission need next. ``anew``: also what had failed."""
        failure = _none if anew else self._failure(work)
        models = StoredModels(work.settings, self._store if anew else self._kept, Unsent(failure))
        found = _Found()
        waiting = self.books.waiting()
        seen: set[str] = set()
        for name, sha256 in work.submission.files.items():
            if sha256 and sha256 in seen:
                work.complete.add(name)  # the same content: nothing is asked
                continue
            seen.add(sha256)
            if name in work.complete or name in work.failed:
                continue
            if name in waiting and not anew:
                found.waiting += 1
                continue
            try:
                request = await self._wanted(work, name, models, anew=anew)
                if request is None:
                    work.complete.add(name)
                else:
                    await self._want(work, request, name, found, anew=anew)
            except ArticleError as error:
                work.failed[name] = Failed(name, str(error).removeprefix(f"{name}: "))
        if work.submission.unsent:
            await self.books.keep_submission(work.name, work.submission)
        found.failures = list(work.failed.values())
        return found

    async def _wanted(self, work: _Work, name: str, models: StoredModels, *, anew: bool) -> Request | None:
        """The next request of an article; None once it has everything. Raises ArticleError where it gives nothing."""
        path = Path(name)
        data = articles.load_bytes(path)
        if work.submission.files[name] not in {"", hashlib.sha256(data).hexdigest()}:
            raise UnreadableArticle(f"{name}: changed since it was submitted; submit it again")
        known = work.submission.metadata.get(name) or work.submission.metadata.get(path.name) or {}
        document = articles.decode(data, name, known)
        settings = work.settings
        checker = models if settings.checker else None
        for last in (not anew, True):
            try:
                written = await ask(
                    document,
                    models,
                    reasks=settings.reasks,
                    tally=Tally(article=name),
                    passes=settings.passes,
                    checker=checker,
                )
            except Wanted as wanted:
                return wanted.request
            except AnswerInvalid:
                if last:
                    raise
            else:
                if written.complete:
                    return None
                if last:
                    why = [written.remark.strip(" ()")] if written.remark else written.lapses
                    work.failed[name] = Failed(name, f"incomplete: {'; '.join(why)}")
                    return None
            if last:
                break
            self._store.flush()  # invalid answers were forgotten: they are asked for anew
        return None

    async def _want(self, work: _Work, request: Request, name: str, found: _Found, *, anew: bool) -> None:
        """Put a request into a batch, if it is in none. Raises BudgetSpent."""
        key = request.key(self._settings.server)
        last = self.books.last(key)
        found.waiting += 1
        if any(key in file.requests for _, file in self._preparing.values()) or (last and last.open):
            return
        asked, most = Asked(name, 1), self._most[0]
        if last and last.refusal and not anew:
            if last.refusal.full and self.books.in_state("preparing", "uploaded", "sent"):
                return  # held until the provider is done with others
            asked = Asked(name, last.round + (not last.refusal.full or last.refusal.alone))
            most = max(1, last.size // 2) if last.refusal.alone else most
        if work.settings.budget and not request.longest:
            request = replace(request, output_limit=OUTPUT_LIMIT)
        try:
            self._afford(work, request, key)
        except BudgetSpent:
            found.waiting -= 1
            raise
        await self._add(work, request, key, asked, most)
        found.requests += 1
        usd = _prices(work.settings, request.model).usd(_estimated(request))
        found.usd = None if usd is None or found.usd is None else round(found.usd + usd * BATCH_SHARE, DIGITS)

    def _afford(self, work: _Work, request: Request, key: str) -> None:
        """Put aside what a request can cost. Raises BudgetSpent where the budget has no room for it."""
        if not (budget := work.settings.budget):
            return
        most = _most_usd(work.settings, request)
        spent = self.books.usd(work.name, lambda model: _prices(work.settings, model))
        spent += sum(self._most_usd.get(name, 0.0) for name, _ in self._preparing.values())
        if spent + most > budget:
            work.submission.unsent = sorted({*work.submission.unsent, key})
            raise _over_budget(budget)

    async def _add(self, work: _Work, request: Request, key: str, asked: Asked, most: int) -> None:
        written = line(key, request)
        place = (work.name, request.model, most)
        if place in self._preparing and not self._preparing[place][1].fits(written):
            await self._close(place)
        if place not in self._preparing:
            name = f"batch-{uuid.uuid4().hex}"
            self._preparing[place] = (name, RequestFile(self._file(name), requests=most, size=self._most[1]))
        name, file = self._preparing[place]
        file.add(key, asked, written)
        if work.settings.budget:
            self._most_usd[name] = self._most_usd.get(name, 0.0) + _most_usd(work.settings, request)

    async def _close(self, place: tuple[str, str, int]) -> None:
        name, file = self._preparing.pop(place)
        file.close()
        submission, model, _ = place
        batch = Batch(
            submission=submission,
            server=self._settings.server,
            model=model,
            requests=file.requests,
            most_usd=self._most_usd.pop(name, 0.0),
        )
        await self.books.keep(name, "preparing", batch)
        self._made += 1

    async def prepared(self) -> int:
        """Note all batches that are being prepared; how many were."""
        for place in list(self._preparing):
            await self._close(place)
        made, self._made = self._made, 0
        return made

    def _failure(self, work: _Work) -> Callable[[Request], ArticleError | None]:
        """Why a request that is in no open batch will get no reply, if it will not."""

        def failure(request: Request) -> ArticleError | None:
            key = request.key(self._settings.server)
            last = self.books.last(key)
            if key in work.submission.unsent:
                return _over_budget(work.settings.budget or 0.0)
            if last is None or last.open:
                return None
            if last.refusal is None:
                return ProviderFailed("its answer was dropped from the store; submit the article again")
            if last.refusal.again and last.round < ROUNDS:
                return None
            rounds = f" (in {last.round} batches)" if last.round > 1 else ""
            return ProviderFailed(f"{last.refusal.message}{rounds}")

        return failure

    # To the provider ---------------------------------------------------------------------------------------------

    async def send(self) -> None:
        """Make all batches that are prepared. What may have been made already is looked for first."""
        doubtful = list(self._mine("uploaded"))
        made = await self._server.marked() if doubtful else {}
        for name in self._mine("preparing", "uploaded"):
            batch = self.books.batches[name]
            if name in made:
                await self.books.keep(name, "sent", batch.model_copy(update={"remote": made[name]}))
            elif batch.file or await self._upload(name):
                await self._create(name)
            if self.books.states[name] in {"sent", "done"}:
                self._file(name).unlink(missing_ok=True)

    async def _upload(self, name: str) -> bool:
        batch = self.books.batches[name]
        path = self._file(name)
        if not path.is_file():
            lost = Refusal(f"{path} was deleted before it was sent", again=True)
            await self.books.keep(name, "done", _refused(batch, lost))
            return False
        file = await self._server.upload(path)
        await self.books.keep(name, "uploaded", batch.model_copy(update={"file": file}))
        return True

    async def _create(self, name: str) -> None:
        batch = self.books.batches[name]
        made = await self._server.create(str(batch.file), name)
        if isinstance(made, Refusal):
            self._tell(f"{name}: {made.message}")
            await self.books.keep(name, "done", _refused(batch, made))
        else:
            await self.books.keep(name, "sent", batch.model_copy(update={"remote": made.id}))

    def _mine(self, *states: str) -> list[str]:
        """Batches at the server that is asked now."""
        return [n for n in self.books.in_state(*states) if self.books.batches[n].server == self._settings.server]

    # From the provider -------------------------------------------------------------------------------------------

    async def collect(self, total: Collected, ended: dict[str, _Work]) -> None:
        """One look at everything: take in what has arrived, and put what is needed next into further batches. ``ended`` carries
        what is known of articles from one look to the next."""
        await self.send()
        stands = {name: await self._server.status(str(self.books.batches[name].remote)) for name in self._mine("sent")}
        crowd = [n for n, remote in stands.items() if remote.error != QUEUE_FULL]
        for name, remote in stands.items():
            self._tell(_in_words(remote))
            if remote.status in ENDED:
                await self._take(name, remote, total, alone=not crowd)
        total.articles = total.waiting = 0
        total.failures = []
        for name, submission in self.books.submissions.items():
            if submission.dataset is None:
                await self._follow(name, submission, total, ended)
        if made := await self.prepared():
            requests = sum(len(self.books.batches[n].requests) for n in self._mine("preparing"))
            self._tell(f"asking again: {requests} requests in {made} further batches")
            await self.send()

    async def _follow(self, name: str, submission: Submission, total: Collected, ended: dict[str, _Work]) -> None:
        total.articles += len(submission.files)
        if submission.server != self._settings.server:
            self._tell(f"{len(submission.files)} articles were submitted to {submission.server}; give its --base-url")
            total.waiting += len(submission.files)
            return
        settings = self._as_submitted(submission)
        _check_folder(submission)
        if _run_sha256(settings) != submission.run:
            why = "submitted with another version of the prompt or the schema, and not asked about further; submit them again"
            total.failures.append(Failed(f"{len(submission.files)} articles", why))
            await self.books.keep_submission(name, submission.model_copy(update={"dataset": OUTDATED}))
            return
        work = ended.setdefault(name, _Work(name, submission, settings))
        work.submission = submission
        found = await self.gather(work, anew=False)
        total.waiting += found.waiting
        total.failures += found.failures

    def _as_submitted(self, submission: Submission) -> Settings:
        names = ("model", "parameters", "reasks", "passes", "check", "price", "budget")
        return self._settings.model_copy(
            # pairs of claims can only be put to a model once there is a dataset: `extract --adjudicate` does
            update={**{n: getattr(submission, n) for n in names}, "adjudicate": False}
        )

    async def _take(self, name: str, remote: Remote, total: Collected, *, alone: bool) -> None:
        """Bring the results of a batch that has ended into the store."""
        batch = self.books.batches[name].model_copy(deep=True)
        settings = self._as_submitted(self.books.submissions[batch.submission])
        seen = Seen()
        batch.usage, batch.refused, gone = NO_USAGE, {}, False
        for number, file in enumerate(remote.files, 1):
            async with self._server.content(file, self._folder / f"{name}.{number}.results") as there:
                gone = gone or not there
                if there:
                    path = self._folder / f"{name}.{number}.results"
                    await self._read(path, file, batch, settings, seen, remote)
        if seen.lines < remote.answered + remote.failed and not gone and batch.reads < READS:
            kept = self.books.batches[name].model_copy(update={"reads": batch.reads + 1})
            self._tell(f"{remote.id}: its results are shorter than the provider says; they are read again")
            await self.books.keep(name, "sent", kept)
            return
        left_out = _left_out(remote, gone=gone, alone=alone)
        batch.refused |= {key: left_out for key in batch.requests if key not in seen.keys}
        for told in (*seen.broken[:SHOWN], *([f"and {len(seen.broken) - SHOWN} more"] if seen.broken[SHOWN:] else [])):
            self._tell(told)
        if seen.unknown:
            self._tell(f"{remote.id}: {seen.unknown} lines about requests that were not in it, or again, are left out")
        for key, refusal in batch.refused.items():
            self._tell(f"{batch.requests[key].article}: {refusal.message}")
        await self.books.keep(name, "done", batch)
        total.usage += batch.usage
        usd = _prices(settings, batch.model).usd(batch.usage)
        total.usd = None if usd is None or total.usd is None else round(total.usd + usd * BATCH_SHARE, DIGITS)

    async def _read(self, path: Path, file: str, batch: Batch, settings: Settings, seen: Seen, remote: Remote) -> None:
        keeping: list[Coroutine[Any, Any, None]] = []
        for key, result in read_results(path, file, batch.requests, settings, seen):
            asked = batch.requests[key]
            if isinstance(result, Refusal):
                batch.refused[key] = result
                continue
            batch.usage += result.usage
            if self._store.reply(key):
                continue  # read before, or asked for by a run meanwhile: what rests on that must stay
            self._store.note(_call(key, asked, result, remote))
            keeping.append(self._store.keep(key, result, article=asked.article, asked=batch.model))
            if len(keeping) >= 1_000:
                await asyncio.gather(*keeping)
                keeping = []
        await asyncio.gather(*keeping)

    # The dataset -------------------------------------------------------------------------------------------------

    async def dataset(self, asked: _Dataset) -> tuple[Dataset, float | None]:
        """The dataset of everything that is in none yet, from the store alone, and what its batches cost. Raises UsageError
        where submissions do not go together."""
        ours = {n: s for n, s in self.books.submissions.items() if s.server == self._settings.server}
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
        _check_folder(first)
        settings = self._as_submitted(first).model_copy(update={"link": asked.link or self._settings.link})
        submitted = {f for s in together.values() for f in s.files}
        paths: list[str] = list(dict.fromkeys(p for s in together.values() for p in s.paths))
        if {f.as_posix() for f in articles.find(paths)[0]} != submitted:
            self._tell("the folders hold other articles now: the dataset is of those that were submitted")
            paths = sorted(submitted)
        whole = _Work(
            "", first.model_copy(update={"unsent": [k for s in together.values() for k in s.unsent]}), settings
        )
        failure = self._failure(whole)

        def always(request: Request) -> ArticleError:
            return failure(request) or ProviderFailed("not submitted in this form; submit the article again")

        known = {name: facts for s in together.values() for name, facts in s.metadata.items()}
        dataset = await aextract(
            paths,
            settings=settings,
            metadata={**known, **asked.metadata},
            decisions=asked.decisions,
            aliases=asked.aliases,
            model=StoredModels(settings, self._kept, Unsent(always)),
            stop=asked.stop,
        )
        mark = f"dataset-{uuid.uuid4().hex}"
        for name, submission in fresh.items():
            await self.books.keep_submission(name, submission.model_copy(update={"dataset": mark}))
        return dataset, self._paid(settings, set(together))

    def _paid(self, settings: Settings, submissions: set[str]) -> float | None:
        batches = [b for b in self.books.batches.values() if b.submission in submissions]
        usd = [_prices(settings, b.model).usd(b.usage) for b in batches]
        return None if None in usd else round(sum(u for u in usd if u is not None) * BATCH_SHARE, DIGITS)


def _none(_: Request) -> None:
    return None


def _check_folder(submission: Submission) -> None:
    """Raises UsageError where relative paths lead nowhere, since this is another folder."""
    folder = Path(submission.folder)
    if Path.cwd() != folder and not any(Path(f).exists() for f in submission.files):
        raise UsageError(f"submitted in {folder}: collect there, since its articles are not here")


def _over_budget(budget: float) -> BudgetSpent:
    return BudgetSpent(f"not sent: it could pass the budget of {budget:g} USD; raise --budget and submit it again")


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


def _in_words(remote: Remote) -> str:
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


# Money ---------------------------------------------------------------------------------------------------------------


def _prices(settings: Settings, model: str) -> Prices:
    return Prices(model, settings.price if model == settings.model else None)


def _most_usd(settings: Settings, request: Request) -> float:
    """What a request can cost at most, in a batch. Raises UsageError where nobody knows its price."""
    usage = Usage(
        calls=1, prompt_tokens=request.size, cached_tokens=0, completion_tokens=request.longest or OUTPUT_LIMIT
    )
    usd = _prices(settings, request.model).usd(usage)
    if usd is None:
        raise UsageError(f"the price of {request.model} is unknown, so no budget can be kept: give --price IN,OUT")
    return usd * BATCH_SHARE


def _estimated(request: Request) -> Usage:
    article = len(request.messages[1]["content"].encode("utf-8", "surrogatepass"))
    return Usage(
        calls=1,
        prompt_tokens=round(request.size / BYTES_PER_TOKEN),
        cached_tokens=0,
        completion_tokens=round(ANSWERED_SHARE * article / BYTES_PER_TOKEN),
    )
