"""Every error this package raises.

ExtractorError
├── UsageError            a path, an option or a setting is wrong; nothing was started
├── ArticleError          one article gave nothing; the others go on (`kind` says why)
│   ├── UnreadableArticle   no such file, empty, binary, or not UTF-8
│   ├── ModelRefused        the model or its content filter would not answer
│   ├── AnswerTruncated     the answer was cut off
│   ├── AnswerInvalid       no valid answer after the re-asks
│   ├── ProviderFailed      the server could not be reached, or failed after the retries
│   ├── NotRecorded         a replay has no recording of this request
│   └── BudgetSpent         the call could have passed the budget, and was not sent
├── ProviderRejected      key, model name or request refused: no article can succeed, the run stops
├── NoModel               no key, no server and no recordings
├── Stopped               the run was asked to stop; what it has is in the store
├── StoreUnusable         the store of answers cannot be opened, read or written
├── ReferenceFailed       the reference database that actors were to be linked to gave no answer
└── DatasetInvalid        a dataset file does not hold what this version expects

A quote that isn't found or a merge that is unsure is no error but a finding on a record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .schemas.accounting import FailureKind


class ExtractorError(Exception):
    """Root of every error that this package raises on purpose."""


class UsageError(ExtractorError):
    """A path, an option or a setting is wrong; nothing was started."""


class NoModel(ExtractorError):
    """Neither a key, nor a server, nor recordings."""


class ProviderRejected(ExtractorError):
    """The server refuses the key, the model name or the form of the request: no article can succeed."""


class Stopped(ExtractorError):
    """The run was asked to stop: what was in flight has ended, nothing new was sent."""


class StoreUnusable(ExtractorError):
    """The store of answers cannot be opened, read or written."""


class ReferenceFailed(ExtractorError):
    """The reference database that actors were to be linked to could not be reached, or gave no answer of its kind."""


class DatasetInvalid(ExtractorError):
    """A dataset file does not hold what this version expects."""


class ArticleError(ExtractorError):
    """One article gave nothing. Never raised as such."""

    kind: FailureKind


class UnreadableArticle(ArticleError):
    """The file is missing, empty, binary or not UTF-8."""

    kind = "unreadable"


class ModelRefused(ArticleError):
    """The model, or the provider's content filter, would not answer. It is not asked again."""

    kind = "refused"


class AnswerTruncated(ArticleError):
    """The answer was cut off at the output limit. It is never parsed as if it were whole."""

    kind = "truncated"


class AnswerInvalid(ArticleError):
    """The answer was no valid answer, even after the re-asks."""

    kind = "invalid"


class ProviderFailed(ArticleError):
    """The server could not be reached, or failed after every retry."""

    kind = "provider"


class NotRecorded(ArticleError):
    """A replay has no recording of this request."""

    kind = "unrecorded"


class BudgetSpent(ArticleError):
    """The call could have passed the budget, and was not sent."""

    kind = "budget"
