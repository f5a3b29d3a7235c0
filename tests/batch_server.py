"""A server of the files, batches and chat endpoints on 127.0.0.1, answering by script. It counts every request that it
answers, in a batch or not: each of them would be paid for."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.server import SECRETS, Reply, _payload

PAGE = 2
"""Batches on a page of their list."""


@dataclass
class Fault:
    """What goes wrong with the next call of a kind."""

    status: int = 0
    """Answered in place of the result; 0: the connection is closed without a word."""
    late: bool = False
    """Whether the work is done all the same."""
    code: str | None = None


@dataclass
class BatchScript:
    """How the server behaves, and what it has seen."""

    answer: Callable[[dict[str, Any]], Reply]
    """The reply to a request's body."""
    url: str = ""
    ends: list[str] = field(default_factory=list)
    """How each batch ends, in order of creation; the others are "completed". "running" does not end."""
    looks: int = 0
    """How often a batch is asked about before it has ended."""
    alter: Callable[[list[bytes], list[bytes]], tuple[list[bytes], list[bytes]]] | None = None
    """Changes the lines of answers and of errors before they are given out."""
    error: str = "invalid_json_line"
    """Code of a batch that ends as "failed"."""
    short: int = 0
    """How often a file of results is given without its last line."""
    no_files: bool = False
    """Whether results are no longer there."""
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    """By kind of call: upload, create, list, status, content."""
    on: Callable[[str], object] | None = None
    """Called with the kind of a call after its work is done and before it is answered."""
    answered: Counter[str] = field(default_factory=Counter)
    """Requests answered, by body."""
    calls: Counter[str] = field(default_factory=Counter)
    """Calls, by kind."""
    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    headers: list[dict[str, str]] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def sizes(self) -> list[int]:
        """Requests in each batch, in order of creation."""
        return [len(self.files[b["input_file_id"]].splitlines()) for b in self.batches.values()]

    def upload(self, data: bytes) -> dict[str, Any]:
        """Keep a file."""
        name = f"file-{len(self.files) + 1}"
        self.files[name] = data
        return {"id": name, "object": "file", "bytes": len(data), "created_at": 1, "filename": "f", "purpose": "batch"}

    def create(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Make a batch; its requests are answered at once, and given out when it has ended."""
        assert (asked["endpoint"], asked["completion_window"]) == ("/v1/chat/completions", "24h")
        number = len(self.batches)
        end = self.ends[number] if number < len(self.ends) else "completed"
        name = f"batch_{number + 1}"
        lines = [json.loads(line) for line in self.files[asked["input_file_id"]].splitlines()]
        assert all((r["method"], r["url"]) == ("POST", "/v1/chat/completions") for r in lines)
        assert len({r["body"]["model"] for r in lines}) == 1
        good, bad = [], []
        for n, request in enumerate(lines):
            if end in {"failed", "running"} or (end in {"expired", "cancelled"} and n % 2):
                if end in {"expired", "cancelled"}:
                    error = {"code": f"batch_{end}", "message": "SECRETDETAIL"}
                    bad.append({"id": f"r{n}", "custom_id": request["custom_id"], "response": None, "error": error})
                continue
            reply, body = self._reply(request["body"])
            response = {"status_code": reply.status, "request_id": "q", "body": body}
            line = {"id": f"r{n}", "custom_id": request["custom_id"], "response": response, "error": None}
            (good if reply.status == 200 else bad).append(line)
        self.batches[name] = {
            "id": name,
            "object": "batch",
            "endpoint": asked["endpoint"],
            "completion_window": "24h",
            "created_at": 1_000 + number,
            "input_file_id": asked["input_file_id"],
            "metadata": asked.get("metadata"),
            "status": "validating",
            "end": end,
            "looks": 0,
            "results": ([_line(r) for r in good], [_line(r) for r in bad]),
            "request_counts": {"total": len(lines), "completed": 0, "failed": 0},
        }
        return self._shown(self.batches[name])

    def status(self, name: str) -> dict[str, Any]:
        """How a batch stands; a look later it stands better."""
        batch = self.batches[name]
        if batch["end"] == "running" or batch["looks"] < self.looks:
            batch["status"] = ["validating", "in_progress", "finalizing"][min(batch["looks"], 2)]
            batch["looks"] += 1
            return self._shown(batch)
        if batch["status"] != batch["end"]:
            good, bad = batch["results"]
            counts = {"total": batch["request_counts"]["total"], "completed": len(good), "failed": len(bad)}
            if self.alter:
                good, bad = self.alter(good, bad)
            for kind, lines in (("output_file_id", good), ("error_file_id", bad)):
                batch[kind] = f"{kind}-{name}" if lines else None
                self.files[f"{kind}-{name}"] = b"".join(lines)
            errors = {"object": "list", "data": [{"code": self.error, "message": "SECRETDETAIL", "line": 1}]}
            batch |= {"status": batch["end"], "request_counts": counts, "completed_at": batch["created_at"] + 60}
            batch |= {"errors": errors} if batch["end"] == "failed" else {}
        return self._shown(batch)

    def chat(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Answer a request outside of a batch."""
        reply, payload = self._reply(body)
        return reply.status, payload

    def _reply(self, body: dict[str, Any]) -> tuple[Reply, dict[str, Any]]:
        reply = self.answer(body)
        if reply.status == 200:
            self.answered[json.dumps(body, sort_keys=True)] += 1
        return reply, _payload(reply, body)

    def _shown(self, batch: dict[str, Any]) -> dict[str, Any]:
        return {k: v for k, v in batch.items() if k not in {"end", "looks", "results"}}


def _line(result: dict[str, Any]) -> bytes:
    return json.dumps(result, ensure_ascii=False).encode() + b"\n"


@contextmanager
def serving_batches(answer: Callable[[dict[str, Any]], Reply]) -> Iterator[BatchScript]:  # noqa: C901 - one handler
    """A server for the length of the block."""
    script = BatchScript(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            match url.path.removeprefix("/v1/").split("/"):
                case ["batches"]:
                    self._serve("list", lambda: self._page(parse_qs(url.query)))
                case ["batches", name]:
                    self._serve("status", lambda: script.status(name) if name in script.batches else None)
                case ["files", name, "content"]:
                    self._serve("content", lambda: None if script.no_files else self._content(name))

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["content-length"]))
            match self.path:
                case "/v1/files":
                    self._serve("upload", lambda: script.upload(self._file(data)))
                case "/v1/batches":
                    self._serve("create", lambda: script.create(json.loads(data)))
                case "/v1/chat/completions":
                    with script.lock:
                        status, payload = script.chat(json.loads(data))
                    self._send(status, json.dumps(payload).encode())

        def _file(self, data: bytes) -> bytes:
            head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
            parts = {
                p.get_param("name", header="content-disposition"): p.get_payload(decode=True)
                for p in BytesParser(policy=HTTP).parsebytes(head + data).iter_parts()
            }
            assert parts["purpose"] == b"batch"
            return parts["file"]

        def _page(self, query: dict[str, list[str]]) -> dict[str, Any]:
            batches = [script._shown(b) for b in reversed(script.batches.values())]
            after = query.get("after", [None])[0]
            begin = next((n + 1 for n, b in enumerate(batches) if b["id"] == after), 0)
            page = batches[begin : begin + PAGE]
            return {"object": "list", "data": page, "has_more": begin + PAGE < len(batches)}

        def _content(self, name: str) -> bytes:
            data = script.files[name]
            if script.short:
                script.short -= 1
                return b"".join(data.splitlines(keepends=True)[:-1])
            return data

        def _serve(self, kind: str, work: Callable[[], Any]) -> None:
            with script.lock:
                script.calls[kind] += 1
                script.headers.append(dict(self.headers))
                waiting = script.faults.get(kind) or []
                fault = waiting.pop(0) if waiting else None
                found = work() if fault is None or fault.late else None
                if script.on:
                    script.on(kind)
            if fault is not None and not fault.status:
                self.close_connection = True
                self.connection.close()
            elif fault is not None:
                told = {"error": {"message": "SECRETDETAIL", "code": fault.code}}
                self._send(fault.status, json.dumps(told).encode())
            elif found is None:
                self._send(404, b'{"error": {"message": "SECRETDETAIL"}}')
            else:
                self._send(200, found if isinstance(found, bytes) else json.dumps(found).encode())

        def _send(self, status: int, data: bytes) -> None:
            self.send_response(status)
            for name, value in {"content-type": "application/json", **SECRETS}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

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
