"""What a decision, a frontier, a selection and the value of information say in words; lines of 80 columns at most."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from critmin._answer import WIDTH
from critmin._words import country_name, percent, settled, short

if TYPE_CHECKING:
    from collections.abc import Iterable

    from critmin.decision import Decision, Frontier, Selection, ValueOfInformation

# More rows than this do not fit on one screen.
_MOST = 8

INFORMATION = {
    "here_and_now": "optimum under uncertainty",
    "wait_and_see": "mean of the optima with each scenario known beforehand",
    "expected_value_of_perfect_information": "here and now less wait and see: what a perfect forecast is worth",
    "mean_value_problem": "optimum with every figure at its mean",
    "expected_result_of_mean_value_solution": "what the choice for the mean costs in the scenarios",
    "value_of_stochastic_solution": "what planning in scenarios saves against planning for the mean",
}


def decision(found: Decision) -> list[str]:
    """Tell a decision on one screen."""
    record = found.record
    texts = [
        record["title"],
        f"Cost with the chosen set: {_money(found.objective_million_usd)}; "
        f"without projects and stocks: {_money(found.objective_without_million_usd)}. {_proof(found)}",
        *_financed(found),
        *_stocked(found),
        f"Expected loss: {_change(found.expected_loss_without_million_usd, found.expected_loss_million_usd)}. "
        f"Tail ({_tail(record)}): {_change(found.cvar_without_million_usd, found.cvar_million_usd)}.",
        *gains(found),
        *refused(found),
        *assumptions(found),
    ]
    return wrapped(texts)


def _proof(found: Decision) -> str:
    gap = percent(found.certificate["gap"])
    return f"Proven (gap {gap})." if found.is_proven else f"Not proven: a better set may save up to {gap}."


def _financed(found: Decision) -> list[str]:
    record, chosen = found.record, found.chosen.to_dicts()
    cap = found.portfolio.record.get("lending_cap_million_usd")
    limit = "" if cap is None else f" of at most {short(cap)}"
    spent = settled(found.spent_million_usd, record["budget_million_usd"])
    told = (
        f"Financed: {len(chosen)} of {len(record['projects'])} projects, {_money(found.lent_million_usd)} lent{limit}; "
        f"{short(spent)} of {_money(record['budget_million_usd'])} spent on grant equivalents and stocks."
    )
    lines = [f"  {_project(row)}" for row in chosen[:_MOST]]
    return [told, *lines, *_more(len(chosen))]


def _project(row: dict[str, Any]) -> str:
    name = row["name"] or row["project"]
    where = f"{row['material']} {row['stage']}, {country_name(row['country'])}"
    money = f"loan {short(row['loan_million_usd'])}, grant equivalent {short(row['grant_equivalent_million_usd'])}"
    return f"{name} ({where}): {money} million USD, {short(row['contracted_t'])} t a window"


def _stocked(found: Decision) -> list[str]:
    rows = [row for row in found.stocks.to_dicts() if row["stock_t"] > 0]
    lines = [
        f"  {row['material']}: {short(row['stock_t'])} t, {_money(row['cost_million_usd'])}, "
        f"{short(row['cover_days'])} days of demand"
        for row in rows[:_MOST]
    ]
    return ["Stocks:" if rows else "Stocks: none.", *lines, *_more(len(rows))]


def gains(found: Decision) -> list[str]:
    """Tell which bloc is spared how much, the greatest first."""
    sums: dict[str, float] = {}
    for row in found.gains.to_dicts():
        sums[row["bloc"]] = sums.get(row["bloc"], 0.0) + row["avoided_loss_million_usd"]
    told = [(name, value) for name, value in sorted(sums.items(), key=lambda pair: -pair[1]) if value > 0]
    if not told:
        return ["Who gains: nobody."]
    parts = ", ".join(f"{name} {short(value)}" for name, value in told[:_MOST])
    return [f"Who gains (expected loss that is avoided, million USD): {parts}."]


def refused(found: Decision) -> list[str]:
    """Tell which candidates the rule does not admit, and what was not known of the chosen."""
    rows = found.projects.to_dicts()
    out = [f"{row['project']} ({row['reasons'] or 'no reason given'})" for row in rows if not row["is_eligible"]]
    open_ = [f"{row['project']} ({row['reasons']})" for row in rows if row["is_chosen"] and row["reasons"]]
    lines = []
    if out:
        lines.append(f"Not admitted: {_few(out)}.")
    if open_:
        lines.append(f"Chosen with something not known: {_few(open_)}.")
    return lines


def assumptions(found: Decision) -> list[str]:
    """Tell what the numbers rest on."""
    record, rule = found.record, found.portfolio.rule
    note = "" if not rule or not rule.get("note") else f" {rule['note']}"
    who = f"{rule['title']}.{note}" if rule else "none, everyone may be financed."
    return [
        f"Rule: {who}",
        f"Assumed: risk weight {record['risk_weight']:g}; {len(record['scenarios'])} scenarios with probabilities that "
        "are guesses (ask `selection` how much the choice hangs on them); within a scenario the future is known, so "
        "stocks are drawn with foresight; a shortfall is shared in proportion to demand.",
    ]


def how_many(found: Frontier) -> str:
    """Tell how many budgets were asked, and how many problems that took."""
    budgets = found.points["budget_million_usd"]
    return (
        f"{len(budgets)} budgets from {short(budgets[0])} to {_money(budgets[-1])}; "
        f"{found.record['n_solved']} problems solved, {found.record['n_reused']} points proven from others."
    )


def frontier(found: Frontier) -> list[str]:
    """Tell where the chosen set changes."""
    rows = found.points.to_dicts()
    first = rows[0]
    told = [row for row in rows[1:] if row["changes"]]
    lines = [
        found.portfolio.title,
        how_many(found),
        f"At {_money(first['budget_million_usd'])}: {first['projects'] or 'no project'}, cost "
        f"{short(first['objective_million_usd'])}.",
    ]
    for row in told[: 2 * _MOST]:
        value = row["marginal_value"]
        worth = "" if value is None else f", one more million USD saves {short(value)}"
        lines.append(
            f"From {short(row['budget_million_usd'])}: {row['projects'] or 'no project'}, cost "
            f"{short(row['objective_million_usd'])}, expected loss {short(row['expected_loss_million_usd'])}, tail "
            f"{short(row['cvar_million_usd'])}{worth}."
        )
    lines += _more(len(told), 2 * _MOST)
    worst = max((row["gap"] for row in rows), default=0.0)
    lines.append(f"Largest gap of a proof: {percent(worst)}. All money is million USD.")
    return wrapped(lines)


def selection(found: Selection) -> list[str]:
    """Tell how often each project is chosen."""
    record = found.record
    lines = [
        found.portfolio.title,
        f"Chosen in {record['n_resamples']} resamples of the scenarios | {record['n_reweighted']} draws of the "
        f"probabilities, seed {record['seed']}; * = in the optimum:",
    ]
    order = sorted(found.projects.to_dicts(), key=lambda row: -row["chosen_in_resamples"] - row["chosen_in_reweighted"])
    for row in order[: 2 * _MOST]:
        mark = "*" if row["is_chosen"] else " "
        lines.append(
            f"{mark} {row['project']}: {percent(row['chosen_in_resamples'])} | {percent(row['chosen_in_reweighted'])}"
        )
    lines += _more(len(order), 2 * _MOST)
    lines.append("Sets, the most frequent first:")
    for row in found.sets.head(5).to_dicts():
        lines.append(
            f"  {row['projects'] or 'no project'}: {percent(row['frequency'])}, regret "
            f"{_money(row['regret_million_usd'])}"
        )
    lines.append("Probabilities are guesses: the frequency, not the optimum, is the finding.")
    return wrapped(lines)


def information(found: ValueOfInformation) -> list[str]:
    """Tell every quantity with its meaning."""
    rows = found.frame.to_dicts()
    told = [
        f"{row['quantity'].replace('_', ' ')}: "
        f"{'n/a' if row['value_million_usd'] is None else _money(row['value_million_usd'])} ({row['meaning']})"
        for row in rows
    ]
    return wrapped(["Value of information, at risk weight 0", *told])


def wrapped(texts: Iterable[str]) -> list[str]:
    """Wrap each text; further lines are indented."""
    return [
        line
        for text in texts
        for line in textwrap.wrap(text, WIDTH, subsequent_indent="    ", break_on_hyphens=False) or [text]
    ]


def _few(names: list[str]) -> str:
    rest = len(names) - 4
    return "; ".join(names[:4]) + (f"; and {rest} more" if rest > 0 else "")


def _more(count: int, most: int = _MOST) -> list[str]:
    return [f"  ... and {count - most} more"] if count > most else []


def _money(million: float) -> str:
    return f"{short(million + 0.0)} million USD"


def _change(before: float, after: float) -> str:
    largest = max(abs(before), abs(after))
    return f"{short(settled(before, largest) + 0.0)} → {_money(settled(after, largest))}"


def _tail(record: dict[str, Any]) -> str:
    return f"worst {100 * (1 - record['tail']):.3g} %"
