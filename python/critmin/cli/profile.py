"""``critmin profile``: one commodity on one screen."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import click

from critmin._words import in_sentence, short, why_absent, why_no_production
from critmin.cli.render import output_options, print_item, print_line, print_table

if TYPE_CHECKING:
    from critmin.core import Profile

SHOWN_PRODUCERS = 6
SHOWN_YEARS = 5
SHOWN_MEASURES = 4
SHOWN_OTHER_GROUPS = 2
SHOWN_LEADERS = 3
# Series of one kind (forms of imports, prices of several qualities) before the screen is full.
SHOWN_SERIES = 2
# Spelled-out units of the publisher, as they are abbreviated on the screen.
_UNITS = {
    "dollars per kilogram": "USD/kg",
    "dollars per pound": "USD/lb",
    "dollars per metric ton": "USD/t",
    "dollars per dry metric ton unit": "USD per dry t unit",
    "dollars per troy ounce": "USD/troy oz",
    "cents per pound": "US cents/lb",
    "percent": "%",
}


@click.command(short_help="One commodity on one screen.")
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
    basis = data.get("basis") or "basis not stated"
    print_line(f"{found.name} ({found.commodity}), {basis}, measures as of {data.get('day')}", style="bold")
    _producers(data)
    _suppliers(data)
    _figures(data, "reliance", "U.S. net import reliance")
    _figures(data, "price", "Price")
    print_item("U.S. stocks", _stocks(data))
    notes = _part(data, "trade_notes")
    if notes:
        # One note for each code, as `HS92 282590 (other oxides): absent; ...`.
        codes = ", ".join(note.split(" ")[1] for note in notes)
        print_item("Trade codes left out of the installed BACI", f"HS92 {codes} (`--json` says why)")
    _measures(data)
    sources = [source if isinstance(source, str) else source.get("source_id", "?") for source in _part(data, "sources")]
    print_line(f"Sources: {', '.join(sources) or 'not available'}. `--json` prints every figure.")


def _producers(data: dict[str, Any]) -> None:
    groups = _groups(_part(data, "producers"), "form", "stage", "year")
    if not groups:
        print_item("Producers", why_no_production(data["commodity"]))
        return
    (first, rows), *others = groups.items()
    flags = {row.get("flag") for row in rows[:SHOWN_PRODUCERS] if row["production_t"] is not None}
    # One flag for all is said once.
    said = f", {flags.pop()}" if len(flags) == 1 else ""
    heads = ("country", "t per year", "share", *(() if said else ("flag",)))
    shown = [
        (row["name"], row["production_t"], _percent(row.get("share")), *(() if said else (row.get("flag"),)))
        for row in rows[:SHOWN_PRODUCERS]
    ]
    print_table(f"Producers: {_heading(first)}{said}", heads, shown, right=["share"])
    print_line(f"{_left_out(len(rows) - len(shown))}{_concentration(data, first)}")
    for key, also in others[:SHOWN_OTHER_GROUPS]:
        leaders = ", ".join(
            f"{row['name']} {_percent(row.get('share')) or _words(row['flag'])}" for row in also[:SHOWN_LEADERS]
        )
        print_item(f"Producers: {_heading(key)}", f"{leaders}. {_concentration(data, key)}")


def _heading(key: tuple[Any, ...]) -> str:
    form, stage, year = (str(part) for part in key)
    named = f"{form[0].lower()}{form[1:]}" if stage in form.lower() else f"{stage}, {form[0].lower()}{form[1:]}"
    return f"{named}, {year}"


def _left_out(n_rows: int) -> str:
    return f"{n_rows} smaller producers not shown. " if n_rows > 0 else ""


def _concentration(data: dict[str, Any], key: tuple[Any, ...]) -> str:
    for row in _part(data, "concentration"):
        if (row["form"], row["stage"], row["year"]) == key and row.get("hhi") is not None:
            effective = row["effective_suppliers"]
            return f"HHI {row['hhi']:.2f} (1 = one supplier), as if {effective:.1f} equal suppliers."
    return "Concentration not available (no numbers by country)."


def _suppliers(data: dict[str, Any]) -> None:
    groups = _groups(_part(data, "us_suppliers"), "detail", "year_from", "year_to")
    if not groups:
        print_item("U.S. imports by origin", "not available (no import sources are printed)")
    for (detail, first, last), rows in list(groups.items())[:SHOWN_SERIES]:
        # The remainder has no country code and stands last, however large it is.
        ordered = sorted(rows, key=lambda row: (_is_remainder(row), -(row["share"] or 0)))
        shares = ", ".join(f"{row['name']} {_percent(row['share']) or 'n/a'}" for row in ordered)
        form = "" if str(detail or "All") == "All" else f", {detail[0].lower()}{detail[1:]}"
        print_item(f"U.S. imports by origin{form}, {first}-{last}", shares)


def _is_remainder(row: dict[str, Any]) -> bool:
    return not row.get("country") or str(row["name"]).lower().startswith("other")


def _figures(data: dict[str, Any], part: str, label: str) -> None:
    """Print series of printed figures, one line each, the oldest year first."""
    groups = _groups(_part(data, part), "detail", "unit")
    if not groups:
        print_item(label, "not available (nothing is printed)")
    for (detail, unit), rows in list(groups.items())[:SHOWN_SERIES]:
        years = sorted(rows, key=lambda row: int(row["year"]))[-SHOWN_YEARS:]
        series = ", ".join(f"{row['year']} {_printed(row['printed'])}" for row in years)
        print_item(_label(label, str(detail or ""), str(unit or "")), series)


def _label(label: str, detail: str, unit: str) -> str:
    """Shorten a printed heading: the quantity once, the unit once and abbreviated."""
    rest = re.sub(rf"(?i)^(net import reliance as a percentage of|{re.escape(label)}),?\s*", "", detail)
    rest = re.sub(r"(?i),?\s*(dollars|cents) per [^,:]*", "", rest).replace(":", ",").strip(" ,")
    if "reliance" in label:
        of, _, form = rest.partition(",")
        return f"{label}{f', {form.strip()}' if form else ''}, % of {of}"
    return ", ".join(part for part in (label, rest, _UNITS.get(unit, unit)) if part)


def _printed(text: str) -> str:
    """Put a printed code into words; a number stays as it is printed."""
    return {"W": "withheld", "NA": "n/a", "E": "net exporter"}.get(text, text)


def _words(flag: str) -> str:
    return flag.replace("_", " ")


def _groups(rows: list[Any], *keys: str) -> dict[tuple[Any, ...], list[Any]]:
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        groups.setdefault(tuple(row.get(key) for key in keys), []).append(row)
    return groups


def _stocks(data: dict[str, Any]) -> str:
    stocks = data.get("stocks") or {}
    if stocks.get("stock_t") is None:
        return why_absent(data["commodity"], "stocks") or stocks.get("reason") or "no figure is printed"
    kind = " and ".join(
        part.removeprefix("Stocks, ").replace("yearend: ", "").replace(", yearend", "")
        for part in str(stocks.get("detail") or "reported").split("|")
    )
    mass = f"{short(stocks['stock_t'])} t at the end of {stocks.get('year')} ({kind})"
    if stocks.get("months") is None:
        reason = why_absent(data["commodity"], "consumption") or "not available"
        return f"{mass}; months of use not available, because consumption is {reason}"
    return f"{mass} = {stocks['months']:.1f} months of consumption ({short(stocks['consumption_t'])} t a year)"


def _measures(data: dict[str, Any]) -> None:
    rows = _part(data, "measures")
    if not rows:
        print_item("Measures", "none in the reference dataset (a compilation, not a register)")
        return
    print_line("Measures", style="bold")
    for row in rows[:SHOWN_MEASURES]:
        against = "all countries" if row["target"] == "WLD" else in_sentence(row["target"])
        what = f"{row['instrument']}, in effect since {row['effective']} ({row['reference']})"
        print_item("-", f"{in_sentence(row['imposer'])} towards {against}: {_status(row)}; {what}")


def _status(row: dict[str, Any]) -> str:
    """Say whether a measure is applied on the day, and until when it is not."""
    suspension = row.get("suspension") or {}
    if row["status"] == "suspended" and suspension.get("until"):
        return f"SUSPENDED from {suspension['from']} until {suspension['until']}"
    if row["status"] == "ended" and row.get("ended"):
        return f"ENDED on {row['ended']}"
    return str(row["status"]).replace("_", " ").upper()


def _part(data: dict[str, Any], name: str) -> list[Any]:
    return data.get(name) or []


def _percent(share: float | None) -> str | None:
    """Write a share as whole percent; a small one is not rounded away."""
    if share is None:
        return None
    return f"{100 * share:.0f} %" if share == 0 or share >= 0.01 else f"{100 * share:.1g} %"
