"""What a terminal shows of an economy: the cost of a scenario, its options and draws, a sweep, a cut, multipliers."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from critmin._answer import WIDTH
from critmin._words import short
from critmin.cli.render import print_item, print_line, print_lines, print_table

if TYPE_CHECKING:
    import polars as pl

    from critmin.cli._cost_options import Answered
    from critmin.cost import CostDraws
    from critmin.economy import Allocation
    from critmin.sweeping import Sweep

# Largest losers of a cut that a terminal shows without `--all`.
LOSERS = 10
MODEL = "A model of the kind of USGS OFR 2024-1057 and not a replication; output shares are assumptions."


def answered(found: Answered) -> None:
    """Print the cost of a scenario, and its options and draws where they were asked."""
    print_line("What it costs the U.S. economy", style="bold")
    _, *lines = found.cost.summary().splitlines()
    print_lines(part for line in lines for part in textwrap.wrap(line, WIDTH, subsequent_indent="    "))
    if found.choices is not None:
        choices(found.choices)
    if found.draws is not None:
        draws(found.draws)


def choices(rows: pl.DataFrame) -> None:
    """Print the cost under every named option, and why one has no answer."""
    cells = [(_words(row["option"]), _words(row["value"]), *_money_and_ratio(row)) for row in rows.to_dicts()]
    heads = ("option", "value", "GDP change,\nbillion USD", "over\nchosen", "")
    print_table("The answer under every named option, one changed at a time", heads, cells, right=heads[2:4])
    for row in rows.filter(rows["reason"].is_not_null()).to_dicts():
        print_item(f"No answer, {_words(row['option'])} {_words(row['value'])}", row["reason"])


def _money_and_ratio(row: dict[str, Any]) -> tuple[str | None, str | None, str]:
    ratio = row["ratio_to_chosen"]
    told = None if ratio is None else f"{ratio:.2f}"
    return billion(row["gdp_change_million_usd"]), told, "chosen" if row["is_chosen"] else ""


def draws(found: CostDraws) -> None:
    """Print the quantiles of the cost."""
    n_draws = found.draws["draw"].n_unique()
    rows = [(f"{quantile:.0%}", billion(change)) for quantile, change in found.quantiles.rows()]
    heads = ("quantile", "GDP change,\nbillion USD")
    print_table(f"{n_draws:,} draws of every interval, seed {found.seed}", heads, rows, right=heads)


def swept(found: Sweep, *, shown: int) -> None:
    """Print the commodities by probability-weighted loss, the greatest first, and what the numbers rest on."""
    rows = [_rank(row) for row in found.ranks.head(shown).to_dicts()]
    heads = ("", "commodity", "weighted GDP change\n(harsh to mild)", "worst\nscenario", "by", "with\nanswer")
    title = f"Change of GDP weighted by probability, million USD: {found.scenarios.height:,} scenarios"
    print_table(title, heads, rows, right=heads[2:4])
    left_out = found.ranks.height - len(rows)
    if left_out:
        print_line(f"... and {left_out} more rows: `--all`, `--json`, `--csv DIR`")
    _sweep_notes(found)


def _rank(row: dict[str, Any]) -> tuple[object, ...]:
    weighted, mild, harsh, worst = (
        f"{row[name]:,.0f}"
        for name in (
            "weighted_gdp_change_million_usd", "weighted_gdp_change_mild_million_usd",
            "weighted_gdp_change_harsh_million_usd", "worst_gdp_change_million_usd",
        )
    )  # fmt: skip
    answers = f"{row['n_solved']} of {row['n_solved'] + row['n_unsolved']}"
    return row["rank"], row["commodity"], f"{weighted} ({harsh} to {mild})", worst, row["worst_exporter"], answers


def _sweep_notes(found: Sweep) -> None:
    counts = {str(status): int(count) for status, count in found.scenarios["status"].value_counts().rows()}
    solved, partial, unsolved = (counts.get(status, 0) for status in ("solved", "partial", "unsolved"))
    told = f"{solved:,} with every effect, {partial:,} with some, {unsolved:,} without an answer"
    print_item("Scenarios", told)
    lost = [name for name in found.options["commodities"] if name not in set(found.scenarios["commodity"])]
    if lost:
        print_item("Not run", f"{', '.join(lost)}: no supplier of it is known, or no market can be formed")
    lacking = found.scenarios.filter(found.scenarios["status"] == "unsolved")
    if "assumed_net_export_share" not in found.options and lacking["reason"].str.contains("net_exports_t").any():
        hint = (
            "nobody records what most suppliers export: `--assume-net-export-share X` supposes that share of production"
        )
        print_item("Without an answer", hint)
    print_item(
        "Weighted", "sum over suppliers and levels of probability times effect; `worst scenario` is one effect alone"
    )
    print_item("Table", f"{found.record['table']}; rule: {_words(found.options['economy']['rationing'])}")
    print_item("Note", f"{MODEL} So are most probabilities.")


def cut(found: Allocation, title: str, *, everything: bool) -> None:
    """Print what a cut costs, who loses most, and how far the optimum is from a proof."""
    record = found.record
    print_line(f"Change of GDP: {_signed(billion(found.gdp_change))} billion USD", style="bold")
    print_line(f"Change of gross output: {_signed(billion(found.gross_output_change))} billion USD")
    losers = found.industries.filter(found.industries["output_change"] < 0).sort("output_change", "industry")
    shown = losers if everything else losers.head(LOSERS)
    rows = [
        (
            row["industry"],
            row["name"],
            billion(row["output_change"]),
            f"{100 * row['output_change'] / row['output']:.3g} %",
        )
        for row in shown.to_dicts()
    ]
    heads = ("code", "industry", "change,\nbillion USD", "of its\noutput")
    print_table("Output lost", heads, rows, wrap=["industry"], right=heads[2:])
    if losers.height > shown.height:
        print_line(f"... and {losers.height - shown.height} more rows: `--all`, `--json`, `--csv DIR`")
    print_item("Table", f"{title}; rule: {_words(record['rationing'])}")
    print_item("Certificate", certificate(found.certificate))


def certificate(found: dict[str, float] | None) -> str:
    """Tell how far an optimum is from a proof."""
    if found is None:
        return "none, this rule optimises nothing"
    return ", ".join(f"{name} {value:.1e}" for name, value in found.items()) + " (relative; 0 is a proof)"


def multipliers(rows: pl.DataFrame, title: str, *, shown: int) -> None:
    """Print multipliers by industry."""
    heads = ("code", "industry", "output", "value\nadded", "forward")
    names = ("industry", "name", "output", "value_added", "forward")
    cells = [(row["industry"], row["name"], *(f"{row[name]:.3f}" for name in names[2:])) for row in rows.to_dicts()]
    print_table("Multipliers", heads, cells[:shown], wrap=["industry"], right=heads[2:])
    if len(cells) > shown:
        print_line(f"... and {len(cells) - shown} more rows: `--all`, `--json`, `--csv DIR`")
    print_item(
        "Output, value added", "domestic output and value added per USD of final demand for the industry (Leontief)"
    )
    print_item("Forward", "output of all that buy from it, per USD of its value added (Ghosh)")
    print_item("Table", title)


def billion(million: float | None) -> str | None:
    """Write million USD as billion USD; an absent figure stays absent."""
    return None if million is None else short(million / 1000 + 0.0)


def _signed(text: str | None) -> str:
    return f"+{text}" if text and text[0] not in "-0" else str(text)


def _words(name: str) -> str:
    return name.replace("_", " ")
