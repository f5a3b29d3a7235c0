"""The command ``extract``: its subcommands, each of which reads arguments, calls one library function, and prints."""

from __future__ import annotations

import json
import signal
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from .batch_cli import collect_command, submit_command
from .errors import ExtractorError, Stopped
from .export_cli import export_command, show_command
from .merge_cli import decide_command, merge_command
from .options import (
    FAILED,
    INTERRUPTED,
    WRONG_USE,
    BaseUrlOption,
    BudgetOption,
    ModelOption,
    PriceOption,
    StoreOption,
    price_of,
)
from .quality_cli import SeveralValues, check_command, diff_command, evaluate_command, verify_command
from .report_cli import report_command
from .review_cli import review_command
from .run_cli import CheckingCommand, ask_command, run
from .store_cli import app as store_app
from .terminal import tell


class _DefaultCommand(TyperGroup):
    """``extract PATHS`` runs the default command: whatever is no subcommand is its first argument."""

    default = "run"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the default command's name in front, where no other command's stands."""
        if args and args[0] not in self.commands and args[0] not in {"--help", "--version"}:
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The default command's help first, as if it were the only one."""
        default = self.commands[self.default]
        with default.make_context(ctx.info_name, [], resilient_parsing=True) as alone:
            default.format_help(alone, formatter)
        super().format_help(ctx, formatter)

    def invoke(self, ctx: Any) -> Any:
        """Every error of ours is one sentence and an exit status."""
        try:
            return super().invoke(ctx)
        except Stopped as error:
            tell(f"extract: {error}")
            raise typer.Exit(INTERRUPTED + (signal.SIGTERM if "SIGTERM" in str(error) else signal.SIGINT)) from None
        except ExtractorError as error:
            tell(f"extract: {error}")
            raise typer.Exit(WRONG_USE) from None
        except KeyboardInterrupt:
            tell("extract: cut off; no dataset was written. What had been answered is in the store, if there is one")
            raise typer.Exit(INTERRUPTED + signal.SIGINT) from None


app = typer.Typer(cls=_DefaultCommand, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"armsledger {version('armsledger')}")
        raise typer.Exit


@app.callback(epilog="A folder that bears a command's name is reached as ./name.")
def _extract(
    _version_wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """News articles in, one validated dataset out. Commands beside the default one:"""


def doctor_command(
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    store: StoreOption = None,
    budget: BudgetOption = None,
    price: PriceOption = None,
) -> None:
    """Check key, URL, model and schema with one small call, and say in words what is wrong.

    Exit status: 0 all well, 1 something is wrong, 2 wrong use or configuration.
    """
    from .doctor import diagnose
    from .settings import store_folder

    found = diagnose(model=model, base_url=base_url, store=store_folder(store), budget=budget, price=price_of(price))
    for finding in found:
        typer.echo(str(finding))
    if any(finding.verdict == "wrong" for finding in found):
        raise typer.Exit(FAILED)


def schema() -> None:
    """Print the JSON Schema of the dataset."""
    from .schemas import Dataset

    typer.echo(json.dumps(Dataset.model_json_schema(), ensure_ascii=False, indent=1))


app.add_typer(store_app, name="store")
app.command("review")(review_command)
app.command("report")(report_command)
app.command("export")(export_command)
app.command("show")(show_command)
app.command("run", cls=CheckingCommand)(run)
app.command("ask", cls=CheckingCommand)(ask_command)
app.command("submit", cls=CheckingCommand)(submit_command)
app.command("collect")(collect_command)
app.command("merge")(merge_command)
app.command("decide")(decide_command)
app.command("doctor")(doctor_command)
app.command("schema")(schema)
app.command("verify")(verify_command)
app.command("evaluate")(evaluate_command)
app.command("diff", cls=SeveralValues)(diff_command)
app.command("check")(check_command)


def main() -> None:
    """Entry point of the command; ends the process with its exit status."""
    app(prog_name="extract")


if __name__ == "__main__":
    main()
