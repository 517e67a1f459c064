"""Studies of costs: scenarios run through markets and economy, beside what a report prints.

Until every entry of the study's parameter file is ``entered``, published values are shown beside ours and judged by
nobody: agreement of a calibrated model with the values that it was calibrated to, or happens to meet, proves nothing.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from critmin import _study_parameters
from critmin._progress import progress_callback
from critmin.cost import cost
from critmin.economy import Economy
from critmin.exceptions import InfeasibleMarketError, InvalidDataError, MissingInputsError
from critmin.scenario import ExportRestriction, Scenario
from critmin.tables import reference

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import polars as pl

    from critmin._progress import Progress
    from critmin._study_parameters import ParameterFile
    from critmin.cost import Cost
    from critmin.study import Study

__all__ = ["amended", "headlines", "overview", "pairs", "parameter_file", "remarks", "run"]

SHOWN = "shown_beside"
_QUANTITY_EFFECTS = ("users_output", "downstream")
_UNITS = {"billion USD": 1e-3, "million USD": 1.0}
# The input that a message names first.
_WANTING = re.compile(r"`(\w+_t)`")
_SIDES = {">": ("above", "below"), "<": ("below", "above")}
_COLUMNS = (
    "id", "scenario", "commodity", "quantity", "condition", "ours", "ours_mild", "ours_harsh", "ours_text", "relation",
    "published", "published_mild", "published_harsh", "published_text", "printed", "unit", "difference", "tolerance",
    "is_within_published_range", "verdict", "reason", "grade", "source", "note",
)  # fmt: skip
_NUMBERS = (
    "ours", "ours_mild", "ours_harsh", "published", "published_mild", "published_harsh", "difference", "tolerance",
)  # fmt: skip


@dataclass(frozen=True)
class Ours:
    """Our value of one published quantity, with both ends, or words; else why there is none."""

    value: float | None = None
    mild: float | None = None
    harsh: float | None = None
    text: str | None = None
    reason: str = ""

    @property
    def is_known(self) -> bool:
        """Whether there is anything to stand beside the published value."""
        return not (self.value is None and self.text is None and self.harsh is None)


@dataclass(frozen=True)
class Ran:
    """What the quantities are read from."""

    costs: dict[str, Cost]
    failures: dict[str, str]
    economy: Economy
    exporter: str
    scenarios: list[dict[str, Any]]
    probabilities: dict[str, float]

    def of(self, row: Mapping[str, Any]) -> Cost | Ours:
        """Return the cost of the row's scenario, or why there is none."""
        name = row["scenario"]
        if name in self.costs:
            return self.costs[name]
        if name in self.failures:
            return Ours(reason=self.failures[name])
        raise InvalidDataError(
            f"`published.csv`, id `{row['id']}`: found the scenario `{name}`, expected one of "
            f"{[one['name'] for one in self.scenarios]}"
        )


def parameter_file(study: Study) -> ParameterFile:
    """Read the parameter file that the study names."""
    name = study.record["study"]["parameters"]
    return _study_parameters.read(study.text(name), name)


def amended(study: Study) -> Study:
    """Return the study with the claim and the assumptions that its parameter file allows."""
    file, about = parameter_file(study), dict(study.record["study"])
    absent = _without_section(study, file)
    if file.is_entered and not absent:
        # What was said of a calibration, its explanations among them, does not hold any more.
        about |= {"claim": f"replication of {file.report} with all its parameters entered", "caution": ""}
        about["assumptions"] = about.get("assumptions_when_entered", [])
        return dataclasses.replace(study, record={**study.record, "study": about, "explanations": {}})
    counts = ", ".join(f"{count} {status}" for status, count in file.counts.items())
    names = "; ".join([*_sections(file), *(f"all of market.{name}" for name in absent)])
    about["assumptions"] = [
        *about.get("assumptions", []),
        f"Parameter file: {counts}.",
        f"Missing there, taken from the reference dataset or a default: {names}.",
    ]
    return dataclasses.replace(study, record={**study.record, "study": about})


def _sections(file: ParameterFile) -> list[str]:
    """Group the missing entries by their section, so that a reader sees where the report is wanting."""
    groups: dict[str, list[str]] = {}
    for entry in file.entries:
        section, _, key = entry.name.rpartition(".")
        groups.setdefault(section, []).append(key if entry.status == _study_parameters.MISSING else "")
    missing = {section: [key for key in keys if key] for section, keys in groups.items()}
    whole = {section for section, keys in groups.items() if all(keys) and len(keys) > 1}
    return [
        f"all of {section}" if section in whole else f"{', '.join(keys)} of {section}"
        for section, keys in missing.items()
        if keys
    ]


def _without_section(study: Study, file: ParameterFile) -> list[str]:
    named = [name for entry in study.record["scenarios"] for name in entry["commodities"]]
    return [name for name in dict.fromkeys(named) if name not in file.markets]


def run(study: Study, progress: Progress) -> tuple[pl.DataFrame, dict[str, Cost]]:
    """Run every scenario of the study to its cost, and put it beside the published values."""
    import polars as pl

    file = parameter_file(study)
    ran = _run_all(study, file, progress)
    published = pl.read_csv(study.text("published.csv").encode(), infer_schema=False)
    numbers = [name for name in _NUMBERS if name in published.columns]
    rows = published.with_columns(pl.col(numbers).cast(pl.Float64)).to_dicts()
    is_replication = file.is_entered and not _without_section(study, file)
    told = [_compared(row, ran, study, is_replication=is_replication) for row in rows]
    kinds: dict[str, Any] = {name: pl.Float64 if name in _NUMBERS else pl.String for name in _COLUMNS}
    kinds["is_within_published_range"] = pl.Boolean
    return pl.DataFrame(told, schema=kinds), ran.costs


def _run_all(study: Study, file: ParameterFile, progress: Progress) -> Ran:
    asked, scenarios = study.record["restriction"], study.record["scenarios"]
    parameters, links = file.parameters(asked["exporter"]), file.links()
    ran = Ran(
        costs={},
        failures={},
        economy=Economy(file.economy_options()),
        exporter=asked["exporter"],
        scenarios=scenarios,
        probabilities=file.probabilities(asked["exporter"]),
    )
    tell = progress_callback(progress, study.id)
    for done, entry in enumerate(scenarios, start=1):
        restriction = ExportRestriction(**asked, commodities=entry["commodities"])
        scenario = Scenario(
            id=f"{study.id}-{entry['name']}",
            title=entry["title"],
            restrictions=[restriction],
            market=file.market_options(entry["commodities"]),
            economy=file.economy_options(),
        )
        try:
            ran.costs[entry["name"]] = cost(scenario, economy=ran.economy, parameters=parameters, links=links)
        except (MissingInputsError, InfeasibleMarketError) as error:
            ran.failures[entry["name"]] = _short(str(error))
        if tell is not None:
            tell(done, len(scenarios))
    return ran


def _short(message: str) -> str:
    """Keep what is missing of a message of several lines; the others say that something is."""
    lines = [line.strip(" -") for line in message.splitlines() if line.strip() and not line.endswith(":")]
    return "cannot be computed: " + "; ".join(lines)


# --- one published value ----------------------------------------------------------------------------------------------


def _compared(row: dict[str, Any], ran: Ran, study: Study, *, is_replication: bool) -> dict[str, Any]:
    if row["quantity"] not in _QUANTITIES:
        raise InvalidDataError(
            f"`published.csv`, id `{row['id']}`: found the quantity `{row['quantity']}`, expected one of "
            f"{sorted(_QUANTITIES)}"
        )
    ours = _QUANTITIES[row["quantity"]](ran, row)
    # Beside a bound there is a side and no distance.
    is_pair = row["relation"] == "=" and ours.value is not None and row["published"] is not None
    ends = (row["published_harsh"], row["published_mild"])
    within = None
    if ours.value is not None and None not in ends:
        within = bool(ends[0] <= ours.value <= ends[1])
    given = dict.fromkeys(_COLUMNS) | {name: row[name] for name in row if name in _COLUMNS}
    return given | {
        "ours": ours.value,
        "ours_mild": ours.mild,
        "ours_harsh": ours.harsh,
        "ours_text": ours.text,
        "difference": (ours.value or 0.0) - row["published"] if is_pair else None,
        "is_within_published_range": within,
        "verdict": _verdict(row, ours, is_replication=is_replication),
        "reason": ours.reason or study.explanations.get(row["id"], ""),
    }


def _verdict(row: dict[str, Any], ours: Ours, *, is_replication: bool) -> str:
    """Judge a confirmed value beside a complete parameter file; everything else is shown."""
    if not ours.is_known:
        return "not_comparable"
    if not is_replication or row["grade"] != "confirmed":
        return SHOWN
    if row["published_text"] is not None:
        return "agrees" if ours.text == row["published_text"] else "differs"
    if ours.value is None or row["published"] is None:
        return SHOWN
    gap = ours.value - row["published"]
    return "agrees" if {">": gap > 0, "<": gap < 0}.get(row["relation"], abs(gap) <= row["tolerance"]) else "differs"


def _gdp_change(ran: Ran, row: dict[str, Any]) -> Ours:
    """Net change of gross domestic product if the restriction happens, in the unit of the print."""
    found = ran.of(row)
    if isinstance(found, Ours):
        return found
    factor = _UNITS[row["unit"]]
    harsh, mild = (None if end is None else factor * end for end in found.gdp_change_range_million_usd)
    lost = [each["effect"] for each in found.effects.to_dicts() if each["gdp_change_million_usd"] is None]
    reason = "" if found.is_complete else f"without the effects {', '.join(dict.fromkeys(lost))}, which are not known"
    return Ours(factor * found.gdp_change_million_usd, mild, harsh, reason=reason)


def _weighted(ran: Ran, row: dict[str, Any]) -> Ours:
    """Weight the same by the probability of the restriction within a year."""
    sure, change = _probability(ran, row["commodity"]), _gdp_change(ran, row)
    if change.value is None or sure is None:
        return Ours(reason=change.reason or "no probability of this restriction")
    mild, harsh = (None if end is None else sure * end for end in (change.mild, change.harsh))
    return Ours(sure * change.value, mild, harsh, reason=change.reason)


def _probability(ran: Ran, commodity: str) -> float | None:
    """Return the parameter file's, else the dataset's: the commodity's own row before the exporter's."""
    import polars as pl

    if commodity in ran.probabilities:
        return ran.probabilities[commodity]
    table = reference().table("supplier_probabilities")
    rows = table.with_columns(pl.col("commodity", "exporter").cast(pl.String)).filter(exporter=ran.exporter)
    own = rows.filter(commodity=commodity)
    found = rows.filter(pl.col("commodity").is_null()) if own.is_empty() else own
    return None if found.is_empty() else float(found["probability"][-1])


def _weighted_range(ran: Ran, row: dict[str, Any]) -> Ours:
    """Return the greatest loss and the greatest gain of the commodities that could be computed, weighted."""
    weighted = [each for each in _weighted_singles(ran, row).values() if each.value is not None]
    values = [each.value for each in weighted if each.value is not None]
    if not values:
        return Ours(reason="no commodity could be computed")
    told = f"of {len(values)} commodities and one exporter; the report has 84 and all suppliers"
    wanting: dict[str, list[str]] = {}
    for name, why in ran.failures.items():
        named = _WANTING.search(why)
        wanting.setdefault(named[1] if named else "production_t", []).append(name.replace("-", " "))
    lost = [f"not computed for want of `{what}`: {', '.join(names)}" for what, names in wanting.items()]
    return Ours(mild=max(values), harsh=min(values), reason="; ".join([told, *lost]))


def _weighted_singles(ran: Ran, row: dict[str, Any]) -> dict[str, Ours]:
    singles = [entry for entry in ran.scenarios if len(entry["commodities"]) == 1]
    asked = {entry["commodities"][0]: {**row, "unit": "million USD", "scenario": entry["name"]} for entry in singles}
    return {name: _weighted(ran, {**one, "commodity": name}) for name, one in asked.items()}


def _order(ran: Ran, row: dict[str, Any]) -> Ours:
    """Return those of the published list that could be computed, by our weighted loss, the greatest first."""
    listed = str(row["published_text"]).split(" ")
    losses = {name: each.value for name, each in _weighted_singles(ran, row).items() if each.value is not None}
    ours = sorted((name for name in listed if name in losses), key=lambda name: (losses[name], name))
    there = [name for name in listed if name in losses]
    told = "in the order of the print" if ours == there else f"the print has {', '.join(there)}"
    absent = len(listed) - len(there)
    return Ours(text=" ".join(ours) or None, reason=f"{told}; {absent} of {len(listed)} not computed")


def _joint_loss(ran: Ran, row: dict[str, Any]) -> Ours:
    """Loss of all commodities together over the sum of their losses alone."""
    found = ran.of(row)
    if isinstance(found, Ours):
        return found
    harsh, mild = found.gdp_change_range_million_usd
    singles = found.singles

    def over_sum(joint: float | None, column: str) -> float | None:
        total = None if singles[column].null_count() else float(singles[column].sum())
        return None if joint is None or not total else joint / total

    return Ours(
        over_sum(found.gdp_change_million_usd, "gdp_change_million_usd"),
        over_sum(mild, "gdp_change_mild_million_usd"),
        over_sum(harsh, "gdp_change_harsh_million_usd"),
    )


def _price_change(ran: Ran, row: dict[str, Any]) -> Ours:
    found = ran.of(row)
    if isinstance(found, Ours):
        return found
    markets = found.markets.filter(found.markets["commodity"] == row["commodity"])
    if markets.height != 1 or markets["price_ratio"][0] is None:
        return Ours(reason="the market is not solved")
    ratios = (markets[f"price_ratio{end}"][0] for end in ("", "_low", "_high"))
    central, low, high = (None if ratio is None else float(ratio) - 1.0 for ratio in ratios)
    return Ours(central, low, high)


def _industry_share(ran: Ran, row: dict[str, Any]) -> Ours:
    """Part of the net loss that one industry bears."""
    found = ran.of(row)
    if isinstance(found, Ours):
        return found
    own = found.industries.filter(found.industries["industry"] == row["industry"])["gdp_change_million_usd"]
    return Ours(float(own[0]) / found.gdp_change_million_usd) if own.len() else Ours(reason="no such industry here")


def _quantity_share(ran: Ran, row: dict[str, Any]) -> Ours:
    """Part of the net loss that comes from missing quantity: users' output and downstream."""
    found = ran.of(row)
    if isinstance(found, Ours):
        return found
    is_quantity = found.effects["effect"].is_in(_QUANTITY_EFFECTS)
    return Ours(float(found.effects.filter(is_quantity)["gdp_change_million_usd"].sum()) / found.gdp_change_million_usd)


def _n_industries(ran: Ran, _row: dict[str, Any]) -> Ours:
    return Ours(float(ran.economy.industries.height))


def _n_certain(ran: Ran, _row: dict[str, Any]) -> Ours:
    import polars as pl

    rows = reference().table("supplier_probabilities")
    is_certain = (pl.col("exporter").cast(pl.String) == ran.exporter) & (pl.col("probability") == 1.0)
    return Ours(float(rows.filter(is_certain).height))


def _not_modelled(_ran: Ran, _row: dict[str, Any]) -> Ours:
    return Ours()


_QUANTITIES: dict[str, Callable[[Ran, dict[str, Any]], Ours]] = {
    "gdp_change": _gdp_change,
    "weighted_gdp_change": _weighted,
    "weighted_gdp_change_range": _weighted_range,
    "order_of_weighted_loss": _order,
    "joint_loss_over_sum": _joint_loss,
    "price_change": _price_change,
    "industry_share_of_loss": _industry_share,
    "quantity_share_of_loss": _quantity_share,
    "n_industries": _n_industries,
    "n_certain_restrictions": _n_certain,
    "not_modelled": _not_modelled,
}


# --- words ------------------------------------------------------------------------------------------------------------


def pairs(comparison: pl.DataFrame) -> pl.DataFrame:
    """Return label, ours, published, unit and verdict of every change of gross domestic product, with its ends."""
    import polars as pl

    rows = comparison.filter((pl.col("quantity") == "gdp_change") & (pl.col("relation") == "="))
    parts = []
    for end, word in (("", "central"), ("_mild", "least loss"), ("_harsh", "greatest loss")):
        unit = pl.format("change of GDP, {}", "unit").alias("unit")
        label = pl.format("{}, {}", "scenario", pl.lit(word)).alias("label")
        columns = (pl.col(f"ours{end}").alias("ours"), pl.col(f"published{end}").alias("published"))
        parts.append(rows.select(label, *columns, unit, pl.col("verdict").str.replace_all("_", " ")))
    return pl.concat(parts).drop_nulls(["ours", "published"])


def overview(comparison: pl.DataFrame) -> pl.DataFrame:
    """Return every published value with ours beside it, in words."""
    import polars as pl

    rows = [
        (_what(row), _value(row), _span(row), f"{row['printed']} ({row['grade']})", _beside(row))
        for row in comparison.to_dicts()
    ]
    heads = ["what", "ours", "least to greatest loss", "published", "beside it"]
    return pl.DataFrame(rows, schema=dict.fromkeys(heads, pl.String), orient="row")


def headlines(comparison: pl.DataFrame) -> list[str]:
    """Tell every change of gross domestic product."""
    lines = []
    for row in comparison.to_dicts():
        if row["quantity"] == "gdp_change" and row["ours"] is not None:
            span = _span(row)
            ends = f" ({span})" if span else ""
            lines.append(f"{_what(row)}: ours {_value(row)}{ends}, published {row['printed']} ({row['grade']}).")
    return lines


def remarks(comparison: pl.DataFrame) -> list[str]:
    """Say why ours differs, or why there is none."""
    import polars as pl

    told = comparison.filter((pl.col("reason") != "") & (pl.col("verdict") != "agrees"))
    return [f"{row['id']}, {_what(row)}: {row['reason'].rstrip('.')}." for row in told.to_dicts()]


def _what(row: dict[str, Any]) -> str:
    quantity = re.sub("^n_", "number of ", row["quantity"]).replace("_", " ").replace("gdp", "GDP")
    if row["quantity"] == "not_modelled":
        return str(row["note"])
    named = row["scenario"] if row["scenario"] in {None, row["commodity"]} else row["scenario"].replace("-", " ")
    return ", ".join(str(part).replace("-", " ") for part in (named or row["commodity"], quantity) if part)


def _value(row: dict[str, Any]) -> str:
    if row["ours_text"] is not None:
        return str(row["ours_text"]).replace("-", " ")
    return "n/a" if row["ours"] is None else _number(row["ours"], row["unit"])


def _number(value: float, unit: str) -> str:
    if unit == "fraction":
        return f"{100 * value:,.1f} %"
    if unit not in _UNITS:
        return f"{value:g}"
    return f"{value:+,.2f} {unit}" if unit == "billion USD" else f"{value:+,.0f} {unit}"


def _span(row: dict[str, Any]) -> str:
    """Return our least and greatest loss, with the unit once."""
    mild, harsh, unit = row["ours_mild"], row["ours_harsh"], row["unit"]
    if mild is None and harsh is None:
        return ""
    least = "unknown" if mild is None else _number(mild, unit).removesuffix(unit).strip()
    return f"{least} to {'no limit' if harsh is None else _number(harsh, unit)}"


def _beside(row: dict[str, Any]) -> str:
    """Say how ours stands to the published value, and whether anybody judges it."""
    if row["verdict"] == "not_comparable":
        return "no value of ours"
    words = {True: ", within the published range", False: ", outside the published range"}
    within = words.get(row["is_within_published_range"], "")
    if row["ours"] is None or row["published"] is None:
        told = "shown"
    elif row["relation"] in _SIDES:
        told = _SIDES[row["relation"]][not _SIDES_HOLD[row["relation"]](row["ours"], row["published"])] + " the bound"
    else:
        gap, unit = row["difference"], row["unit"]
        told = f"{100 * gap:+.1f} points apart" if unit == "fraction" else f"{_number(gap, unit)} apart"
        told += within
    return told if row["verdict"] == SHOWN else f"{row['verdict']}: {told}"


_SIDES_HOLD: dict[str, Callable[[float, float], bool]] = {
    ">": lambda ours, bound: ours > bound,
    "<": lambda ours, bound: ours < bound,
}
