"""instructor as its documentation shows it, in JSON_SCHEMA mode."""

from __future__ import annotations

from typing import Any

import instructor
from openai import AsyncOpenAI

from . import schema
from .measuring import Ask, Close, arguments, run

args = arguments()


def opened() -> tuple[Ask, Close]:
    client = AsyncOpenAI(api_key="none", base_url=f"{args.server}/nested/v1")
    asking = instructor.from_openai(client, mode=instructor.Mode.JSON_SCHEMA)

    async def ask(text: str) -> bool:
        messages: Any = schema.messages(text)
        found = await asking.chat.completions.create(
            model="gpt-5.4-mini", response_model=schema.Found, max_retries=2, messages=messages
        )
        return schema.complete(found)

    return ask, client.close


run(args, opened)
