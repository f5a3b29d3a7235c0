"""Orders to software: the words they are made of, and what a sentence's words weigh together.

An order to software is told by its make, not by its wording: an imperative where a clause begins, and an object that only
software has (its instructions, its prompt, its output, its records). ``defects.toml`` holds these words by role and
language, and the rules that say what their combinations weigh. A sentence of ``ENOUGH`` points is an order; one that
somebody is quoted as saying needs a point more, because people give each other orders too.

Few sentences are weighed. Of each rule ``cues.json`` tells the words, its cues, without one of which it cannot match; a
rule whose cues do not stand in the sentence is left out, and a sentence whose rules cannot come to ``ENOUGH`` points is no
order. ``cues`` derives them from the rules' patterns.
"""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, reduce
from hashlib import sha256
from importlib.resources import files
from operator import or_
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


_NOT_PLAIN = re.compile(r"[^\t\n -^`-~]+")
_PLAIN = bytes(code for code in range(128) if not _NOT_PLAIN.match(chr(code)))


def folded(text: str) -> str:
    """The text without what a reader overlooks: case, accents, width and style."""
    # A call for each character is what takes time, so plain ASCII is spared it.
    if text.isascii() and not text.encode().translate(None, _PLAIN):
        return text.lower()
    return _NOT_PLAIN.sub(lambda match: match[0].translate(_FOLD), text).lower()


# Patterns -------------------------------------------------------------------------------------------------------------

ROLES = ("OVERRIDE", "OVERRIDE_LAST", "REVEAL", "ORDER", "ORDER_LAST", "MACHINE", "RULES", "GOODS")
_MARKS = {role: chr(0xE001 + number) for number, role in enumerate(ROLES)}
CLAUSE, END = "\ue000", "\ue00f"
_UNSPACED = frozenset({"zh", "ja", "ko", "hi"})
"""Languages in which ``\\b`` does not find the ends of words."""
_VERB_LAST = frozenset({"fa", "tr", "ja", "ko", "hi"})
"""Languages in which the imperative has a form of its own and comes after its object."""


def _table_text() -> str:
    return files("extractor").joinpath("defects.toml").read_text("utf-8")


@cache
def table() -> dict[str, Any]:
    """The words and rules of ``defects.toml``."""
    return tomllib.loads(_table_text())


def table_digest() -> str:
    """Tells from which state of the table cues.json was written."""
    return sha256(_table_text().encode()).hexdigest()


@cache
def _shapes() -> dict[str, str]:
    """What a name in <> stands for."""
    own = {"HEAD": f"{CLAUSE}[\ue001-\ue00f]*", "MACHINE_END": END, **_MARKS}
    shapes: dict[str, str] = table()["shapes"]
    return own | shapes


def filled(shape: str) -> str:
    """The shape, filled in, for folded text; a blank in it stands for all that may stand between two words."""
    while (filled := re.sub(r"<([A-Z_]+)>", lambda m: _shapes()[m[1]], shape)) != shape:
        shape = filled
    shape = shape.replace(" ?", r"\W{0,6}").replace(" ", r"\W{1,6}")
    fold = _Fold({code: chr(code) for code in range(0xE000, 0xE010)})
    return "".join(char if char.isascii() else fold[ord(char)] for char in shape)


@cache
def _pattern(shape: str) -> re.Pattern[str]:
    return re.compile(filled(shape), re.MULTILINE)


@cache
def role_shapes(script: str) -> dict[str, str]:
    """The words of each role in the languages of a script, as patterns."""
    found = {}
    for role in _MARKS:
        words = table()["words"][role.removesuffix("_LAST")]
        languages = table()["scripts"][script].split()
        codes = [c for c in languages if c in words and (c in _VERB_LAST or not role.endswith("_LAST"))]
        spaced = "|".join(words[code] for code in codes if code not in _UNSPACED)
        shapes = [words[code] for code in codes if code in _UNSPACED] + ([rf"\b(?:{spaced})(?!\w)"] if spaced else [])
        if shapes:
            found[role] = "|".join(shapes)
    return found


def _finders(view: str) -> list[dict[str, re.Pattern[str]]]:
    """What finds the words of each role, for each script that the text holds a letter of."""
    return [_finders_of(script) for script in table()["scripts"] if _pattern(script).search(view)]


@cache  # compiling takes longer than reading an article, and most articles need one script only
def _finders_of(script: str) -> dict[str, re.Pattern[str]]:
    """What finds the words of each role in the languages of a script."""
    return {role: _pattern(shape) for role, shape in role_shapes(script).items()}


# Rules ----------------------------------------------------------------------------------------------------------------


class Rule(NamedTuple):
    """What one combination of words tells."""

    number: int
    points: int
    reach: int
    sign: str
    """In words, for the defect's detail."""
    shape: str
    needs: frozenset[str]
    """The marks without which there is nothing to find: a shape names a role only if it cannot do without it."""
    marked: bool
    """Whether it is looked for in marked text."""
    leads: str | None
    """A role that it wants at the beginning of a clause."""

    @property
    def pattern(self) -> re.Pattern[str]:
        """The shape, compiled when it is first asked for: most are never."""
        return _pattern(self.shape)

    @property
    def anywhere(self) -> re.Pattern[str]:
        """The shape without its places, for text that is not marked. Of rules without roles only."""
        return _pattern(self.shape.replace("<HEAD>", ""))


@cache
def rules() -> list[Rule]:
    """All rules, in the table's order."""
    found: list[Rule] = []
    sign = ""
    for line in table()["rules"].strip().splitlines():
        if not line[0].isdigit():
            sign = line
            continue
        points, reach, shape = line.split(" ", 2)
        names = {name.replace("NAME", "MACHINE") for name in re.findall(r"<([A-Z_]+)>", shape)}
        needs = frozenset(_MARKS[role] for role in names & _MARKS.keys())
        leads = re.search(r"<HEAD><(OVERRIDE|REVEAL|ORDER)>", shape)
        marked = bool(needs) or "HEAD" in names
        found.append(Rule(len(found), int(points), int(reach), sign, shape, needs, marked, leads and leads[1]))
    return found


def _points(rules: Iterable[Rule]) -> int:
    """What the rules come to: of all rules of one sign only the strongest counts."""
    by_sign: dict[str, int] = {}
    for rule in rules:
        by_sign[rule.sign] = max(rule.points, by_sign.get(rule.sign, 0))
    return sum(by_sign.values())


# Cues -----------------------------------------------------------------------------------------------------------------

CUES = "cues.json"
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
    """What cues.json tells, read when the first sentence is weighed."""
    return Cues()


# Weighing -------------------------------------------------------------------------------------------------------------


def marked(view: str) -> str:
    """The view with a mark before each word that has a role and where a clause begins, and one after software's names."""
    clauses = _clause_starts(view)
    marks = {(at, CLAUSE) for at in clauses}
    for finders in _finders(view):
        has_verb = False  # the roles that come after the verbs mean nothing without one
        for role, words in finders.items():
            if role in {"RULES", "GOODS"} and not has_verb:
                continue
            for match in words.finditer(view):
                marks |= {(match.start(), _MARKS[role])} | ({(match.end(), END)} if role == "MACHINE" else set())
                has_verb |= role.endswith("_LAST") or match.start() in clauses
    pieces, done = [], 0
    for at, mark in sorted(marks):
        pieces += [view[done:at], mark]
        done = at
    return "".join([*pieces, view[done:]])


def _clause_starts(view: str) -> set[int]:
    return {match.end() for match in _pattern(table()["begins"]).finditer(view)}


def _led(view: str, rules: list[Rule]) -> list[Rule]:
    """The rules, if they may come to ``ENOUGH``, without those that match nothing or want words that are not there."""
    if _points(rules) < ENOUGH:
        return rules
    rules = [rule for rule in rules if rule.needs or rule.anywhere.search(view)]
    finders = _finders(view)
    wanted = {rule.leads for rule in rules if rule.leads}
    if wanted:  # a few places are looked at, so this comes before the roles, which are looked for everywhere
        starts = _clause_starts(view)
        led = {role for role in wanted for f in finders if role in f and any(f[role].match(view, at) for at in starts)}
        rules = [rule for rule in rules if not rule.leads or rule.leads in led]
    for role, mark in _MARKS.items():
        if _points(rules) < ENOUGH:
            return rules
        if any(mark in rule.needs for rule in rules) and not any(role in f and f[role].search(view) for f in finders):
            rules = [rule for rule in rules if mark not in rule.needs]
    return rules


class Order(NamedTuple):
    """What makes a sentence an order to software."""

    detail: str
    reach: int
    orders: bool
    """Whether it says itself what to do, so that the next line need not."""


def weigh(views: dict[str, str]) -> Order | None:
    """The order that a sentence is, or None. ``views``: the ways to read it, folded, each with how that is, the plain one first."""
    known = known_cues()
    held = {view: known.held(view) for view in views}
    if not any(map(known.suffice, held.values())):  # most sentences
        return None
    led = {view: _led(view, known.rules(sets)) for view, sets in held.items()}
    if all(_points(rules) < ENOUGH for rules in led.values()):
        return None
    orders = False
    for view, how in views.items():
        told = marked(view) if any(rule.marked for rule in led[view]) else ""
        marks = set(told)
        rules = (rule for rule in led[view] if rule.needs <= marks)
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
