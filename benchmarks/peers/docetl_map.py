"""docetl: one map operation, through litellm, as a tool call."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from .measuring import WARM_UP, admin, arguments, measured, texts
from .schema import SYSTEM

args = arguments()
FOLDER = Path(tempfile.mkdtemp())
os.environ |= {
    "OPENAI_API_KEY": "none",
    "OPENAI_API_BASE": f"{args.server}/flat/v1",
    "OPENAI_BASE_URL": f"{args.server}/flat/v1",
    "DOCETL_HOME_DIR": str(FOLDER),
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_TELEMETRY": "False",
}
import litellm  # noqa: E402 - reads the environment as it is imported

# No internet: the encoding that litellm brings.
os.environ["TIKTOKEN_CACHE_DIR"] = str(Path(litellm.__file__).parent / "litellm_core_utils" / "tokenizers")
import yaml  # noqa: E402
from docetl.runner import DSLRunner  # noqa: E402

QUOTES = "evidence: list[str]"  # docetl cannot nest a list of objects inside an object
SCHEMA = {
    "outlet": "str",
    "actors": "list[{id: str, name: str, kind: str, title: str, represents: str}]",
    "weapons": "list[{id: str, term: str, category: str}]",
    "claims": "list[{id: str, summary: str, stage: str, scope: str, supplier: str, recipient: str, weapon: str, "
    "quantity: str, date: str, source: str, cue: str, said_on: str, basis: str, certainty: str, polarity: str, "
    f"{QUOTES}}}]",
    "denials": f"list[{{id: str, denier: str, kind: str, scope: str, targets: list[str], said_on: str, {QUOTES}}}]",
    "responses": "list[{id: str, kind: str, source: str, about: list[str], measure: str, legal_basis: str, said_on: str, "
    f"{QUOTES}}}]",
    "excluded": f"list[{{id: str, reason: str, {QUOTES}}}]",
}


def ask(asked: list[str], name: str) -> list[dict[str, Any]]:
    source, target, config = (FOLDER / f"{name}-{file}" for file in ("in.json", "out.json", "run.yaml"))
    source.write_text(json.dumps([{"id": i, "text": text} for i, text in enumerate(asked)]))
    operation = {
        "name": "x",
        "type": "map",
        "prompt": SYSTEM + "\n\n{{ input.text }}",
        "bypass_cache": True,
        "output": {"schema": SCHEMA, "mode": "tools"},
    }
    pipeline = {
        "steps": [{"name": "s", "input": "d", "operations": ["x"]}],
        "output": {"type": "file", "path": str(target)},
    }
    settings = {
        "default_model": "gpt-4-turbo",
        "bypass_cache": True,
        "datasets": {"d": {"type": "file", "path": str(source)}},
        "system_prompt": {"dataset_description": "news articles", "persona": "an analyst"},
        "operations": [operation],
        "pipeline": pipeline,
    }
    config.write_text(yaml.safe_dump(settings))
    DSLRunner.from_yaml(str(config), max_threads=args.in_flight).load_run_save()
    found: list[dict[str, Any]] = json.loads(target.read_text())
    if len(found) != len(asked) or any(len(f["actors"]) != 7 or len(f["claims"]) != 4 for f in found):
        raise AssertionError("an answer is not complete")
    return found


admin(args.server, "reset")
ask(texts(args.warm, WARM_UP), "warm")
articles = texts(args.n)
with measured(args):
    ask(articles, "measured")
