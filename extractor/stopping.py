"""The wish to stop early: what is in flight ends, nothing new begins."""

from __future__ import annotations

import asyncio

from .errors import Stopped


class Stop:
    """Set from a signal handler or another thread; asked before each piece of work."""

    def __init__(self) -> None:
        self._wanted: str | None = None

    @property
    def wanted(self) -> bool:
        """Whether it is set."""
        return self._wanted is not None

    def set(self, why: str = "stopped") -> None:
        """Begin nothing new from now on. The first reason stands."""
        self._wanted = self._wanted or why

    def check(self) -> None:
        """Raises Stopped once it is set."""
        if self._wanted is not None:
            raise self.error()

    def error(self) -> Stopped:
        """What is raised once it is set."""
        return Stopped(self._wanted or "stopped")

    async def sleep(self, seconds: float) -> None:
        """Wait so long. Raises Stopped as soon as it is set."""
        end = asyncio.get_running_loop().time() + seconds
        self.check()
        while (left := end - asyncio.get_running_loop().time()) > 0:
            await asyncio.sleep(min(left, TICK_S))
            self.check()


TICK_S = 0.2
"""Seconds after which a sleeper looks whether it should stop: a signal handler cannot wake it."""
