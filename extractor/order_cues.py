"""Which rules may match a text, by its words alone.

Of each rule ``order_cues.json`` tells the words, its cues, without one of which it cannot match. ``cue_derivation`` works
them out from the rules' patterns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache, reduce
from importlib.resources import files
from operator import or_

from .order_rules import ENOUGH, Rule, rules

CUES = "order_cues.json"
Cue = str
"""What must stand in a text: "word", "beginning*" of one, "~piece" of a word or between words; of a script without
spaces, two neighbours or one character."""
UNSPACED_LETTERS = "\u0900-\u097f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af"
"""Of the scripts without spaces, or with letters that ``\\w`` leaves out."""
_UNSPACED_RUN = re.compile(f"[{UNSPACED_LETTERS}]+")
_WORD = re.compile(r"\w+")
_OF_ONE_SCRIPT = re.compile(rf"[a-z]+|[^\Wa-z{UNSPACED_LETTERS}]+")
_SPACED = re.compile(rf"[^\W{UNSPACED_LETTERS}]+")
LONGEST = 40
"""Letters of the longest beginning that is a cue; words that are longer are looked at anew each time."""
_REMEMBERED = 100_000
"""Words of which the cues are remembered: some 10 MB, and more than most runs meet."""


class Ways:
    """Ways in which rules can match. Each is a rule's number and the sets of cues that it wants, the rarest first."""

    def __init__(self, ways: Iterable[list[int]]) -> None:
        self._by_rarest: dict[int, list[tuple[int, int]]] = {}
        for number, rarest, *others in ways:
            wanted = sum(1 << clause for clause in (rarest, *others))
            self._by_rarest.setdefault(rarest, []).append((wanted, number))
        self._telling = sum(1 << rarest for rarest in self._by_rarest)

    def met(self, held: int) -> Iterator[int]:
        """The rules of the ways that get what they want from the sets held, a bit for each."""
        telling = held & self._telling
        while telling:
            rarest = telling.bit_length() - 1
            telling ^= 1 << rarest
            for wanted, number in self._by_rarest[rarest]:
                if wanted & held == wanted:
                    yield number


class Cues(dict[str, int]):
    """What a word, with the marks around it, is a cue for: a bit for each set of cues of which one must be there."""

    def __init__(self) -> None:
        known = json.loads(files("extractor").joinpath(CUES).read_text("utf-8"))
        self._bits: dict[Cue, int] = {}
        for number, clause in enumerate(known["clauses"]):
            for cue in clause.split():
                self._bits[cue] = self._bits.get(cue, 0) | 1 << number
        self._pieces = [(cue[1:], bits) for cue, bits in self._bits.items() if cue[0] == "~"]
        self._ways = Ways(known["ways"])
        self._heavy = Ways(way for way in known["ways"] if rules()[way[0]].points > 1)
        self._light: dict[str, int] = {}
        """The rarest sets that rules of one point want, by what these tell."""
        for number, rarest, *_ in known["ways"]:
            rule = rules()[number]
            if rule.points == 1:
                self._light[rule.sign] = self._light.get(rule.sign, 0) | 1 << rarest
        self._any_light = reduce(or_, self._light.values())

    def __missing__(self, word: str) -> int:
        held = 0
        for cue in word_cues(word):
            held |= self._bits.get(cue, 0)
        for piece, bits in self._pieces:
            if piece in word:
                held |= bits
        if len(word) <= LONGEST and len(self) < _REMEMBERED:
            self[word] = held
        return held

    def held(self, view: str) -> int:
        """The sets of which the view holds a cue."""
        return reduce(or_, filter(None, map(self.__getitem__, view.split())), 0)

    def suffice(self, held: int) -> bool:
        """Whether the rules that may match can come to ``ENOUGH``. Quicker than ``rules``, and mostly says no."""
        if next(self._heavy.met(held), None) is not None:
            return True
        light = held & self._any_light
        return light.bit_count() >= ENOUGH and sum(bool(rarest & light) for rarest in self._light.values()) >= ENOUGH

    def rules(self, held: int) -> list[Rule]:
        """The rules that may match, in the table's order: few of any text."""
        return [rules()[number] for number in sorted(set(self._ways.met(held)))]


def word_cues(word: str) -> Iterator[Cue]:
    """Which cues the word bears, but for its pieces."""
    words = _WORD.findall(word)
    if not (word.isascii() and word.isalpha()):
        words += _SPACED.findall(word) + _OF_ONE_SCRIPT.findall(word)
    for part in words:
        yield part
        yield from (part[:end] + "*" for end in range(2, min(len(part), LONGEST) + 1))
    for run in _UNSPACED_RUN.findall(word):
        yield from run
        yield from map(str.__add__, run, run[1:])


@cache
def known_cues() -> Cues:
    """What order_cues.json tells, read when the first sentence is weighed."""
    return Cues()
