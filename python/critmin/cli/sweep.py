"""``critmin sweep``: every supplier of every commodity, and which loss weighs most."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from critmin.cli import _cost_print as printed
from critmin.cli._cost_options import Table, table_options
from critmin.cli._graph_options import FILE, save
from critmin.cli.render import output_options, write_tables

if TYPE_CHECKING:
    from pathlib import Path

    from critmin.sweeping import Sweep

# Ranks that a terminal shows without `--all`.
SHOWN = 25
LEVELS = (0.25, 0.5, 0.75, 1.0)


@click.command(short_help="Every supplier's restriction of every commodity, ranked by cost.")
@click.option("--commodity", "commodities", multiple=True, metavar="NAME",
              help="May be repeated; all that are linked to an industry when absent.")  # fmt: skip
@click.option(
    "--exporter", "exporters", multiple=True, metavar="NAME", help="May be repeated; every supplier when absent."
)
@click.option("--level", "levels", multiple=True, type=float, metavar="LEVEL",
              help="Share withheld, above 0, at most 1; may be repeated.  [default: 0.25 0.5 0.75 1]")  # fmt: skip
@click.option("--least-share", type=float, default=0.0, show_default=True, metavar="X",
              help="Leave out suppliers below this share of world production.")  # fmt: skip
@click.option("--assume-net-export-share", "net_export_share", type=float, metavar="X",
              help="Exports over production, 0 to 1, where nothing else gives them.")  # fmt: skip
@table_options
@click.option("--picture", type=FILE, metavar="FILE", help="Draw the ranks: .svg, .png or .html.")
@click.option("--all", "everything", is_flag=True, help="Print every row.")
@output_options(report=False)
def sweep(
    *, commodities: tuple[str, ...], exporters: tuple[str, ...], levels: tuple[float, ...], least_share: float,
    net_export_share: float | None, table: Table, picture: Path | None, everything: bool, as_json: bool,
    parquet: Path | None, csv: Path | None,
) -> None:  # fmt: skip
    """Run every supplier's restriction of every commodity, and rank the commodities by probability-weighted cost.

    \b
    Examples:
      critmin sweep --commodity gallium --commodity germanium
      critmin sweep --exporter China --level 1 --assume-net-export-share 0.5
      critmin sweep --least-share 0.1 --benchmark 2012 --rationing optimal_allocation --csv ranks
    """  # noqa: D301
    from critmin.sweeping import sweep as ask

    found = ask(
        commodities=commodities, exporters=exporters, levels=levels or LEVELS, least_production_share=least_share,
        assumed_net_export_share=net_export_share, economy=table.economy(), progress=not as_json,
    )  # fmt: skip
    if as_json:
        click.echo(json.dumps({"options": found.options, **found.record}, ensure_ascii=False))
    else:
        printed.swept(found, shown=found.ranks.height if everything else SHOWN)
    write_tables(found, parquet=parquet, csv=csv)
    if picture is not None:
        _draw(found, picture)


def _draw(found: Sweep, picture: Path) -> None:
    from critmin import plots

    save(plots.sweep_bars(found), picture)
