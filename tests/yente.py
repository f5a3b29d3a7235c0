"""A yente server on 127.0.0.1 with a dozen invented entities, for tests of what asks one."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "SECRETKEY"
MAX_BATCH = 100
MATCHABLE = {"Person", "Organization", "Company", "PublicBody", "Vessel"}

ENTITIES: list[dict[str, Any]] = [
    {"id": id_, "schema": schema, "caption": names[0], "properties": {"name": list(names), "country": [country]}}
    for id_, schema, country, *names in (
        ("Q101", "Person", "dv", "Anton Belikov", "BELIKOV Anton", "Антон Беликов"),
        ("Q102", "Person", "dv", "Anton Belik"),
        ("NK-person-3", "Person", "kt", "Anton Belikov"),
        ("Q104", "Person", "kt", "Mira Sollen"),
        ("NK-org-1", "Organization", "dv", "Grey Falcon Group", "Grey Falcon"),
        ("NK-org-2", "Organization", "kt", "Northern Resistance Front"),
        ("NK-co-1", "Company", "kt", "Halden Precision Works", "Halden Works"),
        ("NK-co-2", "Company", "dv", "Halden Precision Trading"),
        ("NK-body-1", "PublicBody", "dv", "Ministry of Defence of Dorvia"),
        ("NK-body-2", "PublicBody", "kt", "Ministry of Defence of Kastria"),
        ("NK-ship-1", "Vessel", "kt", "Lady of Halden"),
        ("NK-ship-2", "Vessel", "dv", "Morning Tide"),
    )
]


@dataclass
class Fault:
    """One answer in place of the right one."""

    status: int = 200
    body: str = json.dumps({"detail": f"scripted SECRETDETAIL {KEY}"})
    headers: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    """Close the connection after so many bytes of the body."""


@dataclass
class Yente:
    """The server's address, the faults that it still has to show, and what it was sent."""

    faults: list[Fault]
    wants_key: bool
    url: str = ""
    queries: list[dict[str, Any]] = field(default_factory=list)
    """Of each request, by the name that the client gave each."""
    headers: list[dict[str, str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def answer(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Status and body, as yente gives them."""
        url = urlsplit(path)
        if self.wants_key and headers.get("authorization") != f"ApiKey {KEY}":
            return 401, {"detail": "Invalid API key."}
        if url.path != "/match/default":
            return 404, {"detail": "No such dataset."}
        queries = body["queries"]
        if not queries or len(queries) > MAX_BATCH:
            return 400, {"detail": "No queries provided." if not queries else "Too many queries in one batch"}
        if any(q["schema"] not in MATCHABLE for q in queries.values()):
            return 400, {"detail": "Cannot parse example entity"}
        limit = int(parse_qs(url.query).get("limit", ["5"])[0])
        responses = {name: _matches(query, limit) for name, query in queries.items()}
        return 200, {"responses": responses, "matcher": {}, "limit": limit}


def _matches(query: dict[str, Any], limit: int) -> dict[str, Any]:
    scored = [{**e, "score": s, "match": s >= 0.7, "features": {}, "datasets": ["made_up"], "target": True}
              for e in ENTITIES if (s := _score(query, e)) >= 0.5]  # fmt: skip
    scored.sort(key=lambda e: -e["score"])
    total = {"value": len(scored), "relation": "eq"}
    return {"status": 200, "results": scored[:limit], "total": total, "query": query}


def _score(query: dict[str, Any], entity: dict[str, Any]) -> float:
    """Words in common, less for another country. Persons are compared with persons, ships with ships."""
    if {query["schema"], entity["schema"]} & {"Person", "Vessel"} and query["schema"] != entity["schema"]:
        return 0.0
    asked, has = query["properties"], entity["properties"]
    words = [({*a.casefold().split()}, {*b.casefold().split()}) for a in asked["name"] for b in has["name"]]
    likeness = max(len(a & b) / len(a | b) for a, b in words)
    return round(likeness * (0.8 if set(asked.get("country", has["country"])).isdisjoint(has["country"]) else 1), 2)


@contextmanager
def yente(*faults: Fault, wants_key: bool = False) -> Iterator[Yente]:
    """A server that shows ``faults`` in order and then answers, for the length of the block."""
    state = Yente(list(faults), wants_key)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with lock:
                fault = state.faults.pop(0) if state.faults else None
                state.queries.append(body["queries"])
                state.headers.append(headers)
                state.times.append(time.monotonic())
            status, answer = (fault.status, fault.body) if fault else state.answer(self.path, body, headers)
            data = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
            self.send_response(status)
            for name, value in {"content-type": "application/json", **(fault.headers if fault else {})}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: fault.cut_after if fault else None])
            self.close_connection = bool(fault and fault.cut_after is not None)

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that hangs up is part of the script."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
