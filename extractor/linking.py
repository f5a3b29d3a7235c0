"""Actors looked up in a reference database, by the matching API of a yente server (OpenSanctions runs one).

The server's answers are as untrusted as an article: what isn't of the expected form is an error, and texts are cleaned
and cut. Neither the key nor anything that the server wrote stands in a message.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, SecretStr, ValidationError

from .errors import ReferenceFailed, UsageError
from .schemas import Actor, Link
from .schemas.actor import ActorKind
from .waiting import retry_after_s, wait_s

if TYPE_CHECKING:
    import httpx2

BATCH = 50
"""Queries a request; yente's own limit is 100."""
CONCURRENCY = 2
ATTEMPTS = 4
KEPT = 5
"""Entities kept of each answer."""
NAMES = 20
"""Forms of a name sent with a query."""
LENGTH = 300
"""Characters of a name, sent or kept."""
PATIENCE_S = 60.0
"""A server that asks for a longer wait has no answer today: a month's quota that is used up is a 429 as well."""
MAX_BYTES = 32_000_000
"""Of one answer; a full one, 50 queries with 5 well-known entities each, has about 5 MB."""

_SCHEMA: Mapping[ActorKind, str] = {
    "person": "Person",
    "government_body": "PublicBody",
    "company": "Company",
    "vessel": "Vessel",
    **dict.fromkeys(("military", "armed_group", "ngo", "international_org", "media"), "Organization"),
}
"""Schemata of FollowTheMoney; yente compares each with its ancestors and descendants too, so ``Organization`` finds companies.
States and unnamed actors have none: the database could only guess."""


class _Entity(BaseModel):
    id: str = Field(pattern=r"^[!-~]{1,255}$")
    caption: str
    score: float = Field(ge=0, le=1, allow_inf_nan=False)
    match: bool


class _Matches(BaseModel):
    status: int = 200
    results: list[_Entity] = []


class _Answer(BaseModel):
    responses: dict[str, _Matches]


async def link(
    actors: Sequence[Actor],
    url: str,
    *,
    dataset: str = "default",
    api_key: SecretStr | None = None,
    timeout_s: float = 60.0,
) -> dict[str, list[Link]]:
    """The entities that each actor may be, by actor id: at most ``KEPT``, the likeliest first; none for most actors.

    ``url`` is the server's root, ``dataset`` what it matches against. Raises UsageError for a wrong URL, key or dataset,
    ReferenceFailed where the server can't be reached, fails after the retries or leaves queries unanswered.
    """
    import httpx2

    endpoint, shown = _endpoint(url, dataset), _shown(url)
    queries = {actor.id: query for actor in actors if (query := _query(actor))}
    ids = sorted(queries)
    gate = asyncio.Semaphore(CONCURRENCY)

    async with httpx2.AsyncClient(headers=_headers(api_key), params={"limit": KEPT}, timeout=timeout_s) as client:

        async def ask(batch: list[str]) -> dict[str, list[Link]]:
            async with gate:
                answer = await _ask(client, endpoint, {id_: queries[id_] for id_ in batch}, shown, dataset)
            return {id_: _links(answer.responses[id_].results, dataset) for id_ in batch}

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(ask(ids[n : n + BATCH])) for n in range(0, len(ids), BATCH)]
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
    found = {id_: links for task in tasks for id_, links in task.result().items()}
    return {actor.id: found.get(actor.id, []) for actor in actors}


def check(url: str, *, dataset: str, api_key: SecretStr | None) -> None:
    """Raises UsageError for a URL, dataset or key that no server can take: asked before anything is paid for."""
    _endpoint(url, dataset)
    _headers(api_key)


def _query(actor: Actor) -> dict[str, Any] | None:
    """The actor as an example entity; None if it isn't asked for."""
    schema = _SCHEMA.get(actor.kind)
    names = list(dict.fromkeys(filter(None, map(_clean, (actor.name, *actor.names)))))[:NAMES]
    if not schema or not names:
        return None
    properties = {"name": names}
    if actor.country:
        properties["country"] = [actor.country.lower()]
    if schema == "Person" and actor.title and (title := _clean(actor.title)):
        properties["position"] = [title]
    return {"schema": schema, "properties": properties}


def _links(results: Sequence[_Entity], dataset: str) -> list[Link]:
    best = {entity.id: entity for entity in sorted(results, key=lambda e: (e.score, e.match, e.caption))}
    return [
        Link(id=e.id, name=_clean(e.caption), database=dataset, score=e.score, match=e.match)
        for e in sorted(best.values(), key=lambda e: (-e.score, e.id))[:KEPT]
    ]


def _clean(text: str) -> str:
    """``text`` in one line, without control and format characters, cut."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LENGTH].rstrip()


# The request --------------------------------------------------------------------------------------------------------


async def _ask(
    client: httpx2.AsyncClient, endpoint: httpx2.URL, queries: dict[str, Any], shown: str, dataset: str
) -> _Answer:
    """One batch's answer, complete; transport errors, 429 and 5xx are tried again."""
    import httpx2
    from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

    async def post() -> bytes:
        async with client.stream("POST", endpoint, json={"queries": queries}) as response:
            if not response.is_success:
                raise httpx2.HTTPStatusError("", request=response.request, response=response)
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise UsageError(
                        f"{shown}: an answer of more than {MAX_BYTES // 10**6} MB; is this a yente server?"
                    )
            return bytes(body)

    retrying = AsyncRetrying(
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_s,
        retry=retry_if_exception(_is_transient),
        sleep=asyncio.sleep,
        reraise=True,
    )
    try:
        answer = _Answer.model_validate_json(await retrying(post))
    except httpx2.HTTPStatusError as error:
        raise _status_error(error.response.status_code, shown, dataset) from None
    except httpx2.RequestError as error:
        raise ReferenceFailed(
            f"{shown}: the reference database could not be reached ({type(error).__name__}); check the URL and the network"
        ) from None
    except ValidationError:
        raise UsageError(f"{shown}: this does not answer as a yente server does; check the URL") from None
    unanswered = [id_ for id_ in queries if id_ not in answer.responses or answer.responses[id_].status != 200]
    if unanswered:
        raise ReferenceFailed(
            f"{shown}: {len(unanswered)} of {len(queries)} queries were left unanswered, the first that of"
            f" {unanswered[0]}; try again later"
        )
    return answer


def _endpoint(url: str, dataset: str) -> httpx2.URL:
    import httpx2

    if not re.fullmatch(r"[\w-]+", dataset, re.ASCII):
        raise UsageError(f"{dataset!r} is no dataset's name; it has letters, digits, _ and - only")
    try:
        root = httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError):
        root = httpx2.URL("")
    if root.scheme not in {"http", "https"} or not root.host or root.query or root.fragment:
        raise UsageError(f"{_shown(url)}: not a server's root; give it as https://host or https://host/path")
    return root.copy_with(path=f"{root.path.rstrip('/')}/match/{dataset}")


def _shown(url: str) -> str:
    """``url`` for a message: without user, password and query, which may hold secrets."""
    return _clean(re.sub(r"[?#].*|(?<=//)[^/]*@", "", url))


def _headers(api_key: SecretStr | None) -> dict[str, str]:
    if api_key is None:
        return {}
    if not re.fullmatch(r"[!-~]+", api_key.get_secret_value()):
        raise UsageError("the key of the reference database is empty or has white space or letters beyond ASCII in it")
    return {"authorization": f"ApiKey {api_key.get_secret_value()}"}


# Failures -----------------------------------------------------------------------------------------------------------


def _is_transient(error: BaseException) -> bool:
    import httpx2

    if not isinstance(error, httpx2.HTTPStatusError):
        return isinstance(error, httpx2.TransportError)
    status = error.response.status_code
    return (status == 429 or status >= 500) and (retry_after_s(error.response.headers) or 0) <= PATIENCE_S


def _status_error(status: int, shown: str, dataset: str) -> UsageError | ReferenceFailed:
    """What an HTTP status means for a user. Headers and bodies stay out of the message: they may hold secrets."""
    if status in {401, 403}:
        return UsageError(f"{shown}: the reference database refuses the key, or wants one ({status})")
    if status in {404, 405}:
        return UsageError(f"{shown}: no dataset {dataset!r} there, or no yente server ({status}); check both")
    if 300 <= status < 400:
        return UsageError(f"{shown}: the server moved ({status}); give the address to which it sends a browser")
    if status == 429:
        return ReferenceFailed(f"{shown}: too many queries (429); a quota may be used up, try again later")
    return ReferenceFailed(f"{shown}: the reference database answered {status}")
