"""How ``critmin graph`` prints: the answer in a sentence, one table, then what is noted, assumed and cited."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from critmin._graph_words import groups
from critmin._words import country_name, in_sentence, listed, percent, short
from critmin.cli import _graph_phrases as phrases
from critmin.cli.render import print_item, print_line, print_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

    from critmin import graph as cg

# Residuals up to this are what floating-point sums leave [the measure of the graph].
_BALANCED = 1e-6
# Share of unknown origin from which on the answer itself tells it.
_WORTH_SAYING = 0.01
# Rows of a table, and notes, that a terminal shows without `--all`.
SHOWN = 12
NOTES = 6
RECONCILED = {
    "none": "nothing is supposed; what has no recorded origin begins at a node that says so",
    "world-pool": "what has no recorded origin comes from what all countries have left, in proportion; an assumption",
    "deficit-is-origin": "whoever hands on more than it gets is taken to make the rest; an assumption",
}


def shown(*, everything: bool) -> int:
    """Return how many rows of a table are printed."""
    return sys.maxsize if everything else SHOWN


def exposure(answer: cg.Exposure, n_shown: int, *, tells_origins: bool) -> None:
    """Print the countries, or nodes without one, that a supply passes through."""
    keys = [key for key, _ in groups(answer.nodes)]
    blocks = [(key, _suppliers(answer, key), _unknown(answer, key) if tells_origins else 0.0) for key in keys]
    for key, rows, unknown in blocks:
        print_line(_exposed(key, rows, unknown), style="bold")
    heads = ("", "passes through", "begins there", "bought there")
    for key, rows, unknown in blocks:
        print_line()
        lines = [(phrases.place(name), *(phrases.share(share) for share in shares)) for name, *shares in rows]
        _table(f"Shares of the {phrases.supply(key)}", heads, lines, n_shown, right=heads[1:])
        if unknown:
            print_item("Unknown", f"{percent(unknown)} begins at nodes of which no supply is recorded")
    if not tells_origins:
        print_item("Assumed", "a supply begins where the flows begin: the graph records no supply of any node")


def _exposed(key: dict[str, Any], rows: list[tuple[str, float, float, float]], unknown: float) -> str:
    """Tell the largest share, and how much is not known."""
    if not rows:
        return f"The {phrases.supply(key)} passes through nobody else."
    name, passing, beginning, bought = rows[0]
    whose = f" of the {phrases.supply(key)}"
    passed = f"passes through {phrases.at(name)}: {percent(bought)} is bought there, {percent(beginning)} begins there"
    if unknown < _WORTH_SAYING:
        return f"{percent(passing)}{whose} {passed}."
    if unknown <= passing:
        return f"{percent(passing)}{whose} {passed}; of {percent(unknown)} nobody records the origin."
    return f"Nobody records the origin of {percent(unknown)}{whose}; {percent(passing)} {passed}."


def _unknown(answer: cg.Exposure, key: dict[str, Any]) -> float:
    nodes = _of(answer.nodes, key)
    return float(nodes.filter(nodes["is_unexplained"])["origin_share"].sum())


def _suppliers(answer: cg.Exposure, key: dict[str, Any]) -> list[tuple[str, float, float, float]]:
    """List who is passed, the largest first, without the target itself."""
    theirs = {
        each["node"] for told in answer.record["targets"] if told["target"] == key["target"] for each in told["nodes"]
    }
    nodes = _of(answer.nodes, key).to_dicts()
    own = {row["country"] for row in nodes if row["node"] in theirs}
    rows, name = _of(answer.countries, key).to_dicts(), "country"
    if not rows:
        rows, name, own = nodes, "node", theirs
    found = [
        (row[name], row["exposure"], row["origin_share"], row["direct_share"])
        for row in rows if row[name] not in own and row["exposure"]
    ]  # fmt: skip
    return sorted(found, key=lambda row: -row[1])


def chokepoints(answer: cg.Chokepoints, dominators: pl.DataFrame, n_shown: int) -> None:
    """Print the losses that hurt most, without and with rerouting."""
    blocks = [(key, sorted(_of(answer.losses, key).to_dicts(), key=phrases.severity)) for key in _keys(answer.targets)]
    for key, rows in blocks:
        if not rows:
            print_line(f"Nothing is lost of the {phrases.supply(key)}, whoever falls out.", style="bold")
            continue
        after, rigid = (phrases.share(rows[0][name]) for name in ("loss_rerouted", "loss_rigid"))
        told = f"Losing {phrases.removed(rows[0], phrases.at, in_sentence=True)} costs {after} of the "
        told += f"{phrases.supply(key)} after the best rerouting, and {rigid} when nobody reroutes."
        print_line(told, style="bold")
    heads = ("lost", "no rerouting", "best rerouting", "instead")
    for key, rows in blocks:
        print_line()
        lines = [
            (
                phrases.removed(row, country_name),
                phrases.share(row["loss_rigid"]),
                phrases.share(row["loss_rerouted"]),
                phrases.instead(row),
            )
            for row in rows
        ]
        _table(
            f"Lost share of the {phrases.supply(key)}",
            heads,
            lines,
            n_shown,
            right=heads[1:3],
            wrap=(heads[0], heads[3]),
        )
        target = _of(answer.targets, key).row(0, named=True)
        before = short(target[f"deliverable_before_{answer.measure}"])
        print_item("Deliverable with nothing lost", f"{before} {answer.unit} a year")
        crossed = [node for node in _of(dominators, key)["node"] if node != key["target"]]
        if crossed:
            print_item("Every path crosses", ", ".join(crossed))
    factor = answer.record["options"]["rerouting"]["route_factor"]
    limit = "a route may carry any amount" if factor is None else f"a route carries at most {factor:g} times its flow"
    print_item("Assumed", f"{limit} where no capacity is known (`--route-factor`)")


def bloc(answer: cg.BlocAnswer, n_shown: int) -> None:
    """Print how far a chain is closed, stage by stage, and what partners add."""
    for row in answer.layers.to_dicts():
        told = f"{percent(row['closure'])} of the {phrases.supply(row)} stays inside from its origin to its last stage"
        if row["leaves_at_good"] or row["leaves_at_stage"]:
            told += f"; most of it leaves at {row['leaves_at_good']} ({row['leaves_at_stage'] or 'no stage'})"
        print_line(f"{told}.", style="bold")
        if row["unexplained_share"]:
            print_item("Unknown", f"{percent(row['unexplained_share'])} begins where no supply is recorded")
    heads = ("good", "stage", f"made inside,\n{answer.unit}", "from\ninside", "self-\nsufficient", "leaves\nhere")
    for row in answer.layers.to_dicts():
        print_line()
        made = f"production_{answer.measure}"
        shares = ("inside_share", "self_sufficiency", "exit_share")
        lines = [
            (one["good"], one["stage"], phrases.amount(one[made]), *(phrases.share(one[name]) for name in shares))
            for one in _of(answer.stages, row, "bloc").to_dicts()
        ]
        _table(f"Stages of the {phrases.supply(row)}", heads, lines, n_shown, right=heads[2:])
        _gains(answer.partners.filter(answer.partners["commodity"].eq_missing(row["commodity"])), n_shown)


def _gains(partners: pl.DataFrame, n_shown: int) -> None:
    """Tell what each partner adds, and who adds nothing."""
    ranked = partners.sort("gain", descending=True, maintain_order=True).to_dicts()
    adding = [one for one in ranked if one["gain"] >= phrases.NOTHING]
    for one in adding[:n_shown]:
        gain = f"{percent(one['closure_after'])} stays inside, {100 * one['gain']:.2g} points more"
        print_item(f"With {in_sentence(one['partner'])}", gain)
    rest = [in_sentence(one["partner"]) for one in ranked if one["gain"] < phrases.NOTHING]
    if rest:
        named = listed(rest) if len(rest) <= n_shown else f"{', '.join(rest[:n_shown])} and {len(rest) - n_shown} more"
        print_item("No gain", f"with {named}")


def trace(answer: cg.Paths, n_shown: int) -> None:
    """Print the ways with the largest shares."""
    least = percent(answer.record["options"]["min_share"])
    for row in answer.coverage.to_dicts():
        n_paths = row["n_paths"]
        told = f"{n_paths} way{'' if n_paths == 1 else 's'} of at least {least} carr{'ies' if n_paths == 1 else 'y'} "
        print_line(f"{told}{percent(row['covered_share'])} of the {phrases.supply(row)}.", style="bold")
    for key in _keys(answer.coverage):
        print_line()
        steps = _of(answer.paths, key)
        lines = []
        for _, path in steps.group_by("path_id", maintain_order=True):
            unknown = " (origin unknown)" if path["is_unexplained"][0] else ""
            lines.append((percent(path["share"][0]), " > ".join(path["node"]) + unknown))
        _table(f"Ways of the {phrases.supply(key)}", ("share", "way"), lines, n_shown, right=("share",), wrap=("way",))


def contents(answer: cg.Contents, n_shown: int) -> None:
    """Print how much of which material a product takes, and where it begins."""
    unit = answer.unit.partition(" ")[0]
    for product in answer.materials["product"].unique(maintain_order=True):
        rows = answer.materials.filter(answer.materials["product"] == product).to_dicts()
        parts = [f"{phrases.amount(row[answer.measure])} {unit} of {phrases.material(row)}" for row in rows]
        print_line(f"{product} takes {listed(parts)} a year.", style="bold")
    heads = ("begins at", "country", answer.unit, "share")
    for key in _keys(answer.materials, "product"):
        print_line()
        lines = [
            (":".join(part for part in (row["good"], row["stage"]) if part),
             "unknown" if row["is_unexplained"] else row["country"] and country_name(row["country"]),
             phrases.amount(row[answer.measure]), percent(row["share"]))
            for row in _of(answer.origins, key, "product").to_dicts() if row["share"]
        ]  # fmt: skip
        _table(f"Origin of the {phrases.material(key)} of {key['product']}", heads, lines, n_shown, right=heads[2:])


def robustness(answer: cg.Robustness, n_shown: int) -> None:
    """Print what is left as one country after another is lost."""
    for key, rows in groups(answer.curve):
        lost = rows.filter(rows["n_removed"] > 0).head(3).to_dicts()
        if not lost:
            print_line(f"No country can be lost of the {phrases.supply(key)}.", style="bold")
            continue
        names = listed([in_sentence(row["removed"]) for row in lost])
        left = phrases.share(lost[-1]["deliverable_share"])
        print_line(f"Without {names} {left} of the {phrases.supply(key)} is left; nobody reroutes.", style="bold")
    for key, rows in groups(answer.curve):
        print_line()
        lines = [
            (row["n_removed"], country_name(row["removed"]), phrases.share(row["deliverable_share"]))
            for row in rows.filter(rows["n_removed"] > 0).to_dicts()
        ]
        _table(
            f"Lost one after another: the {phrases.supply(key)}",
            ("", "lost too", "left"),
            lines,
            n_shown,
            right=("left",),
        )


def structure(answer: cg.Structure, n_shown: int) -> None:
    """Print the nodes that are depended upon most."""
    ranked = answer.nodes.sort("pagerank", descending=True, maintain_order=True).to_dicts()
    n_communities = answer.record["n_communities"]
    told = f"{len(ranked)} nodes in {n_communities} communities; most depended upon is {ranked[0]['node']}."
    print_line(told, style="bold")
    print_line()
    heads = ("node", "in", "out", "between", "PageRank", "community")
    ends = [f"{end}_strength_{answer.measure}" for end in ("in", "out")]
    lines = [
        (row["node"], *(phrases.amount(row[end]) for end in ends), row["betweenness"] and f"{row['betweenness']:.3f}",
         f"{row['pagerank']:.3f}", str(row["community"]))
        for row in ranked
    ]  # fmt: skip
    _table(
        f"Most depended upon (in and out: {answer.unit} a year)", heads, lines, n_shown, right=heads[1:], wrap=("node",)
    )


def built(graph: cg.Graph, n_shown: int) -> None:
    """Print what a graph holds, and what does not add up in it."""
    n_places = f" in {len(graph.countries)} countries" if graph.countries else ""
    names = [phrases.spaced(one) for one in graph.commodities if one] or ["graph"]
    name = listed(names) if len(names) <= n_shown else f"{len(names)} commodities"
    when = f" {graph.record['year']}" if graph.record.get("year") else ""
    told = f"{name.capitalize()}{when}: {graph.n_nodes} nodes{n_places}, {graph.n_edges} flows in {graph.unit} a year."
    print_line(told, style="bold")
    print_line()
    heads = ("node", "own supply", "in", "out", "residual")
    # What reaches its last node stays there: that is use, not a gap.
    balances = graph.balances
    is_open = (balances[f"outflow_{graph.measure}"] > 0) & (balances[f"residual_{graph.measure}"].abs() > _BALANCED)
    lines = [(row[0], *(phrases.amount(value) for value in row[1:])) for row in balances.filter(is_open).rows()]
    title = f"Residuals, {graph.unit}: used, lost or stocked; negative: no recorded origin"
    _table(title, heads, lines, n_shown, right=heads[1:], wrap=("node",))
    last = graph.nodes.filter(graph.nodes["country"].is_null() & (graph.nodes["stage"] == "product"))["node"]
    if not last.is_empty():
        print_item("Products", ", ".join(last))


def notes(graph: cg.Graph, *, everything: bool, more: Iterable[str] = ()) -> None:
    """Print the warnings of a graph, what is supposed, how good the flows are, and the sources."""
    print_line()
    told = graph.warnings if everything else graph.warnings[:NOTES]
    for text in told:
        print_item("Note", text)
    if len(told) < len(graph.warnings):
        print_line(f"... and {len(graph.warnings) - len(told)} more notes: `--all`, `--json`")
    chosen = graph.record.get("reconcile")
    if chosen is not None:
        print_item("Reconciled", f"{chosen}: {RECONCILED[chosen]} (`--reconcile`)")
    grades = Counter(graph.edges["grade"].drop_nulls())
    if grades:
        print_item("Flows", ", ".join(f"{number} {grade}" for grade, number in grades.most_common()))
    sources = sorted(set(graph.edges["source_id"].drop_nulls()))
    print_item("Source", ", ".join(sources) if sources else "a table of your own")
    print_line("More: " + ", ".join(f"`{one}`" for one in ("--all", "--json", "--csv DIR", *more)) + ".")


def _table(
    title: str, heads: tuple[str, ...], rows: list[Any], n_shown: int, *, right: tuple[str, ...],
    wrap: tuple[str, ...] = (),
) -> None:  # fmt: skip
    print_table(title, heads, rows[:n_shown], right=right, wrap=wrap)
    if n_shown < len(rows):
        print_line(f"... and {len(rows) - n_shown} more rows")


def _keys(table: pl.DataFrame, who: str = "target") -> list[dict[str, Any]]:
    return table.select(who, "commodity").unique(maintain_order=True).to_dicts()


def _of(table: pl.DataFrame, key: dict[str, Any], who: str = "target") -> pl.DataFrame:
    return table.filter((table[who] == key[who]) & table["commodity"].eq_missing(key["commodity"]))
