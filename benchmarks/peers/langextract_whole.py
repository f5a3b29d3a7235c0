"""langextract, an article at a time instead of in chunks of 1,000 characters."""

from __future__ import annotations

import langextract as lx
from absl import logging

from .measuring import WARM_UP, admin, arguments, measured, texts
from .schema import SYSTEM

args = arguments()
logging.set_verbosity(logging.ERROR)
TEXT = "Dorvia has shipped 40 crates of mortar rounds to Quell, its army spokesman said. Quell denied it."
EXAMPLE = lx.data.ExampleData(
    text=TEXT,
    extractions=[
        lx.data.Extraction("actors", "Dorvia", attributes={"id": "c1", "kind": "state"}),
        lx.data.Extraction("weapons", "mortar rounds", attributes={"id": "w1", "category": "artillery_ammunition"}),
        lx.data.Extraction("denials", "Quell denied it", attributes={"id": "d1", "targets": ["a1"], "denier": "c2"}),
    ],
)


def ask(asked: list[str]) -> None:
    config = lx.factory.ModelConfig(
        model_id="gpt-4o-mini",
        provider="OpenAILanguageModel",
        provider_kwargs={"api_key": "none", "base_url": f"{args.server}/langextract/v1", "max_workers": args.in_flight},
    )
    found = lx.extract(
        [lx.data.Document(text=text, document_id=f"d{i}") for i, text in enumerate(asked)],
        prompt_description=SYSTEM,
        examples=[EXAMPLE],
        model=lx.factory.create_model(config, examples=[EXAMPLE], use_schema_constraints=True),
        max_workers=args.in_flight,
        batch_length=max(args.in_flight, 10),
        show_progress=False,
        max_char_buffer=20_000,
    )
    for one in found:
        located = sum(e.char_interval is not None for e in one.extractions or [])
        if located < 40:
            raise AssertionError(f"an answer is not complete: {located} of {len(one.extractions or [])} located")


admin(args.server, "reset")
ask(texts(args.warm, WARM_UP))
articles = texts(args.n)
with measured(args):
    ask(articles)
