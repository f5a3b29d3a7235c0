"""Recordings of model calls: one readable file per request, replayed by its body.

vcrpy does the recording. Around it: a match on the body alone with its method (so that a recording replays for any
base URL, and six calls at once never swap answers), an allow-list of headers (so that no key, cookie or organisation
can leak), successes only (so that a failure is never replayed as an answer), and files that read well in a diff.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from .errors import UsageError

HEADERS_KEPT = frozenset({"content-type"})
ANY_SERVER = "http://model"
"""Stands for the base URL in every recording."""


@contextmanager
def recordings(folder: Path, mode: Literal["record", "replay"]) -> Iterator[None]:
    """Within the block, model calls are replayed from ``folder``; when recording, new ones are sent and kept there.

    Requests whose recording exists are replayed in either mode: clear the folder to record anew. Raises UsageError
    for a replay without recordings and for a file that is no recording.
    """
    if mode == "replay" and not any(folder.glob("*.json")):
        raise UsageError(
            f"{folder}: no recordings here; record them with --record {folder}, or set a key or a base URL"
        )
    import vcr
    from vcr.record_mode import RecordMode

    recorder = vcr.VCR(
        match_on=("method", "uri", "body"),
        record_mode=RecordMode.NONE if mode == "replay" else RecordMode.NEW_EPISODES,
        before_record_request=_portable_request,
        before_record_response=_portable_response,
        decode_compressed_response=True,
    )
    recorder.register_persister(_Folder)
    with recorder.use_cassette(str(folder), allow_playback_repeats=True):
        yield


def _portable_request(request: Any) -> Any:
    """The request without its server and without any header that isn't listed."""
    endpoint = request.path.rsplit("/v1/", 1)[-1].lstrip("/")
    request.uri = f"{ANY_SERVER}/{endpoint}"
    request.headers = {k: v for k, v in request.headers.items() if k.lower() in HEADERS_KEPT}
    return request


def _portable_response(response: dict[str, Any]) -> dict[str, Any] | None:
    """The response without headers that aren't listed; None (not recorded) unless it is a success."""
    if response["status"]["code"] != 200:
        return None
    return {**response, "headers": {k: v for k, v in response["headers"].items() if k.lower() in HEADERS_KEPT}}


class _Folder:
    """vcrpy persister: a cassette is a folder, each request in it a file named after its body."""

    @staticmethod
    def load_cassette(folder: str, serializer: Any) -> tuple[list[Any], list[Any]]:  # noqa: ARG004 - vcrpy's signature
        from vcr.request import Request

        requests, responses = [], []
        for file in sorted(Path(folder).glob("*.json")):
            try:
                kept = _unfold(json.loads(file.read_text("utf-8")))
                body = _bytes(kept["request"]["body"])
                requests.append(
                    Request(kept["request"]["method"], kept["request"]["uri"], body, kept["request"]["headers"])
                )
                responses.append({**kept["response"], "body": {"string": _bytes(kept["response"]["body"])}})
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise UsageError(f"{file}: not a recording ({error!r}); delete it and record again") from error
        return requests, responses

    @staticmethod
    def save_cassette(folder: str, cassette: dict[str, Any], serializer: Any) -> None:  # noqa: ARG004
        Path(folder).mkdir(parents=True, exist_ok=True)
        for request, response in zip(cassette["requests"], cassette["responses"], strict=True):
            body = json.loads(request.body)
            kept = {
                "request": {
                    "method": request.method,
                    "uri": request.uri,
                    "headers": dict(request.headers),
                    "body": body,
                },
                "response": {**response, "body": json.loads(response["body"]["string"])},
            }
            file = Path(folder) / f"{_digest(body)}.json"
            file.write_text(json.dumps(_fold(kept), ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")


def _digest(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]


def _bytes(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


_LINES = "(lines)"


def _fold(value: Any) -> Any:
    """Texts of several lines as a list of lines, so that a diff shows which one changed. Undone by ``_unfold``."""
    match value:
        case dict():
            return {k: _fold(v) for k, v in value.items()}
        case list():
            return [_fold(v) for v in value]
        case str() if "\n" in value:
            return {_LINES: value.split("\n")}
        case _:
            return value


def _unfold(value: Any) -> Any:
    match value:
        case {"(lines)": list() as lines, **rest} if not rest:
            return "\n".join(lines)
        case dict():
            return {k: _unfold(v) for k, v in value.items()}
        case list():
            return [_unfold(v) for v in value]
        case _:
            return value
