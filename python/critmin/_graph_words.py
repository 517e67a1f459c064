"""Answers of a graph in words: a few lines for a terminal, the numbers first."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from critmin._words import country_name, percent, short

if TYPE_CHECKING:
    import polars as pl

    from critmin import _graph_answers as answers

WIDTH = 80
# More rows than this do not help a reader of a summary; the tables hold all.
_MOST_ROWS = 8
# Characters that are left for the last column of the losses.
_LAST = 24


def wrapped(text: str, indent: str = "  ") -> list[str]:
    """Break a line at 80 columns."""
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False)


def heading(row: dict[str, Any]) -> str:
    """Name the target and the commodity of a group of rows.

    Examples
    --------
    >>> heading({"target": "JPN", "commodity": "gallium"}), heading({"bloc": "eu-27", "commodity": None})
    ('Japan, gallium', 'eu-27')
    """
    who = row.get("target") or row.get("bloc") or row.get("product")
    name = country_name(who) if len(str(who)) == len("CHN") else str(who)
    return f"{name}, {row['commodity']}" if row["commodity"] else name


def groups(table: pl.DataFrame, who: str = "target") -> list[tuple[dict[str, Any], pl.DataFrame]]:
    """Return the rows of each target and commodity, in the order of the table."""
    keys = table.select(who, "commodity").unique(maintain_order=True)
    parts = []
    for key in keys.to_dicts():
        is_of = (table[who] == key[who]) & table["commodity"].eq_missing(key["commodity"])
        parts.append((key, table.filter(is_of)))
    return parts


def exposure(answer: answers.Exposure) -> list[str]:
    """Tell the countries that most of each supply originates in or passes through."""
    lines: list[str] = []
    for key, rows in groups(answer.nodes):
        lines += wrapped(f"{heading(key)}: share of the supply that")
        lines.append(f"{'':22}{'passes through':>15}{'begins there':>15}{'is bought there':>17}")
        countries = answer.countries.filter(
            (answer.countries["target"] == key["target"]) & answer.countries["commodity"].eq_missing(key["commodity"])
        )
        for row in countries.sort("exposure", descending=True, maintain_order=True).head(_MOST_ROWS).to_dicts():
            name = country_name(row["country"])[:20]
            shares = [percent(row[share]) for share in ("exposure", "origin_share", "direct_share")]
            lines.append(f"  {name:20}{shares[0]:>15}{shares[1]:>15}{shares[2]:>17}")
        unexplained = float(rows.filter(rows["is_unexplained"])["origin_share"].sum())
        if unexplained:
            lines += wrapped(
                f"  {percent(unexplained)} begins at nodes of which no supply is recorded: its origin is unknown"
            )
    return lines


def chokepoints(answer: answers.Chokepoints) -> list[str]:
    """Tell the losses that hurt each target most, without and with rerouting."""
    lines: list[str] = []
    unit = answer.unit
    for key, rows in groups(answer.losses):
        lines += wrapped(f"{heading(key)}: share of the supply lost with")
        lines.append(f"{'':26}{'no rerouting':>13}{'best rerouting':>15}  instead")
        for row in rows.head(_MOST_ROWS).to_dicts():
            instead = (row["alternatives"] or "nobody").split(", ")[0][:_LAST]
            lost = ["n/a" if row[name] is None else percent(row[name]) for name in ("loss_rigid", "loss_rerouted")]
            last = "nothing is left" if row["is_single_point_of_failure"] else instead
            lines.append(f"  {_removed(row['removed'])[:24]:24}{lost[0]:>13}{lost[1]:>15}  {last}")
        before = rows[f"deliverable_before_{answer.measure}"][0]
        lines += wrapped(f"  deliverable with nothing lost: {short(before)} {unit} a year")
    if not lines:
        lines = [f"{heading(row)}: nothing that it depends on can be lost" for row in answer.targets.to_dicts()]
    return lines


def _removed(code: str) -> str:
    """Name what is lost."""
    if "+" in code:
        return " + ".join(_removed(part) for part in code.split("+"))
    country, _, stage = code.partition(":")
    if len(country) == len("CHN") and country.isupper():
        return f"{country_name(country)}, {stage}" if stage else country_name(country)
    return code


def bloc(answer: answers.BlocAnswer) -> list[str]:
    """Tell how much of each chain the bloc closes, and where it leaves."""
    lines: list[str] = []
    for row in answer.layers.to_dicts():
        text = f"{heading(row)}: {percent(row['closure'])} of its supply stays inside from origin to last stage"
        if row["leaves_at_stage"] or row["leaves_at_good"]:
            text += f"; most leaves at {row['leaves_at_good']} ({row['leaves_at_stage'] or 'no stage'})"
        if row["unexplained_share"]:
            text += f"; of {percent(row['unexplained_share'])} nobody records the origin"
        lines += wrapped(text)
        stages = answer.stages.filter(answer.stages["commodity"].eq_missing(row["commodity"]))
        for stage in stages.to_dicts():
            inside, exits = stage["inside_share"], stage["exit_share"]
            told = "n/a" if inside is None else percent(inside)
            name = f"{stage['good']} ({stage['stage'] or 'no stage'})"
            lines.append(f"  {name[:40]:40} inside {told:>7}, leaves here {percent(exits):>7}")
    for row in answer.partners.filter(answer.partners["gain"] > 0).head(_MOST_ROWS).to_dicts():
        lines += wrapped(f"  with {country_name(row['partner'])}: {percent(row['closure_after'])} closed")
    return lines


def paths(answer: answers.Paths) -> list[str]:
    """Tell the ways with the largest shares."""
    lines: list[str] = []
    for row in answer.coverage.to_dicts():
        told = f"{row['n_paths']} paths carry {percent(row['covered_share'])} of the supply"
        lines += wrapped(f"{heading(row)}: {told}; {percent(row['below_share'])} takes smaller ones")
        of_row = (answer.paths["target"] == row["target"]) & answer.paths["commodity"].eq_missing(row["commodity"])
        steps = answer.paths.filter(of_row)
        for (path_id,), path in steps.filter(steps["path_id"] <= _MOST_ROWS).group_by("path_id", maintain_order=True):
            way = " > ".join(path["node"].to_list())
            lines += wrapped(f"  {path_id}. {percent(path['share'][0])}: {way}", "     ")
    return lines


def contents(answer: answers.Contents) -> list[str]:
    """Tell how much of which material a product takes, and where most of it enters the chain."""
    lines: list[str] = []
    for row in answer.materials.to_dicts():
        of_row = (answer.origins["product"] == row["product"]) & answer.origins["commodity"].eq_missing(
            row["commodity"]
        )
        first = answer.origins.filter(of_row).head(3).to_dicts()
        names = [
            f"{country_name(each['country']) if each['country'] else each['good']} {percent(each['share'])}"
            for each in first
        ]
        lines += wrapped(f"{heading(row)}: {short(row[answer.measure])} {answer.unit} a year, from {', '.join(names)}")
    return lines


def robustness(answer: answers.Robustness) -> list[str]:
    """Tell what is left as one country after another is lost."""
    lines: list[str] = []
    for key, rows in groups(answer.curve):
        lines += wrapped(f"{heading(key)}: supply left when countries are lost one after another")
        for row in rows.filter(rows["n_removed"] > 0).head(_MOST_ROWS).to_dicts():
            lines.append(f"  without {country_name(row['removed'])[:24]:24} {percent(row['deliverable_share']):>8}")
    return lines


def structure(answer: answers.Structure) -> list[str]:
    """Tell the nodes that are depended upon most."""
    record = answer.record
    lines = wrapped(
        f"{answer.nodes.height} nodes in {record['n_communities']} communities; most depended upon (PageRank):"
    )
    ranked = answer.nodes.sort("pagerank", descending=True, maintain_order=True).head(_MOST_ROWS)
    return [*lines, *(f"  {row['node'][:44]:44} {row['pagerank']:.3f}" for row in ranked.to_dicts())]
