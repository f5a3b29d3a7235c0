"""A difference in words: for a terminal, and for a comment on a pull request."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

from .counts import counted
from .difference import Change, Difference
from .rows import Kind

Format = Literal["text", "markdown", "json"]

LIMIT = 200
"""So many differences are told one by one; the JSON form has all."""
COMMENT_CHARACTERS = 60_000
"""A comment on GitHub takes 65,536."""
_VALUE_CHARACTERS = 160
_BEFORE = 40
"""Of two long texts that differ late, so many characters are shown before the place."""

_BIDI = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ACTIVE = re.compile(r"[!\"#$%&'()*+/:;<=>?@\[\\\]^_`{|}~]|(?<=[wW])\.")


def render(difference: Difference, form: Format, *, limit: int = LIMIT) -> str:
    """The difference as text, Markdown or JSON. Text and Markdown are cut after ``limit`` differences, with a count of the
    rest; nothing that an article says can form markup, a mention or a link in them, or steer a terminal."""
    match form:
        case "json":
            return difference.to_json()
        case "markdown":
            return _markdown(difference, limit)
        case _:
            return _text(difference, limit)


def _text(d: Difference, limit: int) -> str:
    lines = []
    if d.changes:
        lines.append(f"{'':17}" + "".join(f"{name:>9}" for name in _COLUMNS[1:]))
        lines += [f"{kind:17}" + "".join(f"{n:>9}" for n in numbers) for kind, *numbers in _table(d)]
    else:
        lines.append("no difference")
    lines += _notes(d, str)
    told = _told(d)[:limit]
    for change in told:
        lines += ["", _head(change, lambda text: f'"{_plain(text)}"', str)]
        lines += [f"    {part}" for part in _parts(change, lambda text: f'"{_plain(text)}"')]
    if len(d.changes) > len(told):
        lines += ["", _rest(len(d.changes) - len(told))]
    return "\n".join(lines) + "\n"


def _markdown(d: Difference, limit: int) -> str:
    told = len(d.changes)
    title = counted(told, "difference") if told else "No difference"
    lines = [f"### Dataset: {title}", ""]
    if told:
        lines += [f"| {' | '.join(_COLUMNS)} |", f"|---|{'---:|' * (len(_COLUMNS) - 1)}"]
        lines += [f"| {' | '.join(map(str, row))} |" for row in _table(d)] + [""]
    lines += [f"- {note}" for note in _notes(d, _code)]
    if not told:
        return "\n".join(lines) + "\n"
    lines += ["", "<details><summary>One by one</summary>", ""]
    room = COMMENT_CHARACTERS - sum(len(line) + 1 for line in lines)
    listed = 0
    for change in _told(d)[:limit]:
        item = [f"- {_head(change, _code, _bold)}", *(f"  - {part}" for part in _parts(change, _code))]
        room -= sum(len(line) + 1 for line in item)
        if room < 0:
            break
        lines += item
        listed += 1
    if listed < told:
        lines.append(f"- {_rest(told - listed)}")
    return "\n".join([*lines, "", "</details>"]) + "\n"


def _told(d: Difference) -> list[Change]:
    """What is told one by one: what other differences bring with them is in the table alone."""
    main = [c for c in d.changes if c.kind in _MAIN or c.what == "changed"]
    return main or list(d.changes)


_MAIN = frozenset({"claim", "denial statement", "response", "allegation", "article", "failure", "decision", "alias"})
_COLUMNS = ("record", "kept", "changed", "added", "lost", "in noise")


def _table(d: Difference) -> Iterator[tuple[Kind, int, int, int, int, int]]:
    """Kinds that have records, or of those that merely follow from others, that differ."""
    for kind, c in d.counts.items():
        if c.changed + c.added + c.lost or (kind in _MAIN and c.kept):
            yield kind, c.kept, c.changed, c.added, c.lost, c.within_floor


def _notes(d: Difference, quote: Callable[[str], str]) -> Iterator[str]:
    causes = Counter(c.cause for c in d.changes)
    if causes:
        yield "likely causes: " + ", ".join(f"{cause} {n}" for cause, n in causes.most_common())
    for name, (old, new) in d.runs.items():
        values = (" and ".join(_short(_say(v)) for v in side) or "none" for side in (old, new))
        yield f"the runs differ in {name}: {' → '.join(quote(v) for v in values)}"
    if not d.changes and d.elsewhere:
        yield f"no record differs; these parts do: {', '.join(d.elsewhere)}"
    if d.floor is None and d.changes:
        yield "noise floor: unknown (give repeated runs of one configuration with --noise)"
    elif d.floor:
        told = ", ".join(f"{kind} {n:g}" for kind, n in d.floor.differing.items()) or "in nothing"
        yield f"noise floor: {d.floor.repeats} repeated runs; two of them differ, on average: {told}"
        yield f"{len(d.beyond_floor)} differences beyond it, {len(d.changes) - len(d.beyond_floor)} within"


def _head(c: Change, quote: Callable[[str], str], strong: Callable[[str], str]) -> str:
    where = f" in {quote(_short(c.article))}" if c.article and c.kind != "article" else ""
    noise = " (within the noise floor)" if c.within_floor else ""
    named = "" if c.label in {c.old, c.new} else f": {quote(_short(c.label))}"
    ids = " → ".join(dict.fromkeys(_plain(i) for i in (c.old, c.new) if i))
    return f"{strong(c.what)} {c.kind} {quote(_short(ids))}{where}{named}{noise}"


def _parts(c: Change, quote: Callable[[str], str]) -> Iterator[str]:
    for f in c.fields:
        share = f" (differs in {f.noise:.0%} of the pairs of repeats)" if f.noise else ""
        old, new = _both(f.old, f.new)
        yield f"{f.field}: {quote(old)} → {quote(new)}{share}"
    yield f"{c.cause}: {c.why}"


def _rest(number: int) -> str:
    return f"… and {number:,} more; the JSON form lists all (--format json)"


def _both(old: Any, new: Any) -> tuple[str, str]:
    """Two values, cut to the place where they differ."""
    left, right = _plain(_say(old)), _plain(_say(new))
    if left == right:  # the same words at another place
        left, right = _plain(json.dumps(old, ensure_ascii=False)), _plain(json.dumps(new, ensure_ascii=False))
    if max(len(left), len(right)) > _VALUE_CHARACTERS:
        same = next((n for n, pair in enumerate(zip(left, right, strict=False)) if len(set(pair)) > 1), None)
        cut = max(0, (min(len(left), len(right)) if same is None else same) - _BEFORE)
        left, right = (f"…{side[cut:]}" if cut else side for side in (left, right))
    return _short(left), _short(right)


def _say(value: Any) -> str:
    match value:
        case None | []:
            return "–"
        case str():
            return value
        case {"exact": str() as words} | {"text": str() as words, "edtf": None}:
            return words
        case {"text": str() as words, "edtf": str() as edtf}:
            return f"{words} ({edtf})"
        case list():
            return "; ".join(_say(v) for v in value)
        case _:
            return json.dumps(value, ensure_ascii=False)


def _short(text: str) -> str:
    return text if len(text) <= _VALUE_CHARACTERS else f"{text[: _VALUE_CHARACTERS - 1]}…"


def _plain(text: str) -> str:
    """One line that steers no terminal and reads in one direction."""
    return _BIDI.sub("", _CONTROL.sub(" ", text))


def _bold(text: str) -> str:
    return f"**{text}**"


def _code(text: str) -> str:
    """Words of an article in Markdown. GitHub looks for mentions and references after Markdown, and not in code; a space
    of no width keeps them apart elsewhere."""
    inert = _ACTIVE.sub(lambda m: f"&#{ord(m[0])};" + ("\u200b" if m[0] in "@#" else ""), _plain(text))
    return f"<code>{inert}</code>"


def listed(paths: Iterable[str], most: int = 5) -> str:
    """Some paths, for a message."""
    names = [_plain(p) for p in paths]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
