"""A scripted model, so that users of this library can test their pipelines offline.

>>> model = ScriptedModel({"drones": [EMPTY]})
>>> dataset = extract(["articles/"], settings=build(model="scripted", base_url="unused"), model=model)  # doctest: +SKIP
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from .llm import Tally
from .prompt import more_message, shown_records
from .schemas import Answer, Draft, SupportAnswer

T = TypeVar("T", bound=Draft)

EMPTY: dict[str, Any] = {
    "publication": {"outlet": None, "agency": None, "byline": None, "published": None},
    "excluded": [],
    "actors": [],
    "weapons": [],
    "sources": [],
    "allegations": [],
    "denials": [],
    "responses": [],
}
"""The answer to an article that alleges nothing."""


class ScriptedModel:
    """Answers each article from a script, in place of a server.

    ``script`` maps words of an article to what is answered on the first call, the second and so on; the last repeats.
    An exception in it is raised. Articles that no words match get ``EMPTY``. Every call counts 100 tokens sent, 10
    answered.

    ``verdicts`` maps words of a pair of claims (several words: all of them) to what is said of it where ``adjudicate`` is
    set: "same", "different", "unsure", or an exception that is raised. The first entry that fits counts; a pair that no
    words match is "unsure".

    ``passes`` maps words of an article to what further passes answer, re-asks within them included, one after the other; the
    last repeats, and other articles get ``EMPTY``. Without it, passes go on in ``script``.

    ``support`` maps words of a record, as it is shown to a model that checks, to the verdict on it: "supported", "partly",
    "unsupported", or an exception that is raised. The first entry that fits counts; other records are "supported".
    """

    def __init__(
        self,
        script: Mapping[str, Sequence[Mapping[str, Any] | Exception]],
        *,
        verdicts: Mapping[str | tuple[str, ...], str | Exception] | None = None,
        passes: Mapping[str, Sequence[Mapping[str, Any] | Exception]] | None = None,
        support: Mapping[str | tuple[str, ...], str | Exception] | None = None,
    ) -> None:
        self._script = script
        self._passes = passes
        self._support = support or {}
        self._verdicts = verdicts or {}
        self._calls: Counter[tuple[bool, str]] = Counter()
        self.conversations: list[list[dict[str, str]]] = []
        """The messages of every call, in order."""

    async def complete(self, messages: list[dict[str, str]], tally: Tally, *, reasks: int) -> tuple[Answer, str]:  # noqa: ARG002
        """The next answer of the script. Raises pydantic's ValidationError for a script that is no answer at all."""
        self.conversations.append([dict(m) for m in messages])
        article = messages[1]["content"]
        further = self._passes is not None and any(_asks_for_more(m) for m in messages)
        script = self._passes if further and self._passes is not None else self._script
        words = next((w for w in script if w in article), None)
        steps: Sequence[Mapping[str, Any] | Exception] = [EMPTY] if words is None else script[words]
        step = steps[min(self._calls[further, words or article], len(steps) - 1)]
        self._calls[further, words or article] += 1
        if isinstance(step, Exception):
            raise step
        tally.add("scripted", prompt_tokens=100, completion_tokens=10)
        text = json.dumps(step, ensure_ascii=False)
        return Answer.model_validate_json(text, strict=True), text

    async def complete_as(
        self,
        kind: type[T],
        messages: list[dict[str, str]],
        tally: Tally,
        *,
        reasks: int,  # noqa: ARG002 - the protocol's
    ) -> tuple[T, str]:
        """The verdict on a pair of claims, or the verdicts on records. Raises pydantic's ValidationError for a script with
        another word for one."""
        self.conversations.append([dict(m) for m in messages])
        asked = messages[1]["content"]
        said: dict[str, Any]
        if kind is SupportAnswer:
            verdicts = [(r, _scripted(self._support, line, "supported")) for r, line in shown_records(asked)]
            said = {"verdicts": [{**key, "reason": "scripted", "verdict": v} for key, v in verdicts]}
        else:
            said = {"reason": "scripted", "verdict": _scripted(self._verdicts, asked, "unsure")}
        tally.add("scripted", prompt_tokens=100, completion_tokens=10)
        text = json.dumps(said)
        return kind.model_validate_json(text, strict=True), text


def _asks_for_more(message: Mapping[str, str]) -> bool:
    return message["role"] == "user" and message["content"].startswith(more_message({})["content"])


def _scripted(script: Mapping[str | tuple[str, ...], str | Exception], text: str, otherwise: str) -> str:
    """What a script says of a text. Raises the exception that it says."""
    step = next((v for words, v in script.items() if all(w in text for w in _several(words))), otherwise)
    if isinstance(step, Exception):
        raise step
    return step


def _several(words: str | tuple[str, ...]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else words
