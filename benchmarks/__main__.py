"""Every benchmark, one after the other, or those that are named: ``python -m benchmarks [grounding] [merging]``.

``pipeline`` takes options behind its name: ``python -m benchmarks pipeline --quick``.
"""

from __future__ import annotations

import sys

from . import answers, exports, grounding, merging, pipeline, report

BENCHMARKS = {
    "grounding": grounding.main,
    "merging": merging.main,
    "answers": answers.main,
    "pipeline": pipeline.main,
    "exports": exports.main,
    "report": report.main,
}

if __name__ == "__main__":
    if sys.argv[1:2] == ["pipeline"]:
        sys.exit(pipeline.main(sys.argv[2:]))
    if unknown := set(sys.argv[1:]) - BENCHMARKS.keys():
        sys.exit(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    sys.exit(max([BENCHMARKS[name]() for name in sys.argv[1:] or BENCHMARKS]))
