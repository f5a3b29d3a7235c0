"""The gold of the development corpus: as answers of a perfect model, as extractions, and as a measure of merging.

``python -m tests.gold`` prints how merging does on it, and every error.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations, pairwise, product
from pathlib import Path
from typing import Any

from extractor.articles import Document, load, load_metadata
from extractor.extraction import extract_document
from extractor.llm import Tally
from extractor.merging import Merged, merge_records
from extractor.schemas import Allegation, Answer, Conflict, Extraction, Judgement
from extractor.testing import EMPTY, ScriptedModel
from tests.factory import RUN

CORPUS = Path(__file__).parent / "corpus"
MERGED = {"news": "gold_merged.json", "reports": "gold_merged_reports.json", "scripts": "gold_merged_scripts.json"}
"""Gold of merging, each for the articles of one part of the corpus among themselves."""

Key = tuple[str, str]
"""File name of the article, and the id that its gold gives a record."""

Gold = Mapping[str, Any]
"""The gold of one article, as JSON."""

CONTESTS_NOTHING = frozenset({"sidesteps", "acknowledges", "declines_comment"})
"""Kinds of denials whose links we call "answer"; gold lists them as explicit ones that contest nothing."""


# Gold as an answer ---------------------------------------------------------------------------------------------------


@cache
def gold_of(file: str) -> Gold:
    """The gold of the article in ``file``."""
    gold: Gold = json.loads((CORPUS / "gold" / file).with_suffix(".json").read_text("utf-8"))
    return gold


@cache
def gold_merged(part: str = "news") -> Gold:
    """The clusters over all articles."""
    gold: Gold = json.loads((CORPUS / MERGED[part]).read_text("utf-8"))
    return gold


@cache
def document_of(file: str) -> Document:
    """An article with the metadata of the manifest, as ``--metadata`` gives them."""
    return load(CORPUS / "articles" / file, load_metadata(CORPUS / "manifest.json").get(file))


def files(part: str | None = None) -> list[str]:
    """The articles of the corpus."""
    rows = json.loads((CORPUS / "manifest.json").read_text("utf-8"))
    return sorted(row["file"] for row in rows if part in (None, row["set"]))


def answer(gold: Gold, document: Document, *, soft: bool = True) -> Answer:
    """What a perfect model would have written; ``soft`` says whether with the records that are defensible either way."""
    return _Answerer(gold, document, soft=soft).answer()


class _Answerer:
    def __init__(self, gold: Gold, document: Document, *, soft: bool) -> None:
        self.gold = gold
        self.document = document
        self.soft = soft
        self.weapons: dict[tuple[str, str], str] = {}
        self.sources = {s["id"]: s for s in gold["sources"]}
        self.allegations = {a["id"]: a for a in self._kept(gold["allegations"])}

    def answer(self) -> Answer:
        allegations = [self._allegation(a) for a in self.allegations.values()]
        denials = [d for d in map(self._denial, self._kept(self.gold["denials"])) if d]
        answered = self.allegations.keys() | {d["id"] for d in denials}
        responses = [self._response(r, answered) for r in self._kept(self.gold["responses"])]
        written = EMPTY | {
            "excluded": [
                {"id": f"x{n}", "evidence": self._cite([t["quote"]]), "reason": t["reason"]}
                for n, t in enumerate(self.gold["traps"], start=1)
                if t["level"] == "record"
            ],
            "actors": [self._actor(a) for a in self.gold["actors"]],
            "sources": [
                _only(s, "id", "kind", "relies_on") | {"actors": [s["actor"]] if s["actor"] else []}
                for s in self.sources.values()
            ],
            "allegations": allegations,
            "weapons": [
                {"id": id_, "term": term, "category": category} for (term, category), id_ in self.weapons.items()
            ],
            "denials": denials,
            "responses": [r for r in responses if r["about"]],
        }
        return Answer.model_validate_json(json.dumps(written), strict=True)

    def _kept(self, records: Iterable[Any]) -> list[Any]:
        return [r for r in records if self.soft or r["must"]]

    def _cite(self, quotes: Iterable[str]) -> list[dict[str, Any]]:
        """Quotes as citations, one per sentence that they touch; in the body where it has them."""
        return [citation for quote in quotes for citation in self._citations(quote)]

    def _citations(self, quote: str) -> Iterator[dict[str, Any]]:
        raw, sentences = self.document.raw, self.document.sentences
        starts = [i for i in range(len(raw)) if raw.startswith(quote, i)]
        touched = [[s for s in sentences if s.start < start + len(quote) and start < s.end] for start in starts]
        best = min(range(len(starts)), key=lambda n: (touched[n][0].segment != "body", n))
        start, end = starts[best], starts[best] + len(quote)
        for s in touched[best]:
            phrase = raw[max(start, s.start) : min(end, s.end)].strip()
            if any(map(str.isalnum, phrase)):
                yield {"sentence": s.number, "phrase": phrase}

    def _actor(self, a: Gold) -> dict[str, Any]:
        english = self.document.language == "en"
        return _only(a, "id", "name", "kind", "country", "title", "represents", "aliases") | {
            "name_en": None if english or a["name"] == a["name_en"] else a["name_en"]
        }

    def _allegation(self, a: Gold) -> dict[str, Any]:
        return _only(a, "id", "summary", "stage", "scope", "suppliers", "recipients") | {
            "participants": [_only(p, "actor", "role") for p in self._kept(a["participants"])],
            "items": [
                {"weapon": self._weapon(i["term"], i["category"]), "quantity": i["quantity"]}
                for i in self._kept(a["items"])
            ],
            "in_return": [_only(r, "text", "status") for r in a["in_return"]],
            "circumstances": [
                {"kind": kind, "text": a[kind]}
                for kind in ("event_time", "event_place", "end_use", "concealment")
                if a.get(kind)
            ],
            "route": [_only(p, "place", "role") for p in a["route"]],
            "part_of": a["part_of"] if a["part_of"] in self.allegations else None,
            "attributions": [
                _only(t, "source", "cue", "said_on", "basis", "certainty", "polarity")
                | {"evidence": self._cite(t["evidence"])}
                for t in self._kept(a["attributions"])
            ],
        }

    def _weapon(self, term: str, category: str) -> str:
        return self.weapons.setdefault((term, category), f"w{len(self.weapons) + 1}")

    def _denial(self, d: Gold) -> dict[str, Any] | None:
        targets = [t for t in d["targets"] if t in self.allegations]
        scope = d["scope"]
        if scope == "explicit" and not targets:  # all it answers was left out
            if "generic" not in d.get("scope_ok", ()):
                return None
            scope = "generic"
        return _only(d, "id", "denier", "kind", "what_is_denied", "counter_claim", "said_on") | {
            "evidence": self._cite(d["evidence"]),
            "scope": scope,
            "targets": targets,
            "accusers": self._accusers(d) if d["scope"] == "generic" else [],
            "reported_by": [s for s in d["reported_by"] if self.sources[s]["kind"] != "outlet_narration"],
        }

    def _accusers(self, d: Gold) -> list[str]:
        """Whom the words of a general denial name, if it or somebody speaking for it accuses in this article."""
        words = " ".join(filter(None, [d["what_is_denied"], *d["evidence"]]))
        actors = {a["id"]: a for a in self.gold["actors"]}
        attributions = (t for a in self.allegations.values() for t in a["attributions"] if t["polarity"] == "positive")
        accusing: set[str] = set()
        for attribution in attributions:
            actor = self.sources[attribution["source"]]["actor"]
            while actor and actor not in accusing:
                accusing.add(actor)
                actor = actors[actor]["represents"]
        parties = {p for a in self.allegations.values() for p in (*a["suppliers"], *a["recipients"])}
        return [
            i
            for i, a in actors.items()
            if i in accusing - parties - {d["denier"]} and any(name in words for name in (a["name"], *a["aliases"]))
        ]

    def _response(self, r: Gold, answered: Collection[str]) -> dict[str, Any]:
        return _only(r, "id", "kind", "source", "actors", "measure", "legal_basis", "said_on") | {
            "evidence": self._cite(r["evidence"]),
            "about": [i for i in r["about"] if i in answered],
        }


def _only(record: Gold, *names: str) -> dict[str, Any]:
    return {name: record[name] for name in names}


# Gold as extractions -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mapped:
    """The extractions of the gold, and which record of them is which of the gold."""

    extractions: list[Extraction]
    claims: dict[Key, str]
    """Claim ids."""
    denials: dict[Key, str]
    """Denial statement ids."""


@cache
def extraction(file: str, *, soft: bool = True) -> Extraction:
    """What the gold of one article comes to, by way of the checks and rules that a model's answer goes."""
    document = document_of(file)
    written = answer(gold_of(file), document, soft=soft).model_dump(mode="json")
    model = ScriptedModel({"": [written]})  # no words: any article
    return asyncio.run(extract_document(document, model, run=RUN, tally=Tally()))


def extractions(*, soft: bool = True) -> list[Extraction]:
    """The gold of all articles."""
    return [extraction(file, soft=soft) for file in files()]


@cache
def mapped(part: str = "news", *, soft: bool = True) -> Mapped:
    """The gold of all articles, and which record is which. What is quarantined is missing in it."""
    claims: dict[Key, str] = {}
    denials: dict[Key, str] = {}
    for file in files(part):
        written, kept = answer(gold_of(file), document_of(file), soft=soft), extraction(file, soft=soft)
        lost = {(q.record, q.local_id) for q in kept.quarantine}
        held = [a.id for a in written.allegations if ("allegations", a.id) not in lost]
        claims |= {(file, a): c.id for a, c in zip(held, kept.claims, strict=True)}
        held = [d.id for d in written.denials if ("denials", d.id) not in lost]
        denials |= {(file, d): s.id for d, s in zip(held, kept.denials, strict=True)}
    return Mapped([extraction(file, soft=soft) for file in files(part)], claims, denials)


# The score -----------------------------------------------------------------------------------------------------------


@dataclass
class Rates:
    """Right, superfluous and missing."""

    right: int = 0
    wrong: int = 0
    missing: int = 0

    @property
    def precision(self) -> float:
        """Of what we say, how much gold says."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Of what gold says, how much we say."""
        return self.right / (self.right + self.missing) if self.right + self.missing else 1.0

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        both = 2 * self.right + self.wrong + self.missing
        return 2 * self.right / both if both else 1.0

    def __str__(self) -> str:
        counts = f"{self.right} right, {self.wrong} wrong, {self.missing} missing"
        return f"precision {self.precision:.3f}, recall {self.recall:.3f}, F1 {self.f1:.3f} ({counts})"


@dataclass
class MergeScore:
    """How a merge agrees with the gold, and a line for each error."""

    pairs: Rates = field(default_factory=Rates)
    """Pairs of records that gold demands: in one cluster or not."""
    links: Rates = field(default_factory=Rates)
    """Cluster, denial and strength."""
    conflicts: Rates = field(default_factory=Rates)
    """Cluster, field and kind; gold conflicts inside one record and of wording left out."""
    clusters: int = 0
    """Clusters compared."""
    absent: list[str] = field(default_factory=list)
    """Demanded records that the extractions lack."""
    split: list[str] = field(default_factory=list)
    """Pairs that belong together and are apart."""
    joined: list[str] = field(default_factory=list)
    """Pairs that are together and do not belong so, whether or not gold lists them as such."""
    forbidden: list[str] = field(default_factory=list)
    """``must_not_merge`` that were merged, soft records included."""
    unsure: list[str] = field(default_factory=list)
    """``unsure`` that were merged, soft records included."""
    origins: list[str] = field(default_factory=list)
    """Clusters with a wrong number of independent origins."""
    contested: list[str] = field(default_factory=list)
    """Clusters with a wrong strongest answer."""
    denials: list[str] = field(default_factory=list)
    """Links that are wrong or missing."""
    differences: list[str] = field(default_factory=list)
    """Conflicts that are wrong or missing, and gold conflicts that no claim can show."""

    def __str__(self) -> str:
        lines = [f"pairs      {self.pairs}", f"links      {self.links}", f"conflicts  {self.conflicts}"]
        for name, errors in vars(self).items():
            if not isinstance(errors, list):
                continue
            of = f" of {self.clusters} clusters" if name in {"origins", "contested"} else ""
            lines += [f"{name}: {len(errors)}{of}", *(f"  {e}" for e in errors)]
        return "\n".join(lines)


def score(merged: Merged, mapping: Mapped, gold: Gold) -> MergeScore:
    """How the allegations of ``merged`` agree with the clusters of ``gold``."""
    return _Scorer(merged, mapping, gold).score()


def name_of(key: Key) -> str:
    """A record as the report names it."""
    return f"{key[0].removesuffix('.txt')}/{key[1]}"


class _Scorer:
    def __init__(self, merged: Merged, mapping: Mapped, gold: Gold) -> None:
        self.merged, self.mapping, self.gold = merged, mapping, gold
        self.result = MergeScore()
        self.members = {c["id"]: [_key(m) for m in c["members"]] for c in gold["clusters"]}
        self.cluster_of = {key: c for c, keys in self.members.items() for key in keys}
        self.must = {_key(m) for c in gold["clusters"] for m in c["members"] if m["must"]}
        self.record_of = {claim: key for key, claim in mapping.claims.items()}
        by_claim = {c.id: a for a in merged.allegations for c in a.claims}
        self.allegation_of: dict[Key, Allegation] = {
            key: by_claim[claim] for key, claim in mapping.claims.items() if key in self.cluster_of
        }
        self.judged: dict[frozenset[str], Judgement] = {frozenset((j.left, j.right)): j for j in merged.judgements}

    def score(self) -> MergeScore:
        self._pairs()
        self._listed("must_not_merge", self.result.forbidden)
        self._listed("unsure", self.result.unsure)
        for cluster in self.gold["clusters"]:
            if ours := self._counterpart(cluster["id"]):
                self.result.clusters += 1
                self._values(cluster, ours)
                self._conflicts(cluster, ours)
        self._links()
        return self.result

    # Clusters

    def _pairs(self) -> None:
        rates = self.result.pairs
        self.result.absent += [name_of(key) for key in sorted(self.must - self.allegation_of.keys())]
        for a, b in combinations(sorted(self.must), 2):
            belong = self.cluster_of[a] == self.cluster_of[b]
            together = self._together(a, b)
            rates.right += belong and together
            rates.wrong += together and not belong
            rates.missing += belong and not together
            if belong != together:
                says = "gold has them together, we apart" if belong else "gold has them apart, we together"
                errors = self.result.split if belong else self.result.joined
                errors.append(f"{self._pair(a, b)}: {says}; {self._why(a, b)}")

    def _listed(self, name: str, errors: list[str]) -> None:
        for entry in self.gold[name]:
            named = _key(entry["a"]), _key(entry["b"])
            left, right = (self.members[self.cluster_of[key]] for key in named)
            for a, b in product(left, right):
                if self._together(a, b):
                    as_listed = "" if (a, b) == named else f" (listed for {name_of(named[0])} + {name_of(named[1])})"
                    reason = f"gold says {name}{as_listed}: {entry['reason']}"
                    errors.append(f"{self._pair(a, b)}: we have them together; {reason} {self._why(a, b)}")

    def _together(self, a: Key, b: Key) -> bool:
        x, y = self.allegation_of.get(a), self.allegation_of.get(b)
        return x is not None and y is not None and x.id == y.id

    def _pair(self, a: Key, b: Key) -> str:
        clusters = sorted({self.cluster_of[a], self.cluster_of[b]})
        return f"{name_of(a)} + {name_of(b)} ({', '.join(clusters)})"

    def _why(self, a: Key, b: Key) -> str:
        if absent := [name_of(key) for key in (a, b) if key not in self.allegation_of]:
            return f"{', '.join(absent)} is absent"
        edge = self._edge(self.mapping.claims[a], self.mapping.claims[b])
        if not self._together(a, b) or edge.startswith("judged same"):
            return edge
        return f"{edge}; joined through {self._path(a, b)}"

    def _edge(self, left: str, right: str) -> str:
        judgement = self.judged.get(frozenset((left, right)))
        if judgement is None:
            return "no judgement listed (obviously different, or never compared)"
        return f"judged {judgement.verdict}: {judgement.rule}{' (refused)' if judgement.refused else ''}"

    def _path(self, a: Key, b: Key) -> str:
        """The shortest chain of "same" between two claims of one cluster."""
        goal = self.mapping.claims[b]
        paths = [[self.mapping.claims[a]]]
        seen = {paths[0][0]}
        neighbours: dict[str, set[str]] = defaultdict(set)
        for j in self.merged.judgements:
            if j.verdict == "same" and not j.refused:
                neighbours[j.left].add(j.right)
                neighbours[j.right].add(j.left)
        for path in paths:
            if path[-1] == goal:
                steps = [f"{self._edge(x, y)} ({self._named(y)})" for x, y in pairwise(path)]
                return ", ".join(steps)
            for next_ in sorted(neighbours[path[-1]] - seen):
                seen.add(next_)
                paths.append([*path, next_])
        return "no chain of judgements"

    def _named(self, claim: str) -> str:
        return name_of(self.record_of[claim]) if claim in self.record_of else claim

    def _counterpart(self, cluster: str) -> Allegation | None:
        """Our allegation for a gold cluster: the one with most of its demanded records."""
        keys = [k for k in self.members[cluster] if k in self.allegation_of]
        keys = [k for k in keys if k in self.must] or keys
        held = [self.allegation_of[k] for k in keys]
        return max(held, key=lambda a: sum(a.id == x.id for x in held), default=None)

    def _shape(self, cluster: str, ours: Allegation) -> str:
        """Where the cluster differs from our allegation, since that explains other differences."""
        here = {self.record_of[c.id] for c in ours.claims if c.id in self.record_of}
        more = sorted(name_of(k) for k in here - set(self.members[cluster]))
        less = sorted(name_of(k) for k in set(self.members[cluster]) & self.allegation_of.keys() - here)
        parts = [f"ours also holds {', '.join(more)}"] if more else []
        parts += [f"ours lacks {', '.join(less)}"] if less else []
        return f" [{'; '.join(parts)}]" if parts else ""

    def _values(self, cluster: Gold, ours: Allegation) -> None:
        where = f"{cluster['id']} {cluster['summary']}{self._shape(cluster['id'], ours)}"
        right = [cluster["origins"], *cluster.get("origins_ok", ())]
        if ours.corroboration.origins not in right:
            ids = ", ".join(ours.corroboration.origin_ids)
            says = f"gold {_either(right)} ({cluster['origins_reason']}), we {ours.corroboration.origins} ({ids})"
            self.result.origins.append(f"{where}: {says}")
        right = [cluster["contested"], *cluster.get("contested_ok", ())]
        if ours.contested not in right:
            statement_of = {s: key for key, s in self.mapping.denials.items()}
            by = [
                f"{name_of(statement_of[s.id]) if s.id in statement_of else s.id} {link.strength}"
                for d in self.merged.denials
                for link in d.targets
                for s in d.statements
                if link.allegation == ours.id
            ]
            self.result.contested.append(
                f"{where}: gold {_either(right)}, we {ours.contested} ({', '.join(by) or 'no link'})"
            )

    # Denials

    def _links(self) -> None:
        wanted, optional = self._gold_links()
        said = self._our_links()
        rates = self.result.links
        rates.right = len(wanted & said)
        for link in sorted(said - wanted - optional):
            rates.wrong += 1
            self.result.denials.append(f"{self._link(link)}: we have the link, {self._instead(link, wanted, 'gold')}")
        for link in sorted(wanted - said):
            rates.missing += 1
            self.result.denials.append(f"{self._link(link)}: gold has the link, {self._instead(link, said, 'we')}")

    def _gold_links(self) -> tuple[set[_Link], set[_Link]]:
        """The links that gold demands, and those that it leaves free, of records that the extractions have."""
        wanted: set[_Link] = set()
        optional: set[_Link] = set()
        for cluster in self.gold["clusters"]:
            for d in cluster["denials"]:
                key = d["file"], d["denial"]
                record = next(r for r in gold_of(d["file"])["denials"] if r["id"] == d["denial"])
                targets = {(d["file"], t) for t in record["targets"]} & set(self.members[cluster["id"]])
                absent = not targets & self.allegation_of.keys() if targets else not self._counterpart(cluster["id"])
                if key not in self.mapping.denials or absent:
                    continue
                strength = "answer" if record["kind"] in CONTESTS_NOTHING else d["link"]
                free = "none" in cluster.get("contested_ok", ())
                (optional if free else wanted).add((cluster["id"], key, strength))
        return wanted, optional

    def _our_links(self) -> set[_Link]:
        statement_of = {s: key for key, s in self.mapping.denials.items()}
        clusters: dict[str, set[str]] = defaultdict(set)
        for key, allegation in self.allegation_of.items():
            clusters[allegation.id].add(self.cluster_of[key])
        return {
            (cluster, statement_of[s.id], link.strength)
            for d in self.merged.denials
            for s in d.statements
            for link in d.targets
            for cluster in clusters[link.allegation]
        }

    def _link(self, link: _Link) -> str:
        cluster, denial, strength = link
        record = next(r for r in gold_of(denial[0])["denials"] if r["id"] == denial[1])
        soft = "" if record["must"] else ", soft"
        ours = self._counterpart(cluster)
        shape = self._shape(cluster, ours) if ours else ""
        return f"{name_of(denial)} ({record['denier']} {record['kind']}, {record['scope']}{soft}) -> {cluster} {strength}{shape}"

    def _instead(self, link: _Link, others: set[_Link], who: str) -> str:
        found = sorted(strength for cluster, denial, strength in others if (cluster, denial) == link[:2])
        return f"{who} {'has' if who == 'gold' else 'have'} {', '.join(found) or 'none'}"

    # Conflicts

    def _conflicts(self, cluster: Gold, ours: Allegation) -> None:
        where = f"{cluster['id']}{self._shape(cluster['id'], ours)}"
        rates, lines = self.result.conflicts, self.result.differences
        left = list(ours.conflicts)
        for wanted in cluster["conflicts"]:
            fields, kind = _fields(wanted["field"]), wanted["kind"]
            values = ", ".join(f"{v['record']} {v['value']}" for v in wanted["values"])
            alike = [c for c in left if _fields(c.field) & fields]
            found = next((c for c in alike if c.kind == kind), None)
            if found:
                left.remove(found)
                rates.right += 1
                continue
            if alike:
                left.remove(alike[0])
            we = self._told(alike[0]) if alike else "none"
            free = kind == "wording" or not self._between_claims(wanted, ours)
            rates.wrong += bool(alike) and not free
            rates.missing += not free
            lines.append(f"{where}: gold {wanted['field']} {kind} ({values}), we {we}{' (not scored)' if free else ''}")
        for conflict in left:
            rates.wrong += 1
            lines.append(f"{where}: gold none, we {self._told(conflict)}")

    def _between_claims(self, wanted: Gold, ours: Allegation) -> bool:
        """Whether two claims have the values: some gold conflicts stand inside one record, or beside an empty field, or
        need a soft record that need not be in the cluster."""
        held = {c.id for c in ours.claims}
        records = [v["record"].split("/") for v in wanted["values"] if v["value"] is not None]
        keys = {(f"{file}.txt", id_) for file, id_ in records}
        return sum(k in self.must or self.mapping.claims.get(k) in held for k in keys) > 1

    def _told(self, conflict: Conflict) -> str:
        values = ", ".join(f"{self._named(v.claim)} {v.value}" for v in conflict.values)
        return f"{conflict.field} {conflict.kind} ({values})"


_Link = tuple[str, Key, str]
"""Cluster, denial, strength."""


def _key(member: Gold) -> Key:
    return member["file"], member["allegation"]


def _either(values: Iterable[Any]) -> str:
    return " or ".join(map(str, values))


def _fields(name: str) -> set[str]:
    """The fields that a conflict concerns, in one wording: "items.quantity (uav)" is "quantity"."""
    return {part.split(" (")[0].rsplit(".", 1)[-1] for part in name.split(", ")}


if __name__ == "__main__":
    for part in MERGED:
        for with_soft, title in ((True, "ALL RECORDS"), (False, "WITHOUT SOFT RECORDS")):
            m = mapped(part, soft=with_soft)
            print(f"{part}: {title}")
            print(score(merge_records(m.extractions), m, gold_merged(part)))
            print()
