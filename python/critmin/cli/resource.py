"""``critmin resource``: what can be done about a shock, period by period."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from critmin.cli import _plan_print as printed
from critmin.cli._graph_options import FILE, grouped, save
from critmin.cli.render import output_options, write_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    import altair as alt
    import polars as pl

    from critmin.resourcing import Resourcing
    from critmin.scenario import Scenario

PENALTIES = ("value_added", "price_steps")
SWEPT = ("enforcement", "restriction_level", "cover_days")


@dataclass(frozen=True)
class Asked:
    """What is planned, and how."""

    months: int | None
    period_months: int | None
    start: str | None
    lead_months: int | None
    buyers: tuple[str, ...]
    enforcement: float
    cover_days: float
    bloc_caps: tuple[str, ...]
    projects: tuple[str, ...]
    penalty: str | None
    no_by_product_caps: bool
    no_leaks: bool
    no_rivals: bool
    no_substitutes: bool

    def words(self) -> dict[str, Any]:
        """Return the arguments of :func:`critmin.resource`."""
        given = {
            "months": self.months, "period_months": self.period_months, "start": self.start,
            "lead_months": self.lead_months, "buyers": self._buyers(), "penalty": self.penalty,
        }  # fmt: skip
        return {
            **{name: value for name, value in given.items() if value is not None},
            "enforcement": self.enforcement,
            "cover_days": self.cover_days,
            "bloc_caps": [_cap(text) for text in self.bloc_caps],
            "projects": self.projects,
            "by_product_caps": not self.no_by_product_caps,
            "leaks": not self.no_leaks,
            "rivals": not self.no_rivals,
            "with_substitutes": not self.no_substitutes,
        }

    def _buyers(self) -> str | list[str] | None:
        """Return one name as itself, a bloc perhaps, and several as a list."""
        return (self.buyers[0] if len(self.buyers) == 1 else list(self.buyers)) if self.buyers else None


def _cap(text: str) -> dict[str, Any]:
    """Read a cap of what a region takes from a bloc."""
    region, colon, rest = text.partition(":")
    bloc, sign, share = rest.partition("=")
    try:
        number = float(share)
    except ValueError:
        number = -1.0
    if not (region and colon and bloc and sign and number >= 0):
        raise click.UsageError(f"--bloc-cap {text}: expected REGION:BLOC=SHARE, as JPN:china=0.5")
    return {"region": region, "bloc": bloc, "share": number}


plan_options = grouped("asked", Asked, [
    click.option("--months", type=click.IntRange(min=1), metavar="N", help="Length of the plan.  [default: 24]"),
    click.option("--period-months", type=click.IntRange(min=1), metavar="N", help="Length of a period.  [default: 1]"),
    click.option("--start", metavar="YYYY-MM-DD",
                 help="First day.  [default: --lead-months before the first restriction]"),
    click.option("--lead-months", type=click.IntRange(min=0), metavar="N",
                 help="Months of peace before the shock.  [default: 3]"),
    click.option("--buyers", multiple=True, metavar="BLOC|NAME",
                 help="Whose gain is told: a bloc, or countries, the option repeated.  [default: quad]"),
    click.option("--enforcement", type=float, default=0.0, show_default=True, metavar="X",
                 help="Share of every leak that is stopped, 0 to 1."),
    click.option("--cover-days", type=click.FloatRange(min=0), default=0.0, show_default=True, metavar="D",
                 help="Days of their demand that the buyers must hold."),
    click.option("--bloc-cap", "bloc_caps", multiple=True, metavar="REGION:BLOC=SHARE",
                 help="At most this share of a region's demand from a bloc; may be repeated."),
    click.option("--project", "projects", multiple=True, metavar="ID",
                 help="A project of the table candidate_projects that is built; may be repeated."),
    click.option("--penalty", type=click.Choice(PENALTIES),
                 help="What unmet demand costs: value added at risk, or multiples of the price."
                 "  [default: value_added]"),
    click.option("--no-by-product-caps", is_flag=True, help="As if the host metal did not limit its by-products."),
    click.option("--no-leaks", is_flag=True, help="A hard ban: no way round it."),
    click.option("--no-rivals", is_flag=True, help="As if nobody else wanted the metal: the answer is too good."),
    click.option("--no-substitutes", is_flag=True, help="As if nothing could replace the metal."),
])  # fmt: skip


@click.command(short_help="What can be done: other suppliers, stocks, substitutes, and the bottleneck.")
@click.argument("what", metavar="[SCENARIO_OR_COMMODITY]", required=False)
@plan_options
@click.option("--network", type=FILE, metavar="FILE", help="Plan your own network, as --save-network writes it.")
@click.option("--save-network", type=FILE, metavar="FILE", help="Write the network that was planned, as JSON.")
@click.option("--sweep", "swept", type=click.Choice(SWEPT), help="Plan again for five values of this parameter.")
@click.option("--plots", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Draw every picture into DIR, as SVG.")  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Print every row.")
@output_options(report=False)
def resource(
    *, what: str | None, asked: Asked, network: Path | None, save_network: Path | None, swept: str | None,
    plots: Path | None, everything: bool, as_json: bool, parquet: Path | None, csv: Path | None,
) -> None:  # fmt: skip
    """Find the cheapest way to serve the buyers under a shock, and compare it with the same without the shock.

    SCENARIO_OR_COMMODITY is a scenario file (.toml or .json), or a commodity for a plan without a restriction. The
    answer tells who gets what, what the last tonne costs, and which limit is the bottleneck: one tonne more of it is
    worth its rent.

    \b
    Examples:
      critmin resource ban.toml
      critmin resource ban.toml --months 36 --period-months 3 --buyers eu-27
      critmin resource ban.toml --enforcement 0.8 --cover-days 60 --sweep enforcement
      critmin resource gallium --bloc-cap JPN:china=0.5 --no-rivals --json
      critmin resource ban.toml --save-network net.json --plots pictures --csv tables
      critmin resource --network net.json --no-leaks
    """  # noqa: D301
    found = _answer(what, network, asked.words(), progress=not as_json)
    rows = found.sweep(swept, progress=not as_json) if swept else None  # type: ignore[arg-type]
    if as_json:
        click.echo(_json(found, rows))
    else:
        printed.resourced(found, everything=everything)
        if rows is not None:
            printed.swept(rows)
    write_tables(found, parquet=parquet, csv=csv)
    if save_network is not None:
        from critmin import _files

        click.echo(f"wrote {_files.write_text(save_network, found.network.to_json())}", err=True)
    if plots is not None:
        _draw(found, rows, plots)


def _answer(what: str | None, network: Path | None, words: dict[str, Any], *, progress: bool) -> Resourcing:
    """Ask about a scenario, a commodity or a network."""
    from critmin.resourcing import SupplyNetwork
    from critmin.resourcing import resource as ask

    if (what is None) == (network is None):
        found = "neither" if what is None else "both"
        raise click.UsageError(f"found {found}: expected a scenario file or a commodity, or --network FILE")
    if network is not None:
        return ask(SupplyNetwork.from_json(_text(network)), progress=progress, **words)
    return ask(_scenario(str(what)), progress=progress, **words)


def _scenario(what: str) -> Scenario | str:
    from critmin.scenario import Scenario

    is_file = Path(what).suffix.lower() in {".toml", ".json"} or Path(what).is_file()
    return Scenario.from_file(what) if is_file else what


def _text(file: Path) -> str:
    from critmin.exceptions import ReadError, UnreadableFileError

    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ReadError(f"cannot open `{file}`: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        raise UnreadableFileError(f"`{file}`, byte {error.start}: expected UTF-8 text") from error


def _json(found: Resourcing, rows: pl.DataFrame | None) -> str:
    import json

    record = json.loads(found.to_json())
    return json.dumps(record if rows is None else {**record, "sweep": rows.to_dicts()}, ensure_ascii=False)


def _draw(found: Resourcing, rows: pl.DataFrame | None, folder: Path) -> None:
    """Draw what there is to draw; of several chains one picture each."""
    from critmin import plots
    from critmin.exceptions import MissingInputsError

    forms = found.shortfall(("form",))["form"].to_list()
    wanted: dict[str, Callable[[], alt.TopLevelMixin]] = {"rents": lambda: plots.rent_bars(found)}
    for form in forms:
        end = "" if len(forms) == 1 else f"-{_file_name(form)}"
        wanted[f"flows{end}"] = lambda form=form: plots.plan_sankey(found, form=form)  # type: ignore[misc]
        wanted[f"shortfall{end}"] = lambda form=form: plots.shortfall_over_time(found, form=form)  # type: ignore[misc]
        wanted[f"prices{end}"] = lambda form=form: plots.price_over_time(found, form=form)  # type: ignore[misc]
    if rows is not None:
        wanted["parameter"] = lambda: plots.parameter_curve(rows)
    for name, draw in wanted.items():
        try:
            save(draw(), folder / f"{name}.svg")
        except MissingInputsError as error:
            click.echo(f"{name}.svg is not drawn: {error}", err=True)


def _file_name(form: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in form)
