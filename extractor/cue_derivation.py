"""Writes order_cues.json: the words without one of which no rule of ``orders.toml`` can match.

From a pattern itself follows what must stand in any text that it matches. This is worked out once, after each change of
``orders.toml`` (``make cues``), and not while articles are read: it takes half a second and the parser of ``re``, which
is no public module.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]  # typeshed leaves the parser of patterns out
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from .folding import folded
from .order_cues import CUES, LONGEST, UNSPACED_LETTERS, Cue, word_cues
from .order_rules import CLAUSE, END, ROLES, filled, role_shapes, rules, table, table_digest

NEWS = [Path(__file__).parent.parent / folder for folder in ("seeds", "tests/corpus/articles")]
"""Where it is seen how often a cue stands in news: of several that a rule wants, the rarest are looked for."""
Clauses = list[frozenset[Cue]]
"""Sets of cues: of each set, one must be there."""
_MOST = 150
"""Strings up to which all that a part of a pattern can match are spelt out."""
_WAYS = 16
"""Alternatives of a rule, at most."""
_RANKS = 3
"""Clauses that are kept of a choice: those of the first, second and third cue of each string."""
_LETTERS_UNSPACED = re.compile(f"[{UNSPACED_LETTERS}]+")
_WORD = re.compile(r"\w+")
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
_EDGES = (sre.AT_BOUNDARY, sre.AT_BEGINNING, sre.AT_END)
_NOT_WORD = list(parser.parse(r"\W"))
Items = list[tuple[Any, Any]]
"""A part of a parsed pattern."""


class _Part(NamedTuple):
    """What is known of the text that a part of a pattern matches."""

    strings: frozenset[str] | None
    """All that it can match, if that is little. A blank is the edge of a word: zero or more characters that are not \\w."""
    clauses: Clauses


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _cues(string: str) -> list[Cue]:
    """The cues that follow from the string, the rarest first."""
    found: list[Cue] = []
    inner: list[Cue] = []
    for match in _WORD.finditer(string):
        word = match[0]
        if _LETTERS_UNSPACED.search(word):
            continue
        if match.start() and match.end() < len(string):
            found.append(word)
        elif match.start() and len(word) > 1:
            found.append(word[:LONGEST] + "*")
        elif len(word) > 1:
            inner.append("~" + word)
    found += (run[:2] for run in _LETTERS_UNSPACED.findall(string))
    return sorted(found, key=_frequency) or sorted(inner, key=_frequency)[:1]


@cache
def _sentences() -> list[list[str]]:
    """The words of sentences from news, folded."""
    texts = [path.read_text("utf-8") for folder in NEWS for path in sorted(folder.glob("*.txt"))]
    return [folded(sentence).split() for text in texts for sentence in re.split(r"(?<=[.!?。])\s+|\n", text)]


@cache
def _counted() -> Counter[Cue]:
    """In how many sentences each word and each beginning of a word stands."""
    return Counter(cue for words in _sentences() for cue in {cue for word in words for cue in word_cues(word)})


@cache
def _frequency(cue: Cue) -> float:
    """In how many of the news sentences the cue stands; where in none, less the longer it is."""
    found = sum(any(cue[1:] in word for word in words) for words in _sentences()) if cue[0] == "~" else _counted()[cue]
    return found + 0.5 ** (len(cue) - (cue[0] == "~"))


def _weight(clause: frozenset[Cue]) -> float:
    """How often the clause holds."""
    return sum(map(_frequency, clause))


def _ranked(choices: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """Of each choice its first, then its second; nothing where a choice has none."""
    choices = list(choices)
    if not all(choices):
        return []
    return [[choice[min(rank, len(choice) - 1)] for choice in choices] for rank in range(_RANKS)]


def _spelt(strings: Iterable[str], opened: bool, closed: bool) -> Clauses:
    cues = [_cues(" " * opened + string + " " * closed) for string in strings]
    return list(dict.fromkeys(map(frozenset, _ranked(cues))))


def _clauses(part: _Part, opened: bool, closed: bool) -> Clauses:
    own = [] if part.strings is None else _spelt(part.strings, opened, closed)
    return own + part.clauses


def _either(parts: Iterable[Clauses]) -> Clauses:
    ranked = _ranked(sorted(clauses, key=_weight) for clauses in parts)
    return list(dict.fromkeys(frozenset().union(*clauses) for clauses in ranked))


def _chars(items: Items) -> list[str] | None:
    """The characters of a class, if they are few."""
    found = []
    for kind, value in items:
        if kind is sre.LITERAL:
            found.append(chr(value))
        elif kind is sre.RANGE and value[1] - value[0] < 40:
            found += map(chr, range(value[0], value[1] + 1))
        elif kind is sre.CATEGORY and value in {sre.CATEGORY_NOT_WORD, sre.CATEGORY_SPACE}:
            found.append(" ")
        else:
            return None
    return found


def _bars_words(value: Any) -> bool:
    """Whether the negative assertion is ``(?!\\w)`` or ``(?<!\\w)``, or the same with ``[a-z]`` among other letters."""
    return list(value[1]) in (
        [(sre.IN, [(sre.CATEGORY, sre.CATEGORY_WORD)])],
        [(sre.IN, [(sre.RANGE, (ord("a"), ord("z")))])],
    )


def _edge(items: Items, beyond: bool, first: int) -> bool:
    """Whether a word ends where the items begin (``first`` 0) or begins where they end (-1), whatever they match."""
    if not items:
        return beyond
    kind, value = items[first]
    rest = items[1:] if first == 0 else items[:-1]
    if kind is sre.LITERAL:
        return not _is_word(chr(value))
    if kind is sre.IN:
        chars = _chars(value)
        return chars is not None and not any(map(_is_word, chars))
    if kind is sre.AT:
        return value in _EDGES
    if kind in {sre.ASSERT_NOT, sre.ASSERT}:
        looks = kind is sre.ASSERT and value[0] > 0 and first == 0 and _edge(list(value[1]), False, 0)
        return looks or (kind is sre.ASSERT_NOT and _bars_words(value)) or _edge(rest, beyond, first)
    if kind is sre.SUBPATTERN:
        return _edge(list(value[3]) + rest if first == 0 else rest + list(value[3]), beyond, first)
    if kind is sre.BRANCH:
        return all(_edge(list(b) + rest if first == 0 else rest + list(b), beyond, first) for b in value[1])
    if kind in _REPEATS:
        return (value[0] > 0 or _edge(rest, beyond, first)) and _edge(list(value[2]), False, first)
    return False


def _one(kind: Any, value: Any, opened: bool, closed: bool) -> _Part:  # noqa: C901  # a case for each kind of item
    """What an item of a pattern matches, between edges of words or not."""
    nothing, blank, unknown = (_Part(frozenset({""}), []), _Part(frozenset({" "}), []), _Part(None, []))
    if kind is sre.LITERAL:
        char = chr(value)
        if char == CLAUSE or not "\ue001" <= char <= END:
            return _Part(
                frozenset({" " if char == CLAUSE else char}),
                []
                if _is_word(char) or char in " \ue000" or _LETTERS_UNSPACED.match(char)
                else [frozenset({"~" + char})],
            )
        return _Part(None, _role_clauses("MACHINE" if char == END else ROLES[ord(char) - 0xE001]))
    if kind is sre.IN and (chars := _chars(value)):
        if any(map(_is_word, chars)):
            return _Part(frozenset(chars), []) if len(chars) <= 12 else unknown
        plain = not any(char.isspace() or char >= CLAUSE for char in chars)
        return _Part(blank.strings, [frozenset("~" + char for char in chars)] if plain else [])
    if kind in {sre.SUBPATTERN, sre.ATOMIC_GROUP}:
        return _sequence(list(value[3] if kind is sre.SUBPATTERN else value), opened, closed)
    if kind is sre.BRANCH:
        parts = [_sequence(list(branch), opened, closed) for branch in value[1]]
        strings = frozenset[str]().union(*(part.strings or () for part in parts))
        if all(part.strings is not None and not part.clauses for part in parts) and len(strings) <= _MOST:
            return _Part(strings, [])
        return _Part(None, _either(_clauses(part, opened, closed) for part in parts))
    if kind in _REPEATS:
        least, most, items = value
        part = _sequence(list(items), opened and most == 1, closed and most == 1)
        if part.strings == blank.strings or (part.strings and most == 1):
            return _Part((part.strings or frozenset()) | (set() if least else {""}), part.clauses if least else [])
        return _Part(None, _clauses(part, opened and most == 1, closed and most == 1) if least else [])
    if kind is sre.AT:
        return blank if value in _EDGES else nothing
    if kind is sre.ASSERT_NOT:
        return blank if _bars_words(value) else nothing
    if kind is sre.ASSERT:
        return blank if value[0] > 0 and _edge(list(value[1]), False, 0) else nothing
    return unknown


def _sequence(items: Items, opened: bool = False, closed: bool = False) -> _Part:
    """What items in a row match. ``opened``, ``closed``: whether an edge of a word stands before and behind."""
    run, run_opened, found, whole = frozenset({""}), opened, Clauses(), True
    for number, (kind, value) in enumerate(items):
        here = _edge(items[:number], opened, -1)
        part = _one(kind, value, here, _edge(items[number + 1 :], closed, 0))
        found += part.clauses
        if part.strings is not None and len(run) * len(part.strings) <= _MOST:
            run = frozenset(before + string for before in run for string in part.strings)
            continue
        whole = False
        found += _spelt(run, run_opened, _edge(items[number:], closed, 0))
        run, run_opened = part.strings or frozenset({""}), here
        if part.strings is None:
            run_opened = _edge(items[: number + 1], opened, -1)
    if whole:
        return _Part(run, found)
    return _Part(None, found + _spelt(run, run_opened, closed))


@cache
def _role_clauses(role: str) -> Clauses:
    shapes = [found[role] for script in table()["scripts"] if role in (found := role_shapes(script))]
    return _either(
        _clauses(_sequence(list(parser.parse(filled(shape), re.MULTILINE))), False, False) for shape in shapes
    )


def _spans_words(items: Iterable[tuple[Any, Any]]) -> bool:
    return any(kind in _REPEATS and list(value[2]) == _NOT_WORD for kind, value in items)


def _alternatives(items: Items, most: int = _WAYS) -> list[Items]:
    """The items with choices between several words spelt out: what is a cue for one of them is none for another."""
    for number, (kind, value) in enumerate(items):
        if kind is sre.BRANCH and len(value[1]) <= most and any(_spans_words(branch) for branch in value[1]):
            each = [items[:number] + list(branch) + items[number + 1 :] for branch in value[1]]
            return [found for one in each for found in _alternatives(one, most // len(each))]
    return [items]


def ways(shape: str) -> list[Clauses]:
    """For each of the shape's alternatives, what must stand in a folded text that it matches, the rarest first."""
    items = list(parser.parse(filled(shape), re.MULTILINE))
    found = [_clauses(_sequence(one), False, False) for one in _alternatives(items)]
    return [sorted(dict.fromkeys(clauses), key=_weight) for clauses in found]


def main() -> None:
    """Writes what ``instructions`` reads."""
    found = [(rule.number, clauses) for rule in rules() for clauses in ways(rule.shape)]
    numbers = {clause: n for n, clause in enumerate(dict.fromkeys(c for _, clauses in found for c in clauses))}
    lines = {
        "of": table_digest(),
        "clauses": [" ".join(sorted(clause)) for clause in numbers],
        "ways": [[rule, *(numbers[clause] for clause in clauses)] for rule, clauses in found],
    }
    Path(__file__).with_name(CUES).write_text(json.dumps(lines, ensure_ascii=False, indent=0) + "\n", "utf-8")


if __name__ == "__main__":
    main()
