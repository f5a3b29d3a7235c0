"""A chat server on 127.0.0.1 that answers by script: for tests of what only a real connection shows."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from extractor.testing import EMPTY

SECRETS = {
    "set-cookie": "session=SECRETCOOKIE",
    "openai-organization": "SECRETORG",
    "x-request-id": "SECRETREQUEST",
}


@dataclass
class Reply:
    """One step of a script."""

    content: str = json.dumps(EMPTY)
    status: int = 200
    finish: str = "stop"
    refusal: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    code: str | None = None
    cut_after: int | None = None
    """Close the connection after so many bytes of the body."""
    delay_s: float = 0
    body: Any = None
    """The whole body, in place of a chat completion."""


OK = Reply()
BAD = Reply(content='{"nonsense": 1}')


@dataclass
class Script:
    """What the server answers, call by call (the last repeats), and what it was sent."""

    steps: Sequence[Reply]
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)


@contextmanager
def serving(*steps: Reply) -> Iterator[Script]:
    """A server that answers ``steps`` in order, for the length of the block."""
    script = Script(steps)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with lock:
                reply = script.steps[min(len(script.requests), len(script.steps) - 1)]
                script.requests.append(body)
                script.headers.append(dict(self.headers))
                script.times.append(time.monotonic())
            time.sleep(reply.delay_s)
            data = json.dumps(reply.body or _payload(reply, body)).encode()
            self.send_response(reply.status)
            for name, value in {"content-type": "application/json", **SECRETS, **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: reply.cut_after])
            if reply.cut_after is not None:
                self.close_connection = True

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that hangs up is part of the script."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _payload(reply: Reply, body: dict[str, Any]) -> dict[str, Any]:
    if reply.status != 200:
        return {"error": {"message": "scripted SECRETDETAIL", "type": "scripted", "code": reply.code}}
    message = {"role": "assistant", "content": None if reply.refusal else reply.content, "refusal": reply.refusal}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": f"scripted/{body['model']}",
        "choices": [{"index": 0, "message": message, "finish_reason": reply.finish, "logprobs": None}],
        "usage": {
            "prompt_tokens": 1000,
            "completion_tokens": 50,
            "total_tokens": 1050,
            "prompt_tokens_details": {"cached_tokens": 900},
        },
    }
