"""The report with a pen: the same page on localhost, where decisions are written down as they are made.

Only this machine reaches it: it listens on 127.0.0.1, every address begins with a secret, and a request must name this host
and come from this page (OWASP, "Cross-Site Request Forgery Prevention" and "DNS rebinding"). A decision is on the disk before
the page is told so; lines are only ever added, so that no tab, and no other program, takes back another's work.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import socket
import threading
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .dataset import load
from .decisions import append_decision, decide, load_decisions
from .errors import UsageError
from .ledger import Ledger
from .report import Page, Text, render
from .schemas.claim import Scope, Stage
from .schemas.decision import Credibility, Reliability, Verb
from .settling import settle

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

HOST = "127.0.0.1"
LARGEST_BODY = 100_000
"""Bytes of a decision; a longer one is refused."""

MISSING = "a review needs the extra `review`: pip install 'armsledger[review]'"
OLD_TAB = (
    ". This tab shows an older dataset than the one under review, and the decision was not written: note it, reload the page, "
    "and decide again"
)

VOCABULARY = {
    name: list(get_args(words))
    for name, words in (
        ("stage", Stage),
        ("scope", Scope),
        ("reliability", Reliability),
        ("credibility", Credibility),
    )
}
"""The words that the page offers."""

SCRIPT = Path(__file__).parent / "report" / "review.js"


class Choice(BaseModel):
    """What the page sends: a decision without what makes its records known again."""

    model_config = ConfigDict(extra="forbid")

    dataset: str
    """The dataset that the page shows: ``Review.version``."""
    verb: Verb
    ids: list[str] = Field(min_length=1, max_length=1000)
    edit: dict[str, Any] = {}
    reliability: Reliability | None = None
    credibility: Credibility | None = None
    note: str | None = Field(None, max_length=10_000)
    by: str | None = Field(None, max_length=200)
    replaces: str | None = None


class Review:
    """A dataset under review, and the file of decisions about it. Raises UsageError and DatasetInvalid."""

    def __init__(self, dataset: Path, decisions: Path, texts: Callable[[Any], Mapping[str, Text]]) -> None:
        """``texts`` gives the articles' texts of a dataset (:func:`extractor.report.read_texts`)."""
        self._file = dataset
        self._decisions = decisions
        self._lock = threading.Lock()
        loaded = load(dataset)
        self.version = _version(dataset)
        """Names the content of the dataset's file."""
        self._ledger = Ledger([loaded])
        script = f"const VOCABULARY = {json.dumps(VOCABULARY)};\n{SCRIPT.read_text('utf-8')}"
        page = Page(mode="review", scripts=(script,), connect="'self'")
        self.page = render(loaded, texts(loaded), page)
        """The page."""

    def state(self) -> dict[str, Any]:
        """What was decided so far, by whomever, with what will become of it at the next merge. Raises UsageError."""
        decided, broken = load_decisions(self._decisions) if self._decisions.is_file() else ([], [])
        settled = settle(decided, self._ledger)
        return {
            "dataset": self.version,
            "changed": _version(self._file) != self.version,
            "file": str(self._decisions),
            "decisions": [d.model_dump(mode="json") for d in settled.decided()],
            "broken": [str(line) for line in broken],
        }

    def write(self, choice: Choice) -> str:
        """Write a decision down and give its id. Raises UsageError for one that cannot be: nothing is written then."""
        with self._lock:
            decision = decide(
                self._ledger,
                choice.verb,
                choice.ids,
                edit=choice.edit,
                reliability=choice.reliability,
                credibility=choice.credibility,
                note=choice.note or None,
                by=choice.by or None,
                at=datetime.now(UTC).isoformat(timespec="seconds"),
                replaces=choice.replaces,
            )
            append_decision(self._decisions, decision)
        return decision.id


def application(review: Review, token: str, port: int) -> Starlette:
    """The page and its two calls, below ``/TOKEN/``. Raises UsageError where the extra is missing."""
    try:
        from starlette.applications import Starlette
        from starlette.middleware import Middleware
        from starlette.middleware.trustedhost import TrustedHostMiddleware
        from starlette.routing import Route
    except ImportError as error:
        raise UsageError(MISSING) from error

    calls = _Calls(review, {f"http://{HOST}:{port}", f"http://localhost:{port}"})
    return Starlette(
        routes=[
            Route(f"/{token}/", calls.page),
            Route(f"/{token}/decisions", calls.state, methods=["GET"]),
            Route(f"/{token}/decisions", calls.decide, methods=["POST"]),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"], www_redirect=False),
            Middleware(_Headers),
        ],
    )


class _Calls:
    """What the server answers."""

    def __init__(self, review: Review, origins: Collection[str]) -> None:
        self._review = review
        self._origins = origins

    async def page(self, request: Request) -> Response:  # noqa: ARG002 - Starlette's signature
        """The page."""
        from starlette.responses import HTMLResponse

        return HTMLResponse(self._review.page)

    async def state(self, request: Request) -> Response:  # noqa: ARG002 - Starlette's signature
        """All decisions."""
        return _answered(self._review.state)

    async def decide(self, request: Request) -> Response:
        """A decision to write down."""
        if request.headers.get("origin") not in self._origins:
            return _refused("this did not come from the review's own page", 403)
        if request.headers.get("content-type") != "application/json":
            return _refused("decisions are sent as application/json", 415)
        body = await _body(request)
        if body is None:
            return _refused("this decision is too long; shorten its note", 413)
        try:
            choice = Choice.model_validate_json(body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            return _refused(f"{'.'.join(map(str, first['loc'])) or 'decision'}: {first['msg']}", 400)
        old = choice.dataset != self._review.version

        def write() -> dict[str, Any]:
            return {"id": self._review.write(choice), **self._review.state()}

        return _answered(write, failed=409 if old else 400, remark=OLD_TAB if old else "")


def _answered(make: Callable[[], dict[str, Any]], *, failed: int = 400, remark: str = "") -> Response:
    from starlette.responses import JSONResponse

    try:
        return JSONResponse(make())
    except UsageError as error:
        return _refused(f"{error}{remark}", failed)


def _refused(why: str, status: int) -> Response:
    from starlette.responses import JSONResponse

    return JSONResponse({"error": why}, status)


class _Headers:
    """Adds what keeps the page and its address to itself."""

    ADDED = (
        (b"cache-control", b"no-store"),
        (b"referrer-policy", b"no-referrer"),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
    )

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *self.ADDED]}
            await send(message)

        await self._app(scope, receive, send_with_headers)


async def _body(request: Request) -> bytes | None:
    """The body; None if it is longer than any decision."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            return None
    return body


def serve(review: Review, *, port: int = 0, ready: Callable[[str], None]) -> None:
    """Serve until Ctrl-C. ``ready`` is told the page's address; port 0 is any free one. Raises UsageError where the port is
    taken or the extra is missing."""
    try:
        import uvicorn
    except ImportError as error:
        raise UsageError(MISSING) from error
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise UsageError(f"port {port} cannot be used ({error}); leave --port out to take a free one") from error
    taken = listening.getsockname()[1]
    token = secrets.token_urlsafe(24)
    app = application(review, token, taken)
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, lifespan="off")
    with listening:
        ready(f"http://{HOST}:{taken}/{token}/")
        uvicorn.Server(config).run(sockets=[listening])


def _version(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except OSError:
        return "gone"
