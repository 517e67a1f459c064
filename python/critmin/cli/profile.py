"""``critmin profile``: one commodity on one screen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from critmin.cli.render import output_options, print_line, print_table

if TYPE_CHECKING:
    from critmin.core import Profile

SHOWN_PRODUCERS = 6
SHOWN_YEARS = 5
SHOWN_MEASURES = 5
SHOWN_OTHER_GROUPS = 2
SHOWN_LEADERS = 3
# Series of one kind (forms of imports, prices of several qualities) before the screen is full.
SHOWN_SERIES = 2


@click.command()
@click.argument("commodity")
@click.option("--day", metavar="YYYY-MM-DD", help="Day on which the measures are judged; today when absent.")
@output_options(formats=False)
def profile(*, commodity: str, day: str | None, as_json: bool) -> None:
    """Who produces COMMODITY, who supplies the U.S., reliance, price, stocks, concentration, measures.

    \b
    Examples:
      critmin profile gallium
      critmin profile "rare earths" --day 2024-12-10 --json
    """  # noqa: D301
    from critmin import core

    found = core.profile(commodity, day=day)
    if as_json:
        click.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
        return
    print_profile(found)


def print_profile(found: Profile) -> None:
    """Print the profile; a part that the statistics do not print says so."""
    data = found.to_dict()
    print_line(f"{found.name} ({found.commodity}) · basis: {data.get('basis') or 'not stated'} · on {data.get('day')}")
    _producers(data)
    _suppliers(data)
    _united_states(data)
    _measures(data)
    sources = [source if isinstance(source, str) else source.get("source_id", "?") for source in _part(data, "sources")]
    print_line(f"Sources: {', '.join(sources) or 'not available'}. `--json` prints every figure.")


def _producers(data: dict[str, Any]) -> None:
    groups = _groups(_part(data, "producers"), "stage", "form", "year")
    if not groups:
        print_line("Producers: not available (the world table has no figures by country)")
        return
    (first, rows), *others = groups.items()
    shown = [
        (row["name"], row["production_t"], _percent(row.get("share")), row.get("flag"))
        for row in rows[:SHOWN_PRODUCERS]
    ]
    print_table(_heading(first), ("country", "t per year", "share", "flag"), shown)
    print_line(f"{_left_out(len(rows) - len(shown))}{_concentration(data, first)}")
    for key, also in others[:SHOWN_OTHER_GROUPS]:
        leaders = ", ".join(
            f"{row['name']} {_percent(row.get('share')) or row['flag']}" for row in also[:SHOWN_LEADERS]
        )
        print_line(f"{_heading(key)}: {leaders}. {_concentration(data, key)}")


def _heading(key: tuple[Any, ...]) -> str:
    stage, form, year = key
    return f"Producers, {stage}, {form}, {year}"


def _left_out(n_rows: int) -> str:
    return f"{n_rows} smaller producers not shown. " if n_rows > 0 else ""


def _concentration(data: dict[str, Any], key: tuple[Any, ...]) -> str:
    for row in _part(data, "concentration"):
        if (row["stage"], row["form"], row["year"]) == key and row.get("hhi") is not None:
            return f"HHI {row['hhi']:.2f} (1 = one supplier), {row['effective_suppliers']:.1f} effective suppliers."
    return "Concentration not available (no numbers by country)."


def _suppliers(data: dict[str, Any]) -> None:
    groups = _groups(_part(data, "us_suppliers"), "detail", "year_from", "year_to")
    if not groups:
        print_line("U.S. imports by origin: not available (no import sources are printed)")
    for (detail, first, last), rows in list(groups.items())[:SHOWN_SERIES]:
        shares = ", ".join(f"{row['name']} {_percent(row['share']) or 'n/a'}" for row in rows)
        print_line(f"U.S. imports by origin, {detail or 'all forms'}, {first} to {last}: {shares}")


def _united_states(data: dict[str, Any]) -> None:
    _figures(data, "reliance", "U.S. net import reliance")
    _figures(data, "price", "Price")
    print_line(f"U.S. stocks: {_stocks(data.get('stocks'))}")
    for note in _part(data, "trade_notes")[:SHOWN_SERIES]:
        print_line(f"Trade: {note}")


def _figures(data: dict[str, Any], part: str, label: str) -> None:
    """Print series of printed figures, one line each, the oldest year first."""
    groups = _groups(_part(data, part), "detail", "unit")
    if not groups:
        print_line(f"{label}: not available (nothing is printed)")
    for (detail, unit), rows in list(groups.items())[:SHOWN_SERIES]:
        years = sorted(rows, key=lambda row: int(row["year"]))[-SHOWN_YEARS:]
        series = ", ".join(f"{row['year']}: {row['printed']}" for row in years)
        named = detail if label.split()[-1].lower() in str(detail).lower() else f"{label}, {detail or 'all forms'}"
        print_line(f"{named}{f' [{unit}]' if unit else ''}: {series}")


def _groups(rows: list[Any], *keys: str) -> dict[tuple[Any, ...], list[Any]]:
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        groups.setdefault(tuple(row.get(key) for key in keys), []).append(row)
    return groups


def _stocks(stocks: dict[str, Any] | None) -> str:
    if not stocks or stocks.get("stock_t") is None:
        return f"not available ({(stocks or {}).get('reason') or 'no stock figure is printed'})"
    mass = f"{stocks['stock_t']:g} t ({stocks.get('detail') or 'reported'}, {stocks.get('year')})"
    if stocks.get("months") is None:
        return f"{mass}; months of use not available (no consumption figure)"
    return f"{mass} = {stocks['months']:.1f} months of consumption ({stocks['consumption_t']:g} t per year)"


def _measures(data: dict[str, Any]) -> None:
    rows = _part(data, "measures")
    if not rows:
        print_line("Measures: none in the reference dataset (which is a compilation, not a register)")
        return
    lines = [
        (row["imposer"], row["target"], row["effective"], row["status"], row["instrument"])
        for row in rows[:SHOWN_MEASURES]
    ]
    print_table("Measures", ("by", "against", "effective", "status", "instrument"), lines, wrap=["instrument"])


def _part(data: dict[str, Any], name: str) -> list[Any]:
    return data.get(name) or []


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{100 * share:.0f} %"
