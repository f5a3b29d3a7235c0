"""What commands share: options, exit statuses, and how a run is logged, stopped and written."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from .errors import UsageError
from .review_cli import DECISIONS
from .terminal import show_summary, tell

if TYPE_CHECKING:
    from .schemas import Dataset, Decision
    from .stopping import Stop

FAILED = 1
"""Something failed and is accounted for."""
WRONG_USE = 2
"""A wrong path, option or configuration; nothing was started."""
WAITING = 3
"""Batches have not arrived yet; nothing is lost, and the same command looks again."""
INTERRUPTED = 128
"""Stopped by a signal, whose number is added: 130 for Ctrl-C. No dataset was written; answers are in the store."""


Paths = Annotated[list[Path], typer.Argument(help="Article files, or folders of .txt files.", show_default=False)]
OutputOption = Annotated[Path, typer.Option("-o", "--output", help="Dataset file (JSON); - for standard output.")]
ModelOption = Annotated[str | None, typer.Option("--model", help="Model name, as the server knows it. [EXTRACT_MODEL]")]
BaseUrlOption = Annotated[
    str | None, typer.Option("--base-url", help="Root of an OpenAI-compatible API. [OPENAI_BASE_URL]")
]
ReplayOption = Annotated[
    Path | None, typer.Option("--replay", help="Replay recorded answers from this folder; send nothing.")
]
RecordOption = Annotated[Path | None, typer.Option("--record", help="Record every answer in this folder.")]
MetadataOption = Annotated[
    Path | None,
    typer.Option("--metadata", help='JSON list of {"file", "published", "outlet", …}: what the texts do not tell.'),
]
ConcurrencyOption = Annotated[
    int | None, typer.Option("--concurrency", help="Calls in flight at once, at most. [EXTRACT_CONCURRENCY]")
]
ReasksOption = Annotated[
    int | None, typer.Option("--reasks", help="How often an answer that does not hold is asked again.")
]
PassesOption = Annotated[
    int | None, typer.Option("--passes", help="How often an article is read: again for what was missed. [1]")
]
CheckOption = Annotated[
    str | None,
    typer.Option("--check", metavar="[MODEL]", help="Ask a model, or the same one, whether each record is supported."),
]
StoreOption = Annotated[
    Path | None,
    typer.Option(
        "--store", help="Folder where every answer is kept and not paid for twice. [EXTRACT_STORE, or .extract]"
    ),
]
RpmOption = Annotated[int | None, typer.Option("--rpm", help="Requests per minute, at most.")]
TpmOption = Annotated[int | None, typer.Option("--tpm", help="Tokens per minute, at most.")]
BudgetOption = Annotated[
    float | None, typer.Option("--budget", help="US dollars; no call is sent that could pass them.")
]
PriceOption = Annotated[
    str | None,
    typer.Option("--price", help="IN,OUT: US dollars per million tokens sent and answered. [public price list]"),
]
LogJsonOption = Annotated[
    Path | None, typer.Option("--log-json", help="Append a JSON object for every call and article to this file.")
]
DecisionsOption = Annotated[
    Path | None,
    typer.Option("--decisions", help="What people decided (JSON lines). [decisions.jsonl, if it is there]"),
]
AliasesOption = Annotated[
    Path | None, typer.Option("--aliases", help="Your own names: CSV with the columns name and same_as.")
]
LinkOption = Annotated[
    str | None, typer.Option("--link", help="URL of a yente server: link actors to OpenSanctions. [EXTRACT_LINK]")
]
AdjudicateOption = Annotated[
    bool | None, typer.Option("--adjudicate", help="Put doubtful pairs of claims to the model.", show_default=False)
]


def price_of(text: str | None) -> tuple[float, float] | None:
    """IN,OUT."""
    if text is None:
        return None
    try:
        sent, answered = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"--price {text}: give IN,OUT in US dollars per million tokens, e.g. 0.75,4.5") from None
    return sent, answered


@contextmanager
def logged(path: Path | None) -> Iterator[None]:
    """Within the block, the log is appended to a file."""
    if path is None:
        yield
        return
    from .telemetry import log_json

    try:
        stream = path.open("a", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); choose another file for --log-json") from error
    with stream:
        stop_logging = log_json(stream)
        try:
            yield
        finally:
            stop_logging()


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Within the block, the first Ctrl-C or SIGTERM asks the run to end, and the second one cuts it off."""
    from .stopping import Stop

    stop = Stop()

    def wanted(number: int, _: FrameType | None) -> None:
        if stop.wanted:
            raise KeyboardInterrupt
        tell("extract: stopping once what is in flight is answered (again: at once)")
        stop.set(f"stopped by {signal.Signals(number).name}")

    before = {number: signal.signal(number, wanted) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def read_decisions(path: Path | None) -> tuple[list[Decision], bool]:
    """The decisions of a file, by default of the one in the working folder; whether a line of it is broken."""
    from .decisions import load_decisions

    if path is None and not DECISIONS.is_file():
        return [], False
    decided, broken = load_decisions(path or DECISIONS)
    for line in broken:
        tell(str(line))
    return decided, bool(broken)


def write(dataset: Dataset, output: Path) -> None:
    """Write the dataset to a file or to standard output, and say what is in it."""
    from .dataset import STDOUT, save, serialise

    to_stdout = str(output) == STDOUT
    if to_stdout:
        sys.stdout.write(serialise(dataset).decode())
    else:
        save(dataset, output)
    show_summary(dataset, None if to_stdout else output)
