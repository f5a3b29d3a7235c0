"""openai's client, the answer validated by hand."""

from __future__ import annotations

from typing import Any

from openai import AsyncOpenAI

from . import schema
from .measuring import Ask, Close, arguments, run

args = arguments()


def opened() -> tuple[Ask, Close]:
    client = AsyncOpenAI(api_key="none", base_url=f"{args.server}/nested/v1")
    form: Any = schema.response_format()

    async def ask(text: str) -> bool:
        messages: Any = schema.messages(text)
        reply = await client.chat.completions.create(model="gpt-5.4-mini", messages=messages, response_format=form)
        return schema.complete(schema.Found.model_validate_json(reply.choices[0].message.content or ""))

    return ask, client.close


run(args, opened)
