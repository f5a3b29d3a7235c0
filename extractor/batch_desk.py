"""The place where a process works on the batches of a store: one at a time, with everything at hand."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .batch_server import BatchServer
from .errors import UsageError
from .settings import Settings, build
from .store import Store
from .submissions import Books, Submission
from .unsent import StoreAsIs

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


@dataclass
class Work:
    """A submission at work."""

    name: str
    submission: Submission
    settings: Settings
    complete: set[str] = field(default_factory=set)
    """Articles that need nothing more."""
    failed: dict[str, Failed] = field(default_factory=dict)


class Desk:
    """Everything that one process needs at work on the batches of a store."""

    def __init__(self, settings: Settings, store: Store, kept: Store, server: BatchServer, tell: Told) -> None:
        self.settings = settings
        self.store = store
        self.kept = kept
        """The same store, from which nothing is dropped."""
        self.server = server
        self.tell = tell
        self.books = Books(store)
        self.folder = store.path.parent / FOLDER

    def drop_orphans(self) -> None:
        """Drop files that a killed process left before it had noted them."""
        known = {self.file(name) for name in self.books.in_state("preparing", "uploaded")}
        for path in self.folder.glob("*"):
            if path not in known:
                path.unlink()

    def file(self, batch: str) -> Path:
        """Where the requests of a batch stand until they are sent."""
        return self.folder / f"{batch}.jsonl"

    def mine(self, *states: str) -> list[str]:
        """Batches in these states at the server that is asked now."""
        return [n for n in self.books.in_state(*states) if self.books.batches[n].server == self.settings.server]

    def as_submitted(self, submission: Submission) -> Settings:
        """The settings that a submission was made with."""
        names = ("model", "parameters", "reasks", "passes", "check", "price", "budget")
        return self.settings.model_copy(
            # pairs of claims can only be put to a model once there is a dataset: `extract --adjudicate` does
            update={**{n: getattr(submission, n) for n in names}, "adjudicate": False}
        )


@asynccontextmanager
async def opened(folder: Path, settings: Settings, told: Told | None) -> AsyncIterator[Desk]:
    """The batches of a store, for one process at a time."""
    async with AsyncExitStack() as stack:
        store = stack.enter_context(Store(folder))
        store.reserve()
        kept = stack.enter_context(StoreAsIs(folder))
        await stack.enter_async_context(store.asking(LOCK))
        server = await stack.enter_async_context(BatchServer(settings))
        desk = Desk(settings, store, kept, server, told or _nobody)
        desk.drop_orphans()
        yield desk


@asynccontextmanager
async def opened_again(folder: Path, base_url: str | None, told: Told) -> AsyncIterator[Desk]:
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
    async with opened(folder, settings, told) as desk:
        yield desk


def _nobody(_: str) -> None:
    pass


def check_folder(submission: Submission) -> None:
    """Raises UsageError where relative paths lead nowhere, since this is another folder."""
    folder = Path(submission.folder)
    if Path.cwd() != folder and not any(Path(f).exists() for f in submission.files):
        raise UsageError(f"submitted in {folder}: collect there, since its articles are not here")
