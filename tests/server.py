"""A chat server on 127.0.0.1 that answers by script: for tests of what only a real connection shows."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
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
    reset: bool = False
    """Where it is closed early: by a reset, as a crashed machine's neighbour would."""
    drip_s: float = 0
    """Send the body for ever, a blank at a time, so many seconds apart."""
    tokens: tuple[int, int, int] = (1000, 900, 50)
    """Sent, cached of these, answered."""
    delay_s: float = 0
    body: Any = None
    """The whole body, in place of a chat completion."""


OK = Reply()
BAD = Reply(content='{"nonsense": 1}')


Chooses = Callable[[str, int], Reply]
"""The step for an article's text, and how often this very conversation was asked before."""


@dataclass
class Script:
    """What the server answers, call by call (the last repeats) or by article, and what it was sent."""

    steps: Sequence[Reply] | Chooses
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    """How often each conversation was asked."""
    answered: Counter[str] = field(default_factory=Counter)
    """How often each was answered in full with status 200: what a provider charges for."""
    tokens: list[tuple[int, int, int]] = field(default_factory=list)
    """Of each such answer."""
    in_flight: int = 0
    peaks: list[int] = field(default_factory=list)
    """Calls in flight as each came in, itself included."""
    is_down: bool = False
    """Whether connections are reset and new ones refused."""

    @property
    def paid_twice(self) -> list[str]:
        """Conversations that were answered more than once."""
        return [conversation for conversation, n in self.answered.items() if n > 1]

    def _step(self, body: dict[str, Any], conversation: str) -> Reply:
        """What comes now; notes the request."""
        if callable(self.steps):
            reply = self.steps(body["messages"][1]["content"], self.asked[conversation])
        else:
            reply = self.steps[min(len(self.requests), len(self.steps) - 1)]
        self.asked[conversation] += 1
        self.requests.append(body)
        self.times.append(time.monotonic())
        return reply


@contextmanager
def serving(*steps: Reply, by: Chooses | None = None, port: int = 0) -> Iterator[Script]:
    """A server that answers ``steps`` in order, or what ``by`` chooses, for the length of the block."""
    script = Script(by or steps)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            conversation = json.dumps(body["messages"])
            with lock:
                if script.is_down:
                    self._reset()
                    return
                reply = script._step(body, conversation)
                script.headers.append(dict(self.headers))
                script.in_flight += 1
                script.peaks.append(script.in_flight)
            try:
                time.sleep(reply.delay_s)
                self._answer(reply, body)
            finally:
                with lock:
                    script.in_flight -= 1
            whole = reply.cut_after is None and not reply.drip_s
            if whole and reply.status == 200:
                with lock:
                    script.answered[conversation] += 1
                    script.tokens.append(reply.tokens)

        def _answer(self, reply: Reply, body: dict[str, Any]) -> None:
            data = json.dumps(reply.body or _payload(reply, body)).encode()
            self.send_response(reply.status)
            for name, value in {"content-type": "application/json", **SECRETS, **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(1 << 30 if reply.drip_s else len(data)))
            self.end_headers()
            while reply.drip_s and not script.is_down:  # until the client hangs up, which raises
                self.wfile.write(b" ")
                time.sleep(reply.drip_s)
            self.wfile.write(data[: reply.cut_after])
            if reply.reset:
                self._reset()
            elif reply.cut_after is not None:
                self.close_connection = True

        def _reset(self) -> None:
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    class Server(ThreadingHTTPServer):
        request_queue_size = 256

        def handle_error(self, *_: object) -> None:
            """A client that hangs up is part of the script."""

    server = Server(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield script
    finally:
        script.is_down = True
        server.shutdown()
        server.server_close()
        thread.join()


def _payload(reply: Reply, body: dict[str, Any]) -> dict[str, Any]:
    if reply.status != 200:
        return {"error": {"message": "scripted SECRETDETAIL", "type": "scripted", "code": reply.code}}
    sent, cached, answered = reply.tokens
    message = {"role": "assistant", "content": None if reply.refusal else reply.content, "refusal": reply.refusal}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": f"scripted/{body['model']}",
        "choices": [{"index": 0, "message": message, "finish_reason": reply.finish, "logprobs": None}],
        "usage": {
            "prompt_tokens": sent,
            "completion_tokens": answered,
            "total_tokens": sent + answered,
            "prompt_tokens_details": {"cached_tokens": cached},
        },
    }
