"""The network of suppliers and recipients: actors as nodes, allegations as edges."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from extractor.schemas import Dataset

from .tables import days
from .writing import legible, need

UNKNOWN = "unknown"
"""The node that stands for a party which no article names."""


def network(dataset: Dataset, name: str) -> Any:
    """A directed multigraph; an allegation is an edge for every pair of a supplier and a recipient."""
    networkx = need("networkx", name)
    g = networkx.MultiDiGraph(name="armsledger dataset")
    for actor in dataset.actors:
        label = legible(actor.name)
        g.add_node(
            legible(actor.id), label=label, kind=actor.kind, country=actor.country or "", party=legible(actor.party)
        )
    g.add_node(UNKNOWN, label="not named", kind=UNKNOWN, country="", party=UNKNOWN)
    for a in dataset.allegations:
        earliest, latest = days(a.event_time)
        values = {
            "allegation": a.id, "summary": a.summary, "stage": a.stage, "scope": a.scope, "contested": a.contested,
            "denied": bool(a.denials), "denials": len(a.denials), "review": a.review,
            "origins": a.corroboration.origins, "articles": a.corroboration.articles,
            "outlets": a.corroboration.outlets, "attributions": len(a.attributions),
            "quotes": sum(len(t.evidence) for t in a.attributions),
            "event_edtf": (a.event_time and a.event_time.edtf) or "", "event_earliest": earliest or "",
            "event_latest": latest or "", "weapons": "; ".join(i.weapon for i in a.items),
        }  # fmt: skip
        values = {k: legible(v) if isinstance(v, str) else v for k, v in values.items()}
        for supplier in a.suppliers or [UNKNOWN]:
            for recipient in a.recipients or [UNKNOWN]:
                key = legible(f"{a.id} {supplier} {recipient}")
                g.add_edge(legible(supplier), legible(recipient), key=key, id=key, **values)
    return g


def graphml(dataset: Dataset, path: Path) -> None:
    """GraphML."""
    graph = network(dataset, "graphml")
    from networkx import write_graphml_xml

    # an edge's key is its id already
    write_graphml_xml(graph, str(path))


def gexf(dataset: Dataset, path: Path) -> None:
    """GEXF 1.2, without the day of writing that the library puts in."""
    graph = network(dataset, "gexf")
    from networkx import generate_gexf

    text = "\n".join(generate_gexf(graph))
    text = re.sub(r'(<meta) lastmodifieddate="[^"]*"', r"\1", text, count=1)
    path.write_text(f"<?xml version='1.0' encoding='utf-8'?>\n{text}\n", "utf-8")
