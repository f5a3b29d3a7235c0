"""Where everything went: records that were kept and that were not, articles that gave nothing, calls and what they took."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from .base import Record

RecordType = Literal["publication", "actors", "weapons", "sources", "allegations", "denials", "responses", "excluded"]
"""The parts of an answer, in the words of the answer. Of ``publication`` every filled field counts as one record."""

QuarantineReason = Literal[
    "invalid",
    "quote_not_found",
    "value_unsupported",
    "unknown_reference",
    "rests_on_quarantined",
    "rests_on_instructions",
    "duplicate_record",
    "withdrawn",
]

FailureKind = Literal["unreadable", "refused", "truncated", "invalid", "provider", "unrecorded", "budget"]


class Quarantined(Record):
    """A record that the model wrote and that did not hold. Kept for the reader, never merged."""

    extraction: str
    """The extraction whose answer held it."""
    article_id: str
    """The article."""
    record: RecordType
    """The list it stood in."""
    local_id: str
    """The id that the model gave it."""
    reason: QuarantineReason
    """withdrawn: the model took it back when asked again. rests_on_quarantined: it names a record that is
    quarantined itself."""
    detail: str
    """What did not hold, in words."""
    draft: dict[str, Any]
    """The record as the model wrote it."""


def off(value: object) -> bool:
    """Whether an option was off: such a field is left out, so that the dataset has the same bytes as without the option."""
    return not value


class Usage(Record):
    """What the calls took, failed attempts and re-asks included."""

    calls: int
    """Answers received."""
    prompt_tokens: int
    """Tokens sent, the cached ones included."""
    cached_tokens: int
    """Of these, served from the provider's prompt cache."""
    completion_tokens: int
    """Tokens answered, reasoning included."""
    cache_written_tokens: int = Field(0, exclude_if=off)
    """Of the tokens sent, written into the provider's prompt cache, where it asks more for that."""

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            calls=self.calls + other.calls,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            cache_written_tokens=self.cache_written_tokens + other.cache_written_tokens,
        )

    def __sub__(self, other: Usage) -> Usage:
        return Usage(
            calls=self.calls - other.calls,
            prompt_tokens=self.prompt_tokens - other.prompt_tokens,
            cached_tokens=self.cached_tokens - other.cached_tokens,
            completion_tokens=self.completion_tokens - other.completion_tokens,
            cache_written_tokens=self.cache_written_tokens - other.cache_written_tokens,
        )


NO_USAGE = Usage(calls=0, prompt_tokens=0, cached_tokens=0, completion_tokens=0)


class Support(Record):
    """What a second reading says of the claims and denials of an article that hold: how many are supported."""

    supported: int
    """The article says what they say."""
    partly: int
    """It says part of it; each bears a finding that tells which."""
    unsupported: int
    """It does not; each bears a finding that tells why."""
    unjudged: int
    """Without a verdict: the model gave none, or the check failed."""
    usage: Usage
    """What the check took, as part of the article's usage."""


class RecordCount(Record):
    """Where every record of one type went: ``written`` is the sum of the others."""

    record: RecordType
    """The list of the answer."""
    written: int
    """Records that the model wrote."""
    kept: int
    """In the dataset."""
    quarantined: int
    """In the quarantine."""


class Failure(Record):
    """An article that gave no extraction. It never looks like "nothing found"."""

    path: str
    """The file."""
    article_id: str | None
    """Its id, where it could be read."""
    kind: FailureKind
    """unreadable: no text; refused: the model would not; truncated: the answer was cut off; invalid: no valid answer after
    the re-asks; provider: the server could not be reached or failed; unrecorded: no recording in a replay; budget: not
    sent, to stay within the budget."""
    message: str
    """What happened and what to do."""
    run: str
    """The run that failed at it."""


class Skipped(Record):
    """A file in a given folder that is no article."""

    path: str
    """The file."""
    reason: str
    """Why."""


class ArticleCount(Record):
    """Where every article went: ``given`` is the sum of the others."""

    given: int
    """Files and texts that were given."""
    extracted: int
    """Gave at least one allegation, denial or response."""
    empty: int
    """Read in full, nothing alleged: a valid result."""
    duplicate: int
    """Same content as another; not asked again."""
    skipped: int
    """No article."""
    failed: int
    """Listed in ``failures``."""


class ArticleAccount(Record):
    """What one run made of one article."""

    id: str
    """The extraction's id; for a failed article ``failure:`` and a hash, for a pair of claims ``adjudication:`` and one."""
    article_id: str
    """The article."""
    run: str
    """The run."""
    outcome: Literal["answered", "failed", "adjudicated"]
    """answered: it gave an extraction. failed: nothing. adjudicated: a model was asked about a doubtful pair of claims, of
    which the first stands in this article; such a call that failed is "failed" too."""
    records: list[RecordCount]
    """Where every record of the answer went; types of which none was written are left out."""
    usage: Usage
    """What it took."""
    models: list[str]
    """The model names that the server gave in its responses. ``relay/…``: written by somebody standing in for a model,
    behind a local relay."""
    support: Support | None = Field(None, exclude_if=off)
    """What a second reading says of it, where it was asked for."""
    lapses: list[str] = Field([], exclude_if=off)
    """What was asked for beside the records and failed, in words: a further pass, the check. The records stay."""


class Accounting(Record):
    """Nothing is lost: articles given and records written add up."""

    articles: ArticleCount
    """Where every article went."""
    records: list[RecordCount]
    """Where every record went, by type."""
    extractions: list[ArticleAccount]
    """The same for every article that was asked about, and every run; sorted by id."""
    usage: Usage
    """What all calls took, those of failed articles included."""
    cost_usd: float | None
    """By the public price list for the models asked for; None where a price is unknown. Recorded answers cost nothing to
    replay: then it is what the same calls would have cost."""
    models_answering: list[str]
    """The names that the servers gave in their responses, sorted."""
    unlinked: str | None
    """Why actors were not linked to the reference database, though it was asked for."""
    failures: list[Failure]
    """Articles that gave nothing because something failed."""
    skipped: list[Skipped]
    """Files that are no articles."""
