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
from .schemas import Answer, Draft

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
    """

    def __init__(
        self,
        script: Mapping[str, Sequence[Mapping[str, Any] | Exception]],
        *,
        verdicts: Mapping[str | tuple[str, ...], str | Exception] | None = None,
    ) -> None:
        self._script = script
        self._verdicts = verdicts or {}
        self._calls: Counter[str] = Counter()
        self.conversations: list[list[dict[str, str]]] = []
        """The messages of every call, in order."""

    async def complete(self, messages: list[dict[str, str]], tally: Tally, *, reasks: int) -> tuple[Answer, str]:  # noqa: ARG002
        """The next answer of the script. Raises pydantic's ValidationError for a script that is no answer at all."""
        self.conversations.append([dict(m) for m in messages])
        article = messages[1]["content"]
        words = next((w for w in self._script if w in article), None)
        steps: Sequence[Mapping[str, Any] | Exception] = [EMPTY] if words is None else self._script[words]
        step = steps[min(self._calls[words or article], len(steps) - 1)]
        self._calls[words or article] += 1
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
        """The verdict on a pair of claims. Raises pydantic's ValidationError for a script with another word for it."""
        self.conversations.append([dict(m) for m in messages])
        pair = messages[1]["content"]
        step = next((v for words, v in self._verdicts.items() if all(w in pair for w in _several(words))), "unsure")
        if isinstance(step, Exception):
            raise step
        tally.add("scripted", prompt_tokens=100, completion_tokens=10)
        text = json.dumps({"reason": "scripted", "verdict": step})
        return kind.model_validate_json(text, strict=True), text


def _several(words: str | tuple[str, ...]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else words
