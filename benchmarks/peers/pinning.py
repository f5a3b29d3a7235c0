"""Client and server on a core each, so that neither takes time from the other."""

from __future__ import annotations

import os

CLIENT_CORE, SERVER_CORE = 0, 1


def pin(core: int) -> None:
    """Keep this process and its children on one core, where the system can and has several."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > max(CLIENT_CORE, SERVER_CORE):
        os.sched_setaffinity(0, {core})
