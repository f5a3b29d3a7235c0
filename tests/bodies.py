"""A server on 127.0.0.1 that gives whole bodies by script: for APIs other than the chat API, whose form it does not know."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Body:
    """One step of a script."""

    body: Any = None
    """JSON, or text as it is."""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0
    cut_after: int | None = None
    """Close the connection after so many bytes."""


NOT_FOUND = Body({"detail": "Not Found"}, 404)


@dataclass
class Giving:
    """A server, and what it was asked."""

    root: str
    """Its URL, without a slash at the end."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    """The bodies that were posted."""
    headers: list[dict[str, str]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of every request."""


@contextmanager
def giving(*steps: Body, routes: dict[str, Body] | None = None) -> Iterator[Giving]:
    """A server that gives ``steps`` in order (the last repeats), or to each path what ``routes`` says; the route * stands for
    all others, which are not found without it."""
    given = Giving("")
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def _give(self) -> None:
            posted = self.rfile.read(int(self.headers.get("content-length", 0)))
            with lock:
                step = steps[min(len(given.asked), len(steps) - 1)] if steps else self._routed()
                given.asked.append((self.command, self.path))
                if posted:
                    given.requests.append(json.loads(posted))
                    given.headers.append(dict(self.headers))
            time.sleep(step.delay_s)
            data = (step.body if isinstance(step.body, str) else json.dumps(step.body)).encode()
            self.send_response(step.status)
            for name, value in {"content-type": "application/json", **step.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: step.cut_after])
            if step.cut_after is not None:
                self.close_connection = True

        def _routed(self) -> Body:
            return (routes or {}).get(self.path) or (routes or {}).get("*") or NOT_FOUND

        do_GET = do_POST = _give

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that hangs up is part of the script."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    given.root = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield given
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
