"""What was submitted, and the batches made for it, as the store keeps them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from .batches import Batch, Refusal
from .prices import BATCH_SHARE, Prices
from .settings import Price
from .store import Store

OUTDATED = "outdated"
"""In place of a dataset's name: there will be none."""


class Submission(BaseModel):
    """What was asked for by one ``submit``: kept in the store, so that collecting needs no arguments."""

    folder: str
    """Working folder that relative paths start from."""
    paths: list[str]
    files: dict[str, str]
    """SHA-256 of each article file; empty for one that could not be read."""
    metadata: dict[str, dict[str, str]]
    server: str
    run: str
    """Hash of the run: it changes with the prompt, the schema and everything else that can change an answer."""
    model: str
    parameters: dict[str, Any]
    reasks: int
    passes: int
    check: str | None
    price: Price | None
    budget: float | None
    unsent: list[str] = []
    """Requests that the budget has no room for."""
    dataset: str | None = None
    """Names those that were last written into one dataset together."""


@dataclass(frozen=True, slots=True)
class Last:
    """The last batch that a request was in, and what came of it."""

    round: int
    size: int
    """Requests in that batch."""
    open: bool
    refusal: Refusal | None


class Books:
    """The submissions and batches of a store, as they are on the disk.

    A batch is "preparing" once its file of requests is written, "uploaded" once that is at the provider, "sent" once the
    provider has told its id, and "done" once its results are in the store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.submissions: dict[str, Submission] = {}
        self.batches: dict[str, Batch] = {}
        self.states: dict[str, str] = {}
        self._last: dict[str, Last] = {}
        for row in store.batches():
            if row["state"] == "submission":
                self.submissions[row["id"]] = Submission.model_validate_json(row["content"])
            else:
                self._take(row["id"], row["state"], Batch.model_validate_json(row["content"]))

    async def submit(self, submission: Submission) -> str:
        """Keep a submission; the same one once more while it waits is the one that is there."""
        for name, kept in self.submissions.items():
            if kept.dataset is None and kept.model_copy(update={"unsent": []}) == submission:
                kept.unsent = []
                return name
        name = f"submission-{uuid.uuid4().hex}"
        await self.keep_submission(name, submission)
        return name

    async def keep_submission(self, name: str, submission: Submission) -> None:
        """Bring it to the disk."""
        self.submissions[name] = submission
        await self._store.keep_batch(name, "submission", submission.model_dump_json())

    async def keep(self, name: str, state: str, batch: Batch) -> None:
        """Bring it to the disk."""
        await self._store.keep_batch(name, state, batch.model_dump_json())
        self._take(name, state, batch)

    def _take(self, name: str, state: str, batch: Batch) -> None:
        self.batches[name], self.states[name] = batch, state
        for key, asked in batch.requests.items():
            self._last[key] = Last(asked.round, len(batch.requests), state != "done", batch.refused.get(key))

    def last(self, key: str) -> Last | None:
        """What is known of a request."""
        return self._last.get(key)

    def in_state(self, *states: str) -> list[str]:
        """Batches, in order of time."""
        return [name for name, state in self.states.items() if state in states]

    def waiting(self) -> set[str]:
        """Articles that a request in an open batch was made for."""
        names = self.in_state("preparing", "uploaded", "sent")
        return {asked.article for name in names for asked in self.batches[name].requests.values()}

    def usd(self, submission: str, prices: Callable[[str], Prices]) -> float:
        """What the batches of a submission have cost, and those that are open can cost at most."""
        total = 0.0
        for name, batch in self.batches.items():
            if batch.submission == submission:
                cost = (prices(batch.model).usd(batch.usage) or 0.0) * BATCH_SHARE
                total += cost if self.states[name] == "done" else batch.most_usd
        return total
