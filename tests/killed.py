"""Runs that are killed: starts ``ask`` again and again, each time in a fresh fork, and kills it after a while.

    python -m tests.killed FOLDER STORE URL CONCURRENCY SECONDS...

Prints a line when a run has been killed, and reads one before it goes on; the last run is left to end. Forks, because to
import everything takes longer than to be killed.
"""

from __future__ import annotations

import os
import signal
import sys
import time

from extractor.articles import find
from extractor.pipeline import ask
from extractor.running import rules_sha256
from extractor.settings import Settings


def main(folder: str, store: str, url: str, concurrency: str, *seconds: str) -> None:
    """Run, and kill, and run."""
    settings = Settings(model="m", base_url=url, store=store, concurrency=int(concurrency), cassettes=None)  # type: ignore[arg-type]
    rules_sha256()
    find([folder])
    for wait_s in [*seconds, None]:
        child = os.fork()
        if not child:
            ended = ask([folder], settings=settings)
            os._exit(len(ended.failures))
        if wait_s is not None:
            time.sleep(float(wait_s))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        print(status, flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    main(*sys.argv[1:])
