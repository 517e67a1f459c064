"""The command line ``critmin``.

Every command prints a readable table; ``--json`` prints the same for a program, ``--csv``, ``--parquet`` and
``--report`` write files. A mistake of the user is one clear message and exit code 2, never a traceback.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from critmin import _core
from critmin.cli.data import data
from critmin.cli.economy import economy
from critmin.cli.graph import graph
from critmin.cli.invest import invest
from critmin.cli.methods import methods
from critmin.cli.profile import profile
from critmin.cli.resource import resource
from critmin.cli.scenario import scenario
from critmin.cli.score import score
from critmin.cli.study import study
from critmin.cli.substitutes import substitutes
from critmin.cli.sweep import sweep
from critmin.exceptions import CritminError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["cli", "main"]

USER_ERROR = 2
INTERRUPTED = 130


class _Cli(click.Group):
    """A group that turns critmin's errors into one message."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except CritminError as error:
            if ctx.params.get("debug"):
                raise
            click.echo(f"error: {error}", err=True)
            ctx.exit(USER_ERROR)
        except KeyboardInterrupt:
            click.echo("stopped; nothing half-written is left behind", err=True)
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            # `critmin ... | head` closes the pipe early; the rest of the output has nowhere to go.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)


@click.group(cls=_Cli, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(_core.__version__, prog_name="critmin")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(*, debug: bool) -> None:
    """Critical-mineral supply chains: who makes and trades them, who depends on whom, what a ban would cost.

    \b
    Examples:
      critmin profile gallium
      critmin substitutes gallium --months 36
      critmin score --method eu-2023
      critmin graph exposure gallium --country USA --reconcile world-pool
      critmin study list
      critmin study run gallium-germanium-antimony-ban --report ban.html
      critmin scenario run my-scenario.toml --level 0.5 --economy
      critmin resource my-scenario.toml --cover-days 60
      critmin sweep --commodity gallium --commodity germanium
      critmin economy cut 334413=0.10
      critmin invest decide gallium --budget 300
      critmin data describe
    """  # noqa: D301


for _command in (profile, substitutes, score, graph, methods, scenario, sweep, resource, economy, invest, study, data):
    cli.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; the entry point of the ``critmin`` script."""
    cli.main(None if arguments is None else list(arguments), prog_name="critmin")
