"""Articles that nobody wrote, and what a perfect model would answer to them: prose of 5 KB, about 40 citations each.

Everything follows from an article's number. ``VARIANTS`` articles differ in what they say; beyond that only the marker
("ZQ00042") differs, so that no two are the same file. Uses nothing but the standard library: peers of other environments
import it too.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

VARIANTS = 500
EPISODES = 3

STATES = "Iran, Russia, Belarus, China, Turkey, Serbia, Brazil, India, Pakistan, Egypt, Algeria, Vietnam, Bulgaria"
RECEIVERS = "Syria, Sudan, Libya, Yemen, Mali, Niger, Chad, Somalia, Myanmar, Ethiopia, Eritrea, Lebanon, Haiti"
ACCUSERS = (
    "Norway, Canada, Germany, France, Japan, Poland, Sweden, Finland, Portugal, Denmark, Belgium, Austria, Estonia"
)
FIRST = (
    "Amara, Daniyar, Elena, Farid, Goran, Hana, Idris, Jelena, Kofi, Leila, Mateo, Nadia, Omar, Petra, Tariq, Wanjiru"
)
LAST = "Abdi, Bello, Castell, Dragan, Eze, Farouk, Haddad, Jovic, Keita, Lomidze, Okoro, Qureshi, Sesay, Toure, Vargas, Wako"
GROUPS = "Meridian Arms Watch, Open Cargo Project, Harbour Monitor, Conflict Freight Archive, Transfer Records Group"
VESSELS = "Sea Falcon, Port Velika, Amber Tide, Northern Crane, Lady Sava, Blue Meridian, Cape Orsa, Silver Reed"
COMPANIES = "Orvin Trading, Halmar Logistics, Teskel Air, Dunmore Freight, Karvat Metals, Lindal Shipping"
PORTS = "Mersin, Bandar Abbas, Novorossiysk, Tartus, Mombasa, Port Sudan, Constanta, Benghazi, Djibouti, Karachi, Varna"
TOWNS = "Karvat, Zarqeen, Mirova, Tel Amun, Ain Dara, Upper Sava, Bint Rashad, Old Harbour, Camp Seven, Dasht"
OUTLETS = "Halden Dispatch, Northern Herald, Harbour Gazette, Evening Courier, Continental Post, River Tribune"
WEAPONS = [
    ("artillery shells", "artillery_ammunition"),
    ("mortar rounds", "artillery_ammunition"),
    ("anti-tank missiles", "missiles_rockets"),
    ("122mm rockets", "missiles_rockets"),
    ("assault rifles", "small_arms_light_weapons"),
    ("machine guns", "small_arms_light_weapons"),
    ("howitzers", "artillery_systems"),
    ("armoured vehicles", "armoured_vehicles"),
    ("attack drones", "uav"),
    ("air defence radars", "air_defence"),
    ("patrol boats", "naval"),
    ("land mines", "explosives_mines"),
    ("drone engines", "components_materials"),
]
COUNTS = (
    "at least {} crates of, some {} containers of, more than {} pallets of, about {} truckloads of, nearly {} boxes of"
)
DAYS = "on Monday, on Tuesday, on Wednesday, on Thursday, on Friday, on Sunday"
MONTHS = "January, February, March, April, June, July, August, September, October, November, December"
"""Without May, behind which the sentence splitter sees no end."""
RESOLUTIONS = "the arms embargo, the export regulations, the transfer agreement, the licensing rules"
UNSEEN = "at night", "under guard", "in the rain"
SHOWN = "lids", "seals", "labels"

TEMPTING = [
    ("weapons_test", "Last year {r} tested a rocket near {town}, and in {month} its state television showed the launch again and again."),
    ("show_of_force", "Warships of {a} took part in a large exercise off {port} in {month}, with {n} aircraft overhead for most of a week."),
    ("domestic_production", "A plant in {town} makes {n} engines a month for the army of {s}, its manager told a group of visitors in {month}."),
    ("non_arms_cooperation", "Trade in grain between {s} and {r} grew by {n} per cent last year, the customs figures of both countries show."),
    ("historical_unrelated", "In the last war {n} field guns were captured in the fields near {town}, where a small museum now shows them."),
    ("hypothetical", "Should the talks near {town} fail, {a} could one day buy {n} launchers of its own, two retired officers think."),
    ("use_not_transfer", "Soldiers fired {n} shells at the hills above {town} one night in {month}, the farmers of the valley recall."),
    ("openly_announced_transfer", "With some pride {a} announced a package of {n} trucks for its allies in {month}, as it does in most years."),
    ("other", "The old depot outside {town} burned for {n} hours in {month}, and the road to {port} remained closed until spring."),
    ("non_arms_cooperation", "Doctors from {s} have worked in {n} clinics around {town} since {month}, many of them unpaid for several weeks."),
    ("show_of_force", "A parade in {town} drew {n} thousand spectators in {month}, most of them pupils and clerks who had the day off."),
    ("domestic_production", "Workers in the docks of {port} have repaired {n} old tanks for their own army since {month}, their union says."),
    ("weapons_test", "Fishermen saw {n} flares over the range at {town} in {month}, where {s} has tried out its guns for decades."),
    ("fiction", "A novel set in {town} has a smuggler who sells {n} rifles to both sides, and it sold out in {port} in {month}."),
    ("hypothetical", "Had the bridge at {town} held, {n} lorries might have crossed it in {month}, an engineer of the district reckons."),
    ("historical_unrelated", "Half a century ago {s} and {a} fought over {town} for {n} days, and old men in {port} still speak of it."),
]  # fmt: skip


BACKGROUND = [
    "Neighbours of {r} have asked for calm, and the market squares of its capital were as full as ever, with queues for bread and fuel.",
    "The parliament of {a} is to debate the matter after the holidays, when the members for the coast and for the north are back.",
    "None of this could be verified independently, and neither {s} nor {r} lets foreign reporters travel beyond the larger towns.",
]  # fmt: skip
"""What no record cites."""


class Cited(NamedTuple):
    """One sentence that the answer cites, with the words that it takes from it."""

    sentence: int
    phrase: str


class Facts(NamedTuple):
    """An article and its answer."""

    text: str
    """With a marker's place left open, as ``ZQ00000``."""
    answer: dict[str, Any]


def article(number: int) -> str:
    """The text of an article."""
    return _facts(number % VARIANTS).text.replace("ZQ00000", f"ZQ{number:05d}", 1)


def answer(number: int) -> dict[str, Any]:
    """What a perfect model would write, in the schema of this project."""
    return _facts(number % VARIANTS).answer


def compact(value: Any) -> str:
    """JSON as the prompt shows it: without white space."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# The text ------------------------------------------------------------------------------------------------------------


class _Writer:
    """Writes sentences one after the other and keeps their numbers."""

    def __init__(self, chance: random.Random, headline: str) -> None:
        self._chance = chance
        self._paragraphs = [[headline]]
        self._count = 1

    def paragraph(self) -> None:
        self._paragraphs.append([])

    def say(self, sentence: str, begin: str = "", length: int | None = None) -> Cited:
        """Add a sentence; cited are words of it: from ``begin`` on, about 26 characters unless ``length`` is given."""
        self._paragraphs[-1].append(sentence)
        self._count += 1
        start = sentence.index(begin) if begin else 0
        cut = start + (length or self._chance.randint(20, 28))
        end = sentence.find(" ", cut)
        phrase = sentence[start : end if end > 0 else len(sentence)].rstrip(".,")
        return Cited(self._count, phrase.replace("“", '"').replace("”", '"'))

    def text(self) -> str:
        return "\n".join(" ".join(p) for p in self._paragraphs) + "\n"


@lru_cache(maxsize=VARIANTS)
def _facts(variant: int) -> Facts:
    chance = random.Random(1_000_003 + variant)

    def one_of(words: str) -> str:
        return chance.choice(words.split(", "))

    s, r, a = one_of(STATES), one_of(RECEIVERS), one_of(ACCUSERS)
    spokesman, minister = f"{one_of(FIRST)} {one_of(LAST)}", f"{one_of(FIRST)} {one_of(LAST)}"
    group, vessel, company = one_of(GROUPS), one_of(VESSELS), one_of(COMPANIES)
    outlet = one_of(OUTLETS)
    ports, towns = chance.sample(PORTS.split(", "), EPISODES), chance.sample(TOWNS.split(", "), EPISODES)
    weapons = chance.sample(WEAPONS, EPISODES)
    w = _Writer(chance, f"{a} says {s} arms {r} by sea and by air")
    tempting = iter(chance.sample(TEMPTING, len(TEMPTING)))
    excluded: list[dict[str, Any]] = []

    def tempt(times: int) -> None:
        for reason, sentence in [next(tempting) for _ in range(times)]:
            names = {"s": s, "r": r, "a": a, "town": one_of(TOWNS), "port": one_of(PORTS), "month": one_of(MONTHS)}
            cited = w.say(sentence.format(**names, n=chance.randint(11, 89)))
            excluded.append({"id": f"x{len(excluded) + 1}", "evidence": [cited._asdict()], "reason": reason})

    allegations, denials, responses = [], [], []
    for k, ((term, _), port, town) in enumerate(zip(weapons, ports, towns, strict=True)):
        said, counted, day = one_of(DAYS), one_of(DAYS), one_of(DAYS)
        amount, month = one_of(COUNTS).format(chance.randint(20, 900)), one_of(MONTHS)
        quantity = amount.removesuffix(" of")
        speakers = []
        w.paragraph()
        if k != 2:
            who = f"{port.upper()} (ZQ00000) — {spokesman}, army spokesman of {a}," if k == 0 else spokesman
            by_sea = [
                w.say(
                    f"{who} said {said} that {s} had shipped {amount} {term} to {r} through {port} in {month}.",
                    f"{s} had shipped",
                    len(f"{s} had shipped {amount} "),
                ),
                w.say(
                    f"The load left {port} {UNSEEN[k]} aboard the {vessel}, a freighter which {company} runs from {town}."
                ),
                w.say(
                    f"In {month} the crew was paid twice for the {term}, and {chance.randint(3, 60)} bills bear the stamp of {r}."
                ),
            ]
            speakers.append(_attribution(by_sea, "s1", said, "unstated"))
        if k != 1:
            amount_seen = f" {amount}" if k == 2 else ""
            seen = [
                w.say(
                    f"The {group} said {counted} that it had traced{amount_seen} {term} from {s} to {r} in pictures taken near {port} in {month}.",
                    "traced",
                    len(f"traced{amount_seen} "),
                ),
                w.say(
                    f"Serial numbers on {chance.randint(3, 60)} of the {term} led to a plant in {s}, and the {SHOWN[k]} name the same batch."
                ),
                w.say(
                    f"Its pictures from {town} were taken {chance.randint(3, 60)} days after the {term} had been unloaded under floodlights."
                ),
            ]
            speakers.append(_attribution(seen, "s2", counted, "imagery"))
        allegations.append(
            {
                "id": f"a{k + 1}",
                "summary": f"{a}'s army spokesman says {s} shipped {term} to {r}." if k != 2 else f"The {group} says {s} shipped {term} to {r}.",
                "stage": "shipped",
                "scope": "specific",
                "suppliers": ["c1"],
                "recipients": ["c2"],
                "participants": [{"actor": "c7", "role": "transporter"}] if k == 1 else [],
                "items": [{"weapon": f"w{k + 1}", "quantity": quantity}],
                "in_return": [],
                "circumstances": [{"kind": "event_time", "text": f"in {month}"}],
                "route": [{"place": port, "role": "origin"}] if k == 1 else [],
                "part_of": None,
                "attributions": speakers,
            }
        )  # fmt: skip
        tempt(3)
        answered = [
            [
                f"{minister}, foreign minister of {s}, denied {day} that any {term} had ever gone to {r} by that way.",
                f"“These stories about {term} come from people who never saw {town},” {minister} said {day} at a briefing in {port}.",
            ],
            [
                f"{r} said {day} that it had bought no {term} from anybody and that the {vessel} carried rice and cement.",
                f"Its ports, {r} added {day}, are open to every inspector who wants to look for {term} and does not mind the heat.",
            ],
            [
                f"{s} rejected the charge about {term} {day} and said that its exports went to friends in {one_of(ACCUSERS)} alone.",
                f"No {term} had left the country without papers, officials of {s} maintained {day}, and none ever would.",
            ],
        ][k]  # fmt: skip
        denials.append(
            {
                "id": f"d{k + 1}",
                "evidence": [w.say(sentence)._asdict() for sentence in answered],
                "denier": "c2" if k == 1 else "c1",
                "kind": "denies",
                "scope": "explicit",
                "targets": [f"a{k + 1}"],
                "accusers": [],
                "what_is_denied": None,
                "counter_claim": "rice and cement" if k == 1 else None,
                "reported_by": [],
                "said_on": day,
            }
        )
        if k < 2:
            law = one_of(RESOLUTIONS)
            demanded = [
                w.say(f"{a} called on {s} {day} to stop sending {term} to {r} and to open its books to inspectors."),
                w.say(
                    f"Sending {term} to {r}, it said {day}, would breach {law} and cost {s} the trust of its neighbours."
                ),
            ]
            responses.append(
                {
                    "id": f"r{k + 1}",
                    "evidence": [cited._asdict() for cited in demanded],
                    "kind": "demand",
                    "source": "s3",
                    "actors": ["c3"],
                    "about": [f"a{k + 1}"],
                    "measure": f"stop sending {term}",
                    "legal_basis": law,
                    "said_on": day,
                }
            )
        tempt(2)
        w.say(BACKGROUND[k].format(s=s, r=r, a=a))
    w.paragraph()
    w.say(f"Read the original on {outlet}.")
    written = {
        "publication": {"outlet": outlet, "agency": None, "byline": None, "published": None},
        "excluded": excluded,
        "actors": [
            _actor("c1", s, "state"),
            _actor("c2", r, "state"),
            _actor("c3", a, "state"),
            _actor("c4", spokesman, "person", title="army spokesman", represents="c3"),
            _actor("c5", minister, "person", title="foreign minister", represents="c1"),
            _actor("c6", group, "ngo"),
            _actor("c7", vessel, "vessel"),
        ],
        "weapons": [{"id": f"w{k + 1}", "term": t, "category": c} for k, (t, c) in enumerate(weapons)],
        "sources": [
            {"id": "s1", "actors": ["c4"], "kind": "named_official", "relies_on": None},
            {"id": "s2", "actors": ["c6"], "kind": "expert_ngo", "relies_on": None},
            {"id": "s3", "actors": ["c3"], "kind": "government_institution", "relies_on": None},
        ],
        "allegations": allegations,
        "denials": denials,
        "responses": responses,
    }
    return Facts(w.text(), written)


def _actor(
    local: str, name: str, kind: str, *, title: str | None = None, represents: str | None = None
) -> dict[str, Any]:
    return {
        "id": local, "name": name, "name_en": None, "kind": kind, "country": None, "title": title,
        "represents": represents, "aliases": [],
    }  # fmt: skip


def _attribution(cited: list[Cited], source: str, said_on: str, basis: str) -> dict[str, Any]:
    return {
        "evidence": [c._asdict() for c in cited], "source": source, "cue": "said", "said_on": said_on, "basis": basis,
        "certainty": "certain", "polarity": "positive",
    }  # fmt: skip


# The same facts in the shapes of others ------------------------------------------------------------------------------


def nested(number: int) -> dict[str, Any]:
    """For a schema of lists of objects with quotes inside, as in :mod:`benchmarks.peers.schema`."""
    return _nested(answer(number), lambda cited: cited)


def flat(number: int) -> dict[str, Any]:
    """The same for docetl, whose schemas hold no list of objects within an object: quotes are plain texts, nothing is null."""
    return _nested(answer(number), lambda cited: cited["phrase"])


def _nested(ours: dict[str, Any], quote: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    def told(record: dict[str, Any], *fields: str) -> dict[str, Any]:
        return {f: "" if record[f] is None else record[f] for f in fields}

    def quotes(record: dict[str, Any]) -> dict[str, Any]:
        return {"evidence": [quote(c) for c in record["evidence"]]}

    return {
        "outlet": ours["publication"]["outlet"],
        "actors": [told(x, "id", "name", "kind", "title", "represents") for x in ours["actors"]],
        "weapons": [told(x, "id", "term", "category") for x in ours["weapons"]],
        "claims": [
            told(x, "id", "summary", "stage", "scope")
            | {"supplier": x["suppliers"][0], "recipient": x["recipients"][0], "weapon": x["items"][0]["weapon"]}
            | {"quantity": x["items"][0]["quantity"], "date": x["circumstances"][0]["text"]}
            | told(y, "source", "cue", "said_on", "basis", "certainty", "polarity")
            | quotes(y)
            for x in ours["allegations"]
            for y in x["attributions"]
        ],
        "denials": [told(x, "id", "denier", "kind", "scope", "targets", "said_on") | quotes(x) for x in ours["denials"]],
        "responses": [
            told(x, "id", "kind", "source", "about", "measure", "legal_basis", "said_on") | quotes(x)
            for x in ours["responses"]
        ],
        "excluded": [told(x, "id", "reason") | quotes(x) for x in ours["excluded"]],
    }  # fmt: skip
