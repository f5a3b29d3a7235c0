"""How many independent origins stand behind an allegation, and the chain from every outlet to the root.

The six rules of the domain model: syndicated copies collapse; the same speaker on the same occasion is one; ``relies_on``
is followed to its root; the root counts by its government or organisation; the outlet's own voice and unknown sources
count nothing; a joint statement is a position and no evidence. And a seventh: who says of its own that it knows nothing of
it is no origin on somebody else's word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from .schemas import Article, Attribution, Corroboration, OriginChain, Source

NO_ORIGIN = {
    "outlet_narration": "the outlet's own voice is no origin",
    "unknown": "an unknown source is no origin",
    "joint_statement": "a joint statement is a position, not evidence",
}
"""Kinds of sources behind which no independent origin stands."""

GAINSAID = "whoever is relied on says of its own that it is not so, or that nothing shows it"
"""Why a root does not count on a speaker's word."""

NAMELESS = "unnamed:"
"""Begins the id of an actor whom the article leaves unnamed."""


def chain(source: str, sources: Mapping[str, Source]) -> list[Source]:
    """A source and what it relies on, down to the root; a cycle ends where it closes."""
    found = [sources[source]]
    while (below := found[-1].relies_on) and sources[below] not in found:
        found.append(sources[below])
    return found


def roots(source: str, sources: Mapping[str, Source], party: Mapping[str, str]) -> list[str]:
    """What stands at the root of a source: governments and organisations, or the root itself where it names none."""
    links = chain(source, sources)
    if any(s.kind == "joint_statement" for s in links) or links[-1].kind in NO_ORIGIN:
        return []
    return sorted({party[a] for a in links[-1].actors}) or [links[-1].id]


def corroboration(
    attributions: Sequence[Attribution],
    *,
    articles: Mapping[str, Sequence[Article]],
    sources: Mapping[str, Source],
    party: Mapping[str, str],
    rejected: bool = False,
) -> Corroboration:
    """Who stands behind the attributions of one allegation. ``articles``: every file with the article's content."""
    gainsaying = {party[actor] for t in attributions if t.polarity != "positive" for actor in sources[t.source].actors}
    chains = [_chain(t, articles[t.article_id], sources, party, gainsaying, rejected=rejected) for t in attributions]
    carried = sorted({t.article_id for t in attributions})
    texts = _texts([articles[i][0] for i in carried])
    by_text: dict[tuple[str, str], str] = {}
    for link in sorted(chains, key=lambda c: (c.origins, c.sources)):
        for origin in link.origins:
            by_text.setdefault(_known_by(origin, link, sources, texts), origin)
    told = {o for link in chains for o in link.origins}
    origins = sorted(set(by_text.values()))
    return Corroboration(
        articles=len(carried),
        texts=len(set(texts.values())),
        outlets=len({a.outlet for i in carried for a in articles[i]}),
        origins=len(origins),
        origin_ids=origins,
        chains=[_collapsed(c, origins) if told - set(origins) else c for c in chains],
    )


def _chain(
    t: Attribution,
    files: Sequence[Article],
    sources: Mapping[str, Source],
    party: Mapping[str, str],
    gainsaying: AbstractSet[str],
    *,
    rejected: bool,
) -> OriginChain:
    links = chain(t.source, sources)
    origins, rule = _root(t, links, roots(t.source, sources, party), rejected=rejected)
    strangers = gainsaying - {party[actor] for actor in links[0].actors}  # one's own word is one's own
    kept = [origin for origin in origins if origin not in strangers]
    rule = GAINSAID if origins and not kept else rule
    return OriginChain(
        claim=t.claim,
        article_id=t.article_id,
        outlet=files[0].outlet,
        agency=files[0].agency,
        sources=[s.id for s in links],
        origins=kept,
        rule=rule,
    )


def _root(t: Attribution, links: list[Source], found: list[str], *, rejected: bool) -> tuple[list[str], str]:
    """What an attribution counts as, and why."""
    if rejected:
        return [], "rejected by a person"
    if t.polarity != "positive":
        return [], "it affirms nothing"
    if not found:
        joint = any(s.kind == "joint_statement" for s in links)
        return [], NO_ORIGIN["joint_statement" if joint else links[-1].kind]
    if found == [links[-1].id]:
        return found, "the root names nobody: it counts as itself"
    if len(links) > 1:
        return found, "the root of what is relied on, by its government or organisation"
    return found, "the speaker, by its government or organisation"


def _texts(articles: Iterable[Article]) -> dict[str, str]:
    """Articles that carry one allegation, each with the text it counts as: copies of one text, and what one agency wrote
    about the same thing, are one."""
    text_of: dict[str, str] = {}
    first: dict[tuple[str, str], str] = {}
    for article in articles:
        keys = [("text", article.syndication_group)]
        if article.agency:
            keys.append(("agency", article.agency.casefold()))
        known = sorted({first[k] for k in keys if k in first})
        text = known[0] if known else article.id
        for other in known[1:]:  # a copy that joins two texts
            text_of |= {a: text for a, t in text_of.items() if t == other}
            first |= {k: text for k, t in first.items() if t == other}
        text_of[article.id] = text
        first |= dict.fromkeys(keys, text)
    return text_of


def _known_by(
    origin: str, link: OriginChain, sources: Mapping[str, Source], texts: Mapping[str, str]
) -> tuple[str, str]:
    """By what an origin is told from others. Nameless ones of one text, and of one kind in several texts, can't be told
    apart: "an official" of one article may be "an official" of the other."""
    if origin.startswith(NAMELESS) or origin in sources:
        return "nameless", sources[link.sources[-1]].kind if origin.startswith(NAMELESS) else texts[link.article_id]
    return "named", origin


def _collapsed(link: OriginChain, origins: list[str]) -> OriginChain:
    kept = [o for o in link.origins if o in origins]
    if kept == link.origins:
        return link
    return link.model_copy(
        update={"origins": kept, "rule": "nobody is named: it may be the same as in another article, and counts once"}
    )
