"""A chat server that costs next to nothing: knows an article by its marker and answers what a perfect model would.

Run as ``python -m benchmarks.mock_server``; it prints the port that it listens on. The first part of the path names the
shape of the answer: ``/ours/v1``, ``/nested/v1``, ``/flat/v1`` (as a tool call, if tools are offered) and
``/langextract/v1``. ``GET /admin/reset?latency_s=2`` zeroes the counters and sets how long every answer takes,
``GET /admin/read`` gives them.
"""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from . import langextract_form, synthetic
from .peers.pinning import SERVER_CORE, pin

ANSWERS: dict[bytes, Callable[[int], str]] = {
    b"ours": lambda n: synthetic.compact(synthetic.answer(n)),
    b"nested": lambda n: synthetic.compact(synthetic.nested(n)),
    b"flat": lambda n: synthetic.compact(synthetic.flat(n)),
    b"langextract": lambda n: synthetic.compact(langextract_form.extractions(synthetic.answer(n))),
}
USAGE = {
    "prompt_tokens": 8000,
    "completion_tokens": 1900,
    "total_tokens": 9900,
    "prompt_tokens_details": {"cached_tokens": 6528},
}


class Counters:
    """What the server saw since the last reset."""

    def __init__(self) -> None:
        self.in_flight = 0
        self.reset()

    def reset(self, latency_s: float = 0.0) -> None:
        """Begin anew; what is in flight stays."""
        self.latency_s = latency_s
        self.max_in_flight = self.in_flight
        self.requests = 0
        self.connections = 0

    def read(self) -> dict[str, float]:
        """As told to a client, with the CPU seconds of the server's whole life."""
        return {**vars(self), "cpu_s": time.process_time()}


seen = Counters()


class Connection(asyncio.Protocol):
    """One connection, one request after the other."""

    def connection_made(self, transport: Any) -> None:
        seen.connections += 1
        self._transport = transport
        self._parts: list[bytes] = []
        self._missing = 0
        """Bytes of the request that are still to come; 0: its head is not complete."""

    def data_received(self, data: bytes) -> None:
        self._parts.append(data)
        if self._missing:
            self._missing -= len(data)
            if self._missing:
                return
        request = b"".join(self._parts)
        head, found, body = request.partition(b"\r\n\r\n")
        if not found:
            self._parts = [request]
            return
        self._missing = _length(head) - len(body)
        if self._missing:
            self._parts = [request]
            return
        self._parts = []
        self._answer(head.split(b" ", 2)[1], body)

    def _answer(self, path: bytes, body: bytes) -> None:
        if path.startswith(b"/admin/"):
            if path.startswith(b"/admin/reset"):
                _, _, latency_s = path.partition(b"=")
                seen.reset(float(latency_s or 0))
            self._write(_http(json.dumps(seen.read()).encode()))
            return
        shape = path.split(b"/", 2)[1]
        at = body.rfind(b"ZQ") + 2  # examples come before the article
        if shape not in ANSWERS or at < 2:
            self._write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
            return
        seen.requests += 1
        seen.in_flight += 1
        seen.max_in_flight = max(seen.max_in_flight, seen.in_flight)
        variant = int(body[at : at + 5]) % synthetic.VARIANTS
        reply = completion(shape, variant, shape == b"flat" and b'"tools"' in body)
        if seen.latency_s:
            asyncio.get_running_loop().call_later(seen.latency_s, self._finish, reply)
        else:
            self._finish(reply)

    def _finish(self, reply: bytes) -> None:
        seen.in_flight -= 1
        self._write(reply)

    def _write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


@cache
def completion(shape: bytes, variant: int, as_tool_call: bool) -> bytes:
    """A whole HTTP response."""
    text = ANSWERS[shape](variant)
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
    if as_tool_call:
        call = {"id": "call_1", "type": "function", "function": {"name": "send_output", "arguments": text}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
    finish = "tool_calls" if as_tool_call else "stop"
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
    chat = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "mock", "choices": [choice]}
    return _http(json.dumps({**chat, "usage": USAGE}, ensure_ascii=False).encode())


def _http(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


async def serve() -> None:
    """Serve until killed."""
    pin(SERVER_CORE)
    for variant in range(synthetic.VARIANTS):
        completion(b"ours", variant, as_tool_call=False)
    gc.freeze()
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
