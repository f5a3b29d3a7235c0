"""The limit: a request, the envelope's JSON, the answer validated."""

from __future__ import annotations

import json

import aiohttp

from . import schema
from .measuring import Ask, Close, arguments, run

args = arguments()


def opened() -> tuple[Ask, Close]:
    url, form = f"{args.server}/nested/v1/chat/completions", schema.response_format()
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=args.in_flight))

    async def ask(text: str) -> bool:
        body = {"model": "gpt-5.4-mini", "messages": schema.messages(text), "response_format": form}
        async with session.post(url, json=body) as reply:
            content = json.loads(await reply.read())["choices"][0]["message"]["content"]
        return schema.complete(schema.Found.model_validate_json(content))

    return ask, session.close


run(args, opened)
