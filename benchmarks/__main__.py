"""Every benchmark, one after the other: ``python -m benchmarks``."""

from __future__ import annotations

import sys

from . import grounding

if __name__ == "__main__":
    sys.exit(grounding.main())
