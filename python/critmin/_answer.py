"""The answer in plain sentences: at what price, who is short of what, how long the stocks last, what binds."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

from critmin._html import NO_BREAK, bound
from critmin._words import country_name, in_sentence, listed, percent, short, span_words, why_absent

if TYPE_CHECKING:
    import polars as pl

    from critmin.result import Result

WIDTH = 80
TIMES = "\N{MULTIPLICATION SIGN}"
# A price ratio is the choke ratio when they agree within the solver's tolerance.
_SAME = 1e-6
# More names than this do not help a reader.
_MOST_NAMES = 4
# Warnings that the sentences themselves tell.
_TOLD = re.compile(r"^the price stops at |^`(stocks_t|consumption_t)` of ")
_KEPT = re.compile(r"^no production of `(?P<who>[^`]+)` is known: its deliveries of (?P<mass>\S+) t stay as they are$")


class Answer(NamedTuple):
    """What is said about one market.

    Attributes
    ----------
    heading
        Commodity, and which market is meant.
    sentences
        Price, market, consumers, what binds: one entry each.
    """

    heading: str
    sentences: list[str]


def answers(result: Result) -> list[Answer]:
    """Tell every market of a result, in the order of its table."""
    return [_answer(result, market) for market in result.markets.to_dicts()]


def answer_lines(result: Result) -> list[str]:
    """Write the answers for a terminal, 80 columns wide: title, level, and a paragraph for each market."""
    lines = [*_wrapped(result.scenario.title), *_wrapped(level_words(result))]
    for answer in answers(result):
        lines += _wrapped(f"{answer.heading}: {' '.join(answer.sentences)}")
    return lines


def _wrapped(text: str) -> list[str]:
    lines = textwrap.wrap(bound(text), WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    return [line.replace(NO_BREAK, " ") for line in lines]


def level_words(result: Result) -> str:
    """Say how much is withheld over the assessed year, and what the model leaves out for a bilateral restriction."""
    markets = [row for row in result.markets.to_dicts() if row["effective_level"] is not None]
    if not markets:
        return "No market could be solved."
    levels = listed([f"{100 * level:.3g} %" for level in sorted({row["effective_level"] for row in markets})])
    text = f"Withheld over the assessed year, by days in force: {levels} of the restricted exports."
    cut_off = sorted({in_sentence(row["destination"]) for row in markets if row["destination"]})
    if cut_off:
        text += f" Only {listed(cut_off)} loses access; the model does not tell prices elsewhere."
    return text


def notes(result: Result, *, everything: bool = False) -> list[str]:
    """Group the warnings, one line for each kind; those that the sentences tell only on demand."""
    grouped: dict[str, list[str]] = {}
    kept: dict[str, list[str]] = {}
    for row in result.warnings.to_dicts():
        commodity, message = row["commodity"] or "all commodities", row["message"]
        match = _KEPT.match(message)
        if match:
            who = match["who"] if match["who"] == "other countries" else country_name(match["who"])
            kept.setdefault(commodity, []).append(f"{who} {match['mass']} t")
        elif everything or not _TOLD.match(message):
            grouped.setdefault(message, []).append(commodity)
    lines = [f"{', '.join(names)}: {message}" for message, names in grouped.items()]
    if kept:
        parts = "; ".join(f"{name}: {', '.join(who)}" for name, who in kept.items())
        lines.append(f"deliveries kept as they are, because no production of the supplier is known: {parts}")
    return lines


def grades(inputs: pl.DataFrame) -> str:
    """Count the inputs by grade."""
    if inputs.is_empty():
        return "no inputs"
    counts = inputs.group_by("grade").len().sort("len", "grade", descending=[True, False]).rows()
    return ", ".join(f"{n} {grade or 'ungraded'}" for grade, n in counts)


def _answer(result: Result, market: dict[str, Any]) -> Answer:
    heading = f"{market['commodity']} ({market['stage']})" if market["stage"] else str(market["commodity"])
    if market["price_ratio"] is None:
        reason = market["reason"] or str(market["status"]).replace("_", " ")
        return Answer(heading, [f"Not available: {' '.join(reason.split())}."])
    producers = [row for row in result.producers.to_dicts() if _is_of(row, market)]
    sentences = [_price(result, market), _market(market, producers)]
    sentences += [_consumer(row, market) for row in result.consumers.to_dicts() if _is_of(row, market)]
    return Answer(heading, [*sentences, *_binding(producers)])


def _is_of(row: dict[str, Any], market: dict[str, Any]) -> bool:
    return all(row[key] == market[key] for key in ("commodity", "stage", "scope"))


def _price(result: Result, market: dict[str, Any]) -> str:
    ratio, base, after = (market[name] for name in ("price_ratio", "base_price_usd_per_kg", "price_usd_per_kg"))
    money = "Price" if base is None or after is None else f"Price {short(base)} → {short(after)} USD/kg"
    span = " to ".join(f"{TIMES}{part}" for part in span_words(market, "price_ratio").split(" to ") if part)
    choke = _choke(result, market["commodity"])
    if choke is not None and (market["unserved_share"] or 0) > 0:
        unserved = f"{percent(market['unserved_share'])} of what is wanted at that price is not served"
        allowed = f" (parameters allow {span})" if span else ""
        stop = f"the price stops at {short(ratio)} times its base{allowed}"
        return f"{money}: {stop} and {unserved}: rationing, not a forecast."
    high = market["price_ratio_high"]
    stops = ", where the model stops and rations" if choke and high and abs(high / choke - 1) < _SAME else ""
    allowed = f"; parameters allow {span}{stops}" if span else ""
    return f"{money} ({TIMES}{short(ratio)}{allowed})."


def _choke(result: Result, commodity: str) -> float | None:
    """Return the price ratio at which demand vanishes, when the scenario has one."""
    forms = result.forms.filter(result.forms["is_chosen"])
    if "choke_price" not in set(forms["demand_form"].cast(str)):
        return None
    names, values = result.inputs["commodity"].cast(str), result.inputs["input"].cast(str)
    rows = result.inputs.filter((names == commodity) & (values == "choke_price_ratio"))
    return None if rows.is_empty() else float(rows["value"][0])


def _market(market: dict[str, Any], producers: list[dict[str, Any]]) -> str:
    who = _scope_words(market, producers)
    if not market["shortfall_t"]:
        return f"{who} are short of nothing."
    lack = f"{short(market['shortfall_t'])} of {short(market['base_demand_t'])} t a year"
    return f"{who} are short of {lack} ({_share(market)})."


def _share(market: dict[str, Any]) -> str:
    low, high = (percent(market[f"shortfall_share_{end}"]) for end in ("low", "high"))
    central = percent(market["shortfall_share"])
    return central if low == high else f"{central}; {low.removesuffix(' %')} to {high}"


def _scope_words(market: dict[str, Any], producers: list[dict[str, Any]]) -> str:
    if market["destination"]:
        return f"Buyers in {in_sentence(market['destination'])}"
    restricting = [in_sentence(row["country"]) for row in producers if row["is_restricting"] and row["country"]]
    return f"All buyers outside {listed(restricting)}" if restricting else "All buyers"


def _consumer(row: dict[str, Any], market: dict[str, Any]) -> str:
    name = in_sentence(row["country"])
    who = name[0].upper() + name[1:]
    if row["consumption_t"] is None or row["shortfall_t"] is None:
        reason = _reason(row, "consumption") or "not known"
        share = f"lacks the same share, {percent(market['shortfall_share'])}"
        return f"{who} {share}; tonnes and months cannot be told: its consumption is {reason}."
    if not row["shortfall_t"]:
        return f"{who} is short of nothing."
    span = span_words(row, "shortfall_t")
    lack, whole = short(row["shortfall_t"]), short(row["consumption_t"])
    between = f" ({span})" if span else ""
    if market["destination"] == row["country"]:
        return f"On its whole consumption of {whole} t that is {lack} t{between}; {_cover(row)}."
    return f"{who} is short of {lack} of {whole} t{between}; {_cover(row)}."


def _cover(row: dict[str, Any]) -> str:
    if row["months_of_cover"] is None:
        printed_by = "printed by the USGS" if row["country"] == "USA" else "known"
        reason = f"they are {told}" if (told := _reason(row, "stocks")) else f"no figure is {printed_by}"
        return f"months of stocks not available ({reason})"
    span = span_words(row, "months_of_cover")
    months = f"{short(row['months_of_cover'])} months{f' ({span})' if span else ''}"
    stock = f"its reported stocks of {short(row['stock_t'])} t"
    if row["cover_status"] == "outlasts_period":
        return f"{stock} would fill that gap for {months}, beyond the assessed year"
    return f"{stock} fill that gap for {months}"


def _reason(row: dict[str, Any], statistic: str) -> str | None:
    return why_absent(row["commodity"], statistic) if row["country"] == "USA" else None


def _binding(producers: list[dict[str, Any]]) -> list[str]:
    """Say who can give no more; a producer of nothing binds nobody."""
    others = [row for row in producers if not row["is_restricting"] and row["base_production_t"]]
    if not others:
        return []
    full = [row for row in others if row["is_at_capacity"]]
    if not full:
        return [f"At capacity: none of the {len(others)} other suppliers."]
    if len(full) == len(others):
        named = f" ({_names(full)})" if len(full) <= _MOST_NAMES else ""
        return [f"At capacity: all {len(full)} other suppliers{named}."]
    room = [row for row in others if not row["is_at_capacity"]]
    return [f"At capacity: {_names(full)}; room left: {_names(room)}."]


def _names(rows: list[dict[str, Any]]) -> str:
    names = [country_name(row["country"]) for row in rows]
    left = len(names) - _MOST_NAMES
    return listed(names) if left <= 0 else f"{', '.join(names[:_MOST_NAMES])} and {left} more"
