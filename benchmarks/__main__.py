"""Every benchmark, one after the other, or those that are named: ``python -m benchmarks [grounding] [merging]``."""

from __future__ import annotations

import sys

from . import grounding, merging

BENCHMARKS = {"grounding": grounding.main, "merging": merging.main}

if __name__ == "__main__":
    if unknown := set(sys.argv[1:]) - BENCHMARKS.keys():
        sys.exit(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    sys.exit(max([BENCHMARKS[name]() for name in sys.argv[1:] or BENCHMARKS]))
