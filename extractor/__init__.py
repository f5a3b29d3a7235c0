"""News articles in, one validated dataset out: who alleges that who supplies which weapons to whom, who denies it.

>>> from extractor import extract
>>> dataset = extract(["articles/"])  # doctest: +SKIP
>>> for allegation in dataset.allegations:  # doctest: +SKIP
...     print(allegation.summary, allegation.corroboration.origins, allegation.contested)

The command line does the same: ``extract articles/ -o out.json``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .aliases import Aliases, load_aliases
    from .batching import Collected, Submitted, acollect, asubmit, collect, submit
    from .dataset import load, save
    from .decisions import append_decision, decide, load_decisions
    from .difference import Difference, diff
    from .errors import ExtractorError
    from .evaluation import evaluate
    from .grounding import Span, locate
    from .pipeline import Asked, aask, aextract, amerge, ask, extract, extract_article, merge
    from .regression import Checked, check
    from .running import Progress
    from .schemas import Dataset, Decision, Extraction
    from .scores import Evaluation
    from .settings import Settings, build
    from .stopping import Stop
    from .verification import Discrepancy, verify

__all__ = [
    "Aliases",
    "Asked",
    "Checked",
    "Collected",
    "Dataset",
    "Decision",
    "Difference",
    "Discrepancy",
    "Evaluation",
    "Extraction",
    "ExtractorError",
    "Progress",
    "Settings",
    "Span",
    "Stop",
    "Submitted",
    "aask",
    "acollect",
    "aextract",
    "amerge",
    "append_decision",
    "ask",
    "asubmit",
    "build",
    "check",
    "collect",
    "decide",
    "diff",
    "evaluate",
    "extract",
    "extract_article",
    "load",
    "load_aliases",
    "load_decisions",
    "locate",
    "merge",
    "save",
    "submit",
    "verify",
]

_HOME = {
    "Aliases": "aliases",
    "Dataset": "schemas",
    "Checked": "regression",
    "Decision": "schemas",
    "Difference": "difference",
    "Discrepancy": "verification",
    "Evaluation": "scores",
    "Extraction": "schemas",
    "ExtractorError": "errors",
    "Progress": "running",
    "Asked": "pipeline",
    "Stop": "stopping",
    "Collected": "batching",
    "Submitted": "batching",
    "aask": "pipeline",
    "acollect": "batching",
    "asubmit": "batching",
    "collect": "batching",
    "submit": "batching",
    "ask": "pipeline",
    "Settings": "settings",
    "Span": "grounding",
    "aextract": "pipeline",
    "amerge": "pipeline",
    "append_decision": "decisions",
    "build": "settings",
    "check": "regression",
    "decide": "decisions",
    "diff": "difference",
    "evaluate": "evaluation",
    "extract": "pipeline",
    "extract_article": "pipeline",
    "locate": "grounding",
    "load": "dataset",
    "load_aliases": "aliases",
    "load_decisions": "decisions",
    "merge": "pipeline",
    "save": "dataset",
    "verify": "verification",
}


def __getattr__(name: str) -> Any:
    """Public names are imported on first use: `import extractor` costs nothing."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
