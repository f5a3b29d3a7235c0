"""What one article gives, and the run that asked for it."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from .accounting import Quarantined, RecordCount, Support, Usage, off
from .actor import Actor
from .article import Article
from .base import Record
from .claim import Attribution, Claim
from .denial import DenialStatement
from .response import Response
from .source import Source
from .weapon import WeaponType


class Run(Record):
    """What asked for answers: the choices that can change an answer, and nothing else.

    Where answers came from (server, recording, store) is left out, since it does not change them, and so is wall-clock
    time: the same input and answers give the same bytes.
    """

    id: str
    """``run:`` and a hash of the fields below."""
    tool: str
    """``armsledger``."""
    tool_version: str
    """Its version."""
    model: str | None
    """The model asked for."""
    prompt_sha256: str
    """Of the fixed part of the prompt."""
    schema_sha256: str
    """Of the schema that constrained the answers."""
    parameters: dict[str, Any]
    """Further request parameters that were sent with every call."""
    reasks: int
    """How often an answer that did not hold was asked for again, at most."""
    passes: int | None = Field(None, exclude_if=off)
    """How often an article was read, at most, where it was more than once."""
    check: str | None = Field(None, exclude_if=off)
    """The model that was asked whether the records are supported, where one was."""


class Extraction(Record):
    """What one article gives: every reference resolves inside it, every kept record has located evidence."""

    id: str
    """``extraction:`` and a hash of its run, its article and its records."""
    run: Run
    """What asked for it."""
    article: Article
    """The article."""
    actors: list[Actor]
    """Its actors."""
    weapons: list[WeaponType]
    """Its weapons."""
    sources: list[Source]
    """Its sources."""
    claims: list[Claim]
    """Its claims."""
    attributions: list[Attribution]
    """Who says them, each bearing its claim's id."""
    denials: list[DenialStatement]
    """Its denials; ``targets`` are claim ids."""
    responses: list[Response]
    """Its responses; ``about`` are claim and denial statement ids."""
    quarantine: list[Quarantined]
    """What did not hold."""
    records: list[RecordCount]
    """Where every record of the answer went."""
    usage: Usage
    """What it took."""
    models: list[str]
    """The model names that the server gave in its responses."""
    support: Support | None = Field(None, exclude_if=off)
    """What a second reading says of it, where it was asked for."""
    lapses: list[str] = Field([], exclude_if=off)
    """What was asked for beside the records and failed, in words: a further pass, the check. The records stay."""
