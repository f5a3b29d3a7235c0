"""Orders to software: the words they are made of, and what a sentence's words weigh together.

An order to software is told by its make, not by its wording: an imperative where a clause begins, and an object that only
software has (its instructions, its prompt, its output, its records). ``defects.toml`` holds these words by role and
language, and the rules that say what their combinations weigh. A sentence of ``ENOUGH`` points is an order; one that
somebody is quoted as saying needs a point more, because people give each other orders too.

Few sentences are weighed. Each rule is a pattern, and from the pattern itself follow the words, its cues, without one of
which it cannot match; a rule whose cues do not stand in the sentence is left out, and a sentence whose rules cannot come to
``ENOUGH`` points is no order.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from importlib.resources import files
from re import _constants as sre  # type: ignore[attr-defined]  # typeshed leaves the parser of patterns out
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

ENOUGH = 3


class _Fold(dict[int, str]):
    """What a code point is compared as: without case, accents, width and style; nothing, where it cannot be seen."""

    def __missing__(self, code: int) -> str:
        seen = "".join(char for char in unicodedata.normalize("NFKD", chr(code)) if not _is_unseen(char))
        is_mark = 0xE000 <= code <= 0xE00F  # in the text itself, our marks mean nothing
        self[code] = "" if is_mark else unicodedata.normalize("NFC", seen).casefold().translate(_SAME)
        return self[code]


def _is_unseen(char: str) -> bool:
    kind = unicodedata.category(char)
    # Indic and south-east Asian vowels and the two kana sound marks are letters for us.
    is_mark = kind in {"Mn", "Me"} and not ("\u0900" <= char < "\u1ab0" or char in "\u3099\u309a")
    return is_mark or kind == "Cf" or (kind == "Cc" and not char.isspace()) or char in "\u115f\u1160\u3164\uffa0\u0640"


_SAME = str.maketrans("ıیىک’‘ʼ_", "iييك''' ")
"""Characters that writers and keyboards of one language use for each other."""
_FOLD = _Fold()


def folded(text: str) -> str:
    """The text without what a reader overlooks: case, accents, width and style."""
    return text.translate(_FOLD)


# Patterns -------------------------------------------------------------------------------------------------------------

_ROLES = ("OVERRIDE", "OVERRIDE_LAST", "REVEAL", "ORDER", "ORDER_LAST", "MACHINE", "RULES", "GOODS")
_MARKS = {role: chr(0xE001 + number) for number, role in enumerate(_ROLES)}
_CLAUSE, _END = "\ue000", "\ue00f"
_UNSPACED = frozenset({"zh", "ja", "ko", "hi"})
"""Languages in which ``\\b`` does not find the ends of words."""
_VERB_LAST = frozenset({"fa", "tr", "ja", "ko", "hi"})
"""Languages in which the imperative has a form of its own and comes after its object."""


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("extractor").joinpath("defects.toml").read_text("utf-8"))


@cache
def _shapes() -> dict[str, str]:
    """What a name in <> stands for."""
    own = {"HEAD": f"{_CLAUSE}[\ue001-\ue00f]*", "MACHINE_END": _END, **_MARKS}
    shapes: dict[str, str] = _table()["shapes"]
    return own | shapes


def _filled(shape: str) -> str:
    """The shape, filled in, for folded text; a blank in it stands for all that may stand between two words."""
    while (filled := re.sub(r"<([A-Z_]+)>", lambda m: _shapes()[m[1]], shape)) != shape:
        shape = filled
    shape = shape.replace(" ?", r"\W{0,6}").replace(" ", r"\W{1,6}")
    fold = _Fold({code: chr(code) for code in range(0xE000, 0xE010)})
    return "".join(char if char.isascii() else fold[ord(char)] for char in shape)


@cache
def _pattern(shape: str) -> re.Pattern[str]:
    return re.compile(_filled(shape), re.MULTILINE)


@cache
def _role_shapes(script: str) -> dict[str, str]:
    """The words of each role in the languages of a script, as patterns."""
    found = {}
    for role in _MARKS:
        words = _table()["words"][role.removesuffix("_LAST")]
        languages = _table()["scripts"][script].split()
        codes = [c for c in languages if c in words and (c in _VERB_LAST or not role.endswith("_LAST"))]
        spaced = "|".join(words[code] for code in codes if code not in _UNSPACED)
        shapes = [words[code] for code in codes if code in _UNSPACED] + ([rf"\b(?:{spaced})(?!\w)"] if spaced else [])
        if shapes:
            found[role] = "|".join(shapes)
    return found


@cache  # compiling takes longer than reading an article, and most articles need one script only
def _finders(script: str) -> dict[str, re.Pattern[str]]:
    """What finds the words of each role in the languages of a script."""
    return {role: _pattern(shape) for role, shape in _role_shapes(script).items()}


# Cues -----------------------------------------------------------------------------------------------------------------

Cue = str
"""What must stand in a text: "word", "stem*" (of ``_STEM`` letters), "~piece" of a word or between words; of a script
without spaces, two neighbours or one character."""
Clauses = list[frozenset[Cue]]
"""Sets of cues: of each set, one must be there."""
_STEM = 4
_MOST = 150
"""Strings up to which all that a part of a pattern can match are spelt out."""
_RANKS = 3
"""Clauses that are kept of a choice: those of the first, second and third cue of each string."""
_LETTER = "\u0900-\u097f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af"
"""Of the scripts without spaces, or with letters that ``\\w`` leaves out."""
_LETTERS_UNSPACED = re.compile(f"[{_LETTER}]+")
_PARTS = re.compile(rf"[^\W{_LETTER}]+")
_WORD = re.compile(r"\w+")
_GLUED = re.compile(rf"[^\Wa-z{_LETTER}]ai(?![a-z])|(?<![a-z])ai[^\Wa-z{_LETTER}]")
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
_EDGES = (sre.AT_BOUNDARY, sre.AT_BEGINNING, sre.AT_END)
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
    """The cues that follow from the string, the most telling first."""
    found: list[tuple[float, Cue]] = []
    inner: list[Cue] = []
    for match in _WORD.finditer(string):
        word = match[0]
        if _LETTERS_UNSPACED.search(word):
            continue
        if match.start() and match.end() < len(string):
            found.append((1 if word in _common() else len(word) + 0.5, word))
        elif match.start() and len(word) >= _STEM:
            found.append((_STEM, word[:_STEM] + "*"))
        elif len(word) > 1:
            inner.append("~" + word)
    found += ((6, run[:2]) if len(run) > 1 else (3, run) for run in _LETTERS_UNSPACED.findall(string))
    return [cue for _, cue in sorted(found, reverse=True)] or sorted(inner, key=len)[-1:]


@cache
def _common() -> frozenset[str]:
    return frozenset(_table()["common"].split())


def _weight(clause: frozenset[Cue]) -> float:
    """How often the clause holds, as a guess: it bears on the speed alone."""
    return sum(
        1.0
        if cue in _common()
        else 8.0
        ** -(
            _STEM if cue[-1] == "*" else 6 if _LETTERS_UNSPACED.match(cue) else len(cue) * (0.5 if cue[0] == "~" else 1)
        )
        for cue in clause
    )


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
    """Whether the negative assertion is ``(?!\\w)`` or ``(?<!\\w)``."""
    return list(value[1]) == [(sre.IN, [(sre.CATEGORY, sre.CATEGORY_WORD)])]


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
        if char == _CLAUSE or not "\ue001" <= char <= _END:
            return _Part(
                frozenset({" " if char == _CLAUSE else char}),
                []
                if _is_word(char) or char in " \ue000" or _LETTERS_UNSPACED.match(char)
                else [frozenset({"~" + char})],
            )
        return _Part(None, _role_clauses("MACHINE" if char == _END else _ROLES[ord(char) - 0xE001]))
    if kind is sre.IN and (chars := _chars(value)):
        if any(map(_is_word, chars)):
            return _Part(frozenset(chars), []) if len(chars) <= 12 else unknown
        plain = not any(char.isspace() or char >= _CLAUSE for char in chars)
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
    shapes = [found[role] for script in _table()["scripts"] if role in (found := _role_shapes(script))]
    return _either(
        _clauses(_sequence(list(parser.parse(_filled(shape), re.MULTILINE))), False, False) for shape in shapes
    )


def cues(shape: str) -> list[Clauses]:
    """For each of the shape's alternatives, what must stand in a folded text that it matches."""
    items = list(parser.parse(_filled(shape), re.MULTILINE))
    branches = items[-1][1][1] if items and items[-1][0] is sre.BRANCH else [[]]
    stem = items[:-1] if branches != [[]] else items
    return [_clauses(_sequence(stem + list(branch)), False, False) for branch in branches]


# Rules ----------------------------------------------------------------------------------------------------------------


class _Rule(NamedTuple):
    """What one combination of words tells."""

    number: int
    points: int
    reach: int
    sign: str
    """In words, for the defect's detail."""
    pattern: re.Pattern[str]
    marked: bool
    """Whether it is looked for in the marked text."""
    needs: frozenset[str]
    """The marks without which there is nothing to find: a shape names a role only if it cannot do without it."""
    leads: str | None
    """A role that the rule wants at the beginning of a clause."""


class _Rules:
    """The rules, and the cues that lead to them."""

    def __init__(self) -> None:
        self.all: list[_Rule] = []
        """In the table's order."""
        self.ways: list[tuple[Clauses, _Rule]] = []
        """The alternatives of the rules' shapes: the clauses beside the most telling one."""
        self.by_cue: dict[Cue, set[int]] = {}
        """The ways whose most telling clause has the cue."""
        sign = ""
        for line in _table()["rules"].strip().splitlines():
            if not line[0].isdigit():
                sign = line
                continue
            points, reach, shape = line.split(" ", 2)
            names = {name.replace("NAME", "MACHINE") for name in re.findall(r"<([A-Z_]+)>", shape)}
            needs = frozenset(_MARKS[role] for role in names & _MARKS.keys())
            leads = re.search(r"<HEAD><(OVERRIDE|REVEAL|ORDER)>", shape)
            is_marked = bool(needs) or "HEAD" in names
            numbers = len(self.all), int(points), int(reach)
            self.all.append(_Rule(*numbers, sign, _pattern(shape), is_marked, needs, leads and leads[1]))
            for clauses in cues(shape):
                first, *others = sorted(clauses, key=_weight)
                for cue in first:
                    self.by_cue.setdefault(cue, set()).add(len(self.ways))
                self.ways.append((others, self.all[-1]))
        self._count_clauses()
        every = {cue for others, _ in self.ways for clause in others for cue in clause} | set(self.by_cue)
        self.cues = frozenset(every)
        self.stems = {cue[:-1]: cue for cue in every if cue[-1] == "*"}
        pieces = {cue for cue in every if cue[0] == "~"}
        self.first = [cue[1:] for cue in pieces & self.by_cue.keys()]
        self.later = pieces - self.by_cue.keys()
        self.held_later = self._held(self.later)

    def _count_clauses(self) -> None:
        """Gives each clause a bit: sets of clauses are compared for every sentence, and integers are quicker."""
        self.bits: dict[Cue, int] = {}
        self.wanted: list[int] = []
        """Of each way, the clauses beside the most telling one."""
        numbers: dict[frozenset[Cue], int] = {}
        for others, _ in self.ways:
            wanted = 0
            for clause in map(frozenset, others):
                if clause not in numbers:
                    numbers[clause] = len(numbers)
                    for cue in clause:
                        self.bits[cue] = self.bits.get(cue, 0) | 1 << numbers[clause]
                wanted |= 1 << numbers[clause]
            self.wanted.append(wanted)

    def _held(self, found: Iterable[Cue]) -> int:
        """The clauses that hold where these cues are."""
        held = 0
        for cue in found:
            held |= self.bits.get(cue, 0)
        return held

    def found(self, view: str, first: Collection[str]) -> set[Cue]:
        """The cues in the view, without those of ``self.later``. ``first``: which of ``self.first`` to look for."""
        words = set(_WORD.findall(view))
        found = words & self.cues
        if not view.isascii() and (runs := _LETTERS_UNSPACED.findall(view)):
            words.update(_PARTS.findall(view))
            found |= {cue for run in runs for cue in map(str.__add__, run, run[1:])}.union(words, *runs) & self.cues
        found.update(self.stems[stem] for stem in {word[:_STEM] for word in words} & self.stems.keys())
        found.update("~" + piece for piece in first if piece in view)
        return found

    def possible(self, view: str, first: Collection[str]) -> list[_Rule]:
        """The rules that may match the view, in the table's order."""
        if _GLUED.search(view) and _LETTERS_UNSPACED.search(view):
            return self.all
        found = self.found(view, first)
        held = self._held(found)
        rules = self._led_to(found, held | self.held_later)
        if _points(rules) < ENOUGH:
            return rules
        return self._led_to(found, held | self._held(cue for cue in self.later if cue[1:] in view))

    def anchors(self, view: str, first: Collection[str]) -> list[str] | None:
        """Strings without one of which no part of the view is an order; None if that cannot be said.

        An order has a rule of ``ENOUGH`` points, or rules of several signs: so one sign may be left out of account.
        """
        if _GLUED.search(view) and _LETTERS_UNSPACED.search(view):
            return None
        found = self.found(view, first)
        rules = self._led_to(found, self._held(found) | self.held_later)
        signs = {rule.number: "" if rule.points >= ENOUGH else rule.sign for rule in rules}
        by_sign: dict[str, set[Cue]] = {}
        for cue in found & self.by_cue.keys():
            for number in {self.ways[way][1].number for way in self.by_cue[cue]} & signs.keys():
                by_sign.setdefault(signs[number], set()).add(cue.strip("~*"))
        strong = by_sign.pop("", set())
        weak = (
            sorted(by_sign.values(), key=len)[:-1] if _points(r for r in rules if r.points < ENOUGH) >= ENOUGH else []
        )
        return list(strong.union(*weak))

    def _led_to(self, found: set[Cue], held: int) -> list[_Rule]:
        """The rules that a found cue leads to, and all of whose clauses hold."""
        numbers = {
            self.ways[way][1].number
            for cue in found & self.by_cue.keys()
            for way in self.by_cue[cue]
            if not self.wanted[way] & ~held
        }
        return [self.all[number] for number in sorted(numbers)]


@cache
def _rules() -> _Rules:
    return _Rules()


def _points(rules: Iterable[_Rule]) -> int:
    """What the rules come to: of all rules of one sign only the strongest counts."""
    return sum(dict(sorted((rule.sign, rule.points) for rule in rules)).values())


# Weighing -------------------------------------------------------------------------------------------------------------


def marked(view: str) -> str:
    """The view with a mark before each word that has a role and where a clause begins, and one after software's names."""
    clauses = _clause_starts(view)
    marks = {(at, _CLAUSE) for at in clauses}
    for script in _table()["scripts"]:
        has_verb = False  # the roles that come after the verbs mean nothing without one
        for role, words in _finders(script).items() if re.search(script, view) else ():
            if role in {"RULES", "GOODS"} and not has_verb:
                continue
            for match in words.finditer(view):
                marks |= {(match.start(), _MARKS[role])} | ({(match.end(), _END)} if role == "MACHINE" else set())
                has_verb |= role.endswith("_LAST") or match.start() in clauses
    pieces, done = [], 0
    for at, mark in sorted(marks):
        pieces += [view[done:at], mark]
        done = at
    return "".join([*pieces, view[done:]])


def _clause_starts(view: str) -> set[int]:
    return {match.end() for match in _pattern(_table()["begins"]).finditer(view)}


def _led(view: str, rules: list[_Rule]) -> list[_Rule]:
    """The rules without those that match nothing, or want a verb at the beginning of a clause, or a role, where none is."""
    finders = [_finders(script) for script in _table()["scripts"] if re.search(script, view)]
    starts = _clause_starts(view) if any(rule.leads for rule in rules) else ()
    wanted = {rule.leads for rule in rules if rule.leads}
    led = {role for role in wanted for f in finders if role in f and any(f[role].match(view, at) for at in starts)}
    rules = [rule for rule in rules if not rule.leads or rule.leads in led]
    if _points(rules) < ENOUGH:
        return rules
    rules = [rule for rule in rules if rule.marked or rule.pattern.search(view)]
    for role, mark in _MARKS.items():
        if _points(rules) < ENOUGH:
            break
        if any(mark in rule.needs for rule in rules) and not any(role in f and f[role].search(view) for f in finders):
            rules = [rule for rule in rules if mark not in rule.needs]
    return rules


class Order(NamedTuple):
    """What makes a sentence an order to software."""

    detail: str
    reach: int
    orders: bool
    """Whether it says itself what to do, so that the next line need not."""


def weigh(views: dict[str, str], pieces: Collection[str]) -> Order | None:
    """The order that a sentence is, or None.

    ``views``: the ways to read it, folded, each with how that is, the plain one first. ``pieces``: those of the plain text.
    """
    possible = {view: _rules().possible(view, _rules().first if how else pieces) for view, how in views.items()}
    if all(_points(rules) < ENOUGH for rules in possible.values()):
        return None
    possible = {view: _led(view, rules) for view, rules in possible.items()}
    if all(_points(rules) < ENOUGH for rules in possible.values()):
        return None
    orders = False
    for view, how in views.items():
        told = marked(view) if any(rule.marked for rule in possible[view]) else ""
        marks = set(told)
        rules = (rule for rule in possible[view] if rule.needs <= marks)
        hits = [(rule, match) for rule in rules if (match := rule.pattern.search(told if rule.marked else view))]
        orders |= any(not rule.reach for rule, _ in hits)
        if _points(rule for rule, _ in hits) < ENOUGH:
            continue
        main, match = max(hits, key=lambda hit: hit[0].points)
        if _points(rule for rule, _ in hits) >= ENOUGH + _is_speech(match):
            words = re.sub(r"[\ue000-\ue00f]", "", match.string[match.start() :]).split()
            shown = " ".join(words)[:90].encode("utf-8", "replace").decode()
            return Order(f"{main.sign}{how}: {shown}", 0 if main.reach == 1 and orders else main.reach, orders)
    return None


def pieces(view: str) -> list[str]:
    """The pieces to look for in every part of the text."""
    return [piece for piece in _rules().first if piece in view]


def anchors(words: str, first: Collection[str]) -> list[str] | None:
    """Strings of which an order in a text of these words, folded, has one; None if any sentence may be one."""
    return _rules().anchors(words, first)


_SAYS_BEFORE = "<SAYS>"
_SAYS_AFTER = r"[,.!?。、][\"”»’」』]|[,\"”»]\W{0,5}(?:\w+\W+){0,8}?<SAYS>"
_TOLD_YOU = r"\byou (?:were|are|have been) \w+"
_GOES_ON = (
    r"^\W{0,6}(?:(?:then|also|finally|next|instead|furthermore|\d{1,2})\W{1,6})?"
    r"(?:<ORDER>|<OVERRIDE>|<WRITE>|(?:say|write|reply|do not|never)\b|[{}\[\]])|<ORDER_LAST>\W{0,6}$"
)


def goes_on(sentence: str) -> bool:
    """Whether the sentence continues the orders before it."""
    return bool(_pattern(_GOES_ON).search(marked(folded(sentence))))


def _is_speech(match: re.Match[str]) -> bool:
    """Whether the words are somebody's who is quoted, with or without quotation marks."""
    before = match.string[: match.start() + 1]
    opened = sum(map(before.count, "“«„「『")) > sum(map(before.count, "”»」』")) or before.count('"') % 2
    said = _pattern(_SAYS_BEFORE).search(_pattern(_TOLD_YOU).sub("", before))
    return bool(opened or said or _pattern(_SAYS_AFTER).search(match.string, match.end()))
