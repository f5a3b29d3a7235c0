"""What people decide, in a file of lines that is only ever added to.

A decision is known by content, not by place: it is carried over to a changed article as long as the same words are
extracted as the same record, and reported where they are not.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from . import edtf
from .errors import UsageError
from .ledger import Ledger
from .schemas import Claim, Dataset, DatePhrase, Decision, DenialStatement, Subject
from .schemas.decision import Credibility, Reliability, Verb

PAIRS = frozenset({"same", "different"})
EDITABLE = frozenset({"stage", "scope", "suppliers", "recipients", "event_time", "summary"})
"""Fields of a claim that people may correct."""


class _Line(BaseModel):
    """A line of a decisions file as people may write it: ids are enough."""

    model_config = ConfigDict(extra="forbid")

    verb: Verb
    subjects: list[str | Subject]
    edit: dict[str, Any] = {}
    reliability: Reliability | None = None
    credibility: Credibility | None = None
    note: str | None = None
    by: str | None = None
    at: str | None = None
    replaces: str | None = None
    id: str | None = None


class Broken(NamedTuple):
    """A line that is no decision."""

    path: str
    line: int
    """1-based."""
    reason: str

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: no decision ({self.reason}); the other lines are used"


def load_decisions(path: Path) -> tuple[list[Decision], list[Broken]]:
    """The decisions of a file (one JSON object a line), and the lines that are none. Raises UsageError."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8") from error
    decisions: dict[str, Decision] = {}
    broken: list[Broken] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            decision = _decision(_Line.model_validate_json(line))
        except ValidationError as error:
            broken.append(Broken(str(path), number, _first(error)))
        except ValueError as error:
            broken.append(Broken(str(path), number, str(error)))
        else:
            decisions.setdefault(decision.id, decision)
    return list(decisions.values()), broken


def append_decision(path: Path, decision: Decision) -> None:
    """Add a decision to a file, whole or not at all, on the disk when this returns. Raises UsageError."""
    line = decision.model_dump_json() + "\n"
    try:
        with path.open("ab+") as file:
            if file.tell() and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
                line = "\n" + line  # somebody's last line was left open
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from error


def decide(
    dataset: Dataset | Ledger,
    verb: Verb,
    ids: Iterable[str],
    *,
    edit: Mapping[str, Any] | None = None,
    reliability: Reliability | None = None,
    credibility: Credibility | None = None,
    note: str | None = None,
    by: str | None = None,
    at: str | None = None,
    replaces: str | None = None,
) -> Decision:
    """A decision about records of a dataset, with all by which they are known again: write it down with
    :func:`append_decision`. Raises UsageError for an id that is not there and for a verb that does not go with it.

    ``verb`` and ``edit`` as in :class:`extractor.schemas.Decision`; ``at`` is ISO 8601, ``replaces`` a decision's id.
    """
    ledger = dataset if isinstance(dataset, Ledger) else Ledger([dataset])
    subjects = [_subject(ledger, i) for i in ids]
    try:
        decision = _decision(
            _Line(
                verb=verb,
                subjects=list(subjects),
                edit=dict(edit or {}),
                reliability=reliability,
                credibility=credibility,
                note=note,
                by=by,
                at=at,
                replaces=replaces,
            )
        )
        if verb == "edit":
            edited(ledger.claims[subjects[0].id], decision.edit, ledger)
    except ValidationError as error:
        raise UsageError(_first(error)) from error
    except ValueError as error:
        raise UsageError(str(error)) from error
    return decision


def edited(claim: Claim, edit: Mapping[str, Any], ledger: Ledger) -> Claim:
    """A claim with a person's values. Raises ValueError for values that are none."""
    update = dict(edit)
    if (when := update.get("event_time")) is not None:
        if not isinstance(when, str) or edtf.bounds(when) is None:
            raise ValueError(f"event_time {when!r} is no EDTF date")
        update["event_time"] = DatePhrase(text=when, edtf=when, anchor=None, method="edited").model_dump()
    try:
        changed = Claim.model_validate(claim.model_dump() | update)
    except ValidationError as error:
        raise ValueError(_first(error)) from error
    named = {f: getattr(changed, f) for f in ("suppliers", "recipients") if f in update}
    if unknown := [a for ids in named.values() for a in ids if a not in ledger.actors]:
        raise ValueError(f"{', '.join(unknown)}: no actor of these articles")
    return changed


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where else first["msg"]


def _decision(line: _Line) -> Decision:
    """The decision that a line means. Raises ValueError for one that means nothing."""
    subjects = [
        s if isinstance(s, Subject) else Subject(id=s, path=None, article_id=None, content=None) for s in line.subjects
    ]
    kinds = {s.id.partition(":")[0] for s in subjects}
    if line.verb in PAIRS and (len({s.id for s in subjects}) != 2 or len(subjects) != 2):
        raise ValueError(f"{line.verb} is about two different records")
    if line.verb not in PAIRS and len(subjects) != 1:
        raise ValueError(f"{line.verb} is about one record")
    if line.verb in PAIRS and kinds != {"claim"} and kinds & {"claim", "denial", "source", "response"}:
        raise ValueError(f"{line.verb} is about two claims or two actors")
    if line.verb in {"accept", "reject"} and not kinds <= {"claim", "denial"}:
        raise ValueError(f"{line.verb} is about a claim or a denial statement")
    if line.verb == "edit" and (kinds != {"claim"} or not line.edit or line.edit.keys() - EDITABLE):
        raise ValueError(f"edit gives new values of a claim's {', '.join(sorted(EDITABLE))}")
    if line.verb == "grade" and (not kinds <= {"claim", "source"} or not (line.reliability or line.credibility)):
        raise ValueError("grade gives a claim or a source a reliability (A to F), a claim also a credibility (1 to 6)")
    if line.verb == "note" and not line.note:
        raise ValueError("note without a note")
    content = {
        "verb": line.verb,
        "subjects": sorted((s.model_dump() for s in subjects), key=lambda s: s["id"]),
        "edit": line.edit,
        "reliability": line.reliability,
        "credibility": line.credibility,
        "note": line.note,
        "by": line.by,
        "at": line.at,
        "replaces": line.replaces,
    }
    key = json.dumps(content, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
    return Decision(id=f"decision:{hashlib.sha256(key).hexdigest()[:12]}", **content)


# What a record says -----------------------------------------------------------------------------------------------------


def _subject(ledger: Ledger, i: str) -> Subject:
    if i in ledger.claims or i in ledger.denials:
        statement = ledger.claims.get(i) or ledger.denials[i]
        path = ledger.articles[statement.article_id].path
        return Subject(id=i, path=path, article_id=statement.article_id, content=statement_content(ledger, statement))
    if i in ledger.actors or i in ledger.sources:
        return Subject(id=i, path=None, article_id=None, content=None)
    raise UsageError(f"{i}: no claim, denial statement, actor or source of this dataset (see: extract schema)")


def statement_content(ledger: Ledger, statement: Claim | DenialStatement) -> str:
    """Hash of what a statement says and of the words it rests on, without their place."""
    if isinstance(statement, Claim):
        words = [e.exact for t in ledger.attributions[statement.id] for e in t.evidence]
        said: list[Any] = [statement.stage, statement.scope, statement.suppliers, statement.recipients]
        said.append(sorted(i.weapon for i in statement.items))
    else:
        words = [e.exact for e in statement.evidence]
        said = [statement.denier, statement.kind, statement.scope]
    key = json.dumps([said, sorted(set(words))], ensure_ascii=False).encode("utf-8", "surrogatepass")
    return hashlib.sha256(key).hexdigest()[:16]
