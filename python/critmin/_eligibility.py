"""Who may be financed: the shipped rules, rules of one's own, and what a loan is worth."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from critmin import _core
from critmin._frames import rows_frame
from critmin.exceptions import InvalidDataError, UnknownNameError
from critmin.scenario import _read_text

if TYPE_CHECKING:
    import polars as pl

# Id of a shipped rule, TOML text, a file of it, or the record.
Rule: TypeAlias = str | Path | Mapping[str, Any]

_ABOUT: dict[str, type] = {"id": str, "title": str, "source": str, "note": str}


def eligibility_rules() -> pl.DataFrame:
    """List the shipped rules of who may be financed: ``id``, ``title``, ``source`` and ``note`` (what is ours in it).

    Examples
    --------
    >>> import critmin as cm
    >>> "exim-supply-chain-resiliency" in cm.eligibility_rules()["id"].to_list()
    True
    """
    return rows_frame(json.loads(_core.eligibility_rules()), _ABOUT)


def eligibility_rule(name: str) -> str:
    """Return a shipped rule as TOML text, as a start for one's own.

    Raises
    ------
    UnknownNameError
        When no shipped rule has this id; the message names all of them.

    Examples
    --------
    >>> from critmin.investing import eligibility_rule
    >>> 'loan_size = "proportional"' in eligibility_rule("exim-supply-chain-resiliency")
    True
    """
    known = [row["id"] for row in json.loads(_core.eligibility_rules())]
    if name not in known:
        raise UnknownNameError(f"unknown rule `{name}`: expected one of {', '.join(known)}, or a document of your own")
    return _core.eligibility_rule(name)


def rule_record(rule: Rule) -> dict[str, Any]:
    """Return a rule in the fields of the model, from its id, its TOML text, a file, or a record of these fields."""
    if isinstance(rule, Path):
        text = _read_text(rule)
    elif not isinstance(rule, str):
        return dict(rule)
    else:
        text = rule if "\n" in rule else eligibility_rule(rule)
    record: dict[str, Any] = json.loads(_core.eligibility_rule_from_toml(text))
    return record


def loan(
    *,
    capex_million_usd: float,
    offtake_share: float,
    loan_to_value: float = 0.7,
    rate: float = 0.045,
    market_rate: float = 0.095,
    tenor_years: int = 15,
    grace_years: int = 3,
    size: Literal["proportional", "minimum"] = "proportional",
) -> dict[str, float]:
    """Work out a loan: its size, its yearly payment after the grace, and how much of it is a gift.

    The grace is free of repayment, interest is paid; then the loan is repaid in equal yearly payments.

    Parameters
    ----------
    capex_million_usd
        Capital cost of the project [million USD].
    offtake_share
        Part of the output that is contracted to the buyers, 0 to 1.
    loan_to_value
        Largest loan over capital cost, 0 to 1.
    rate, market_rate
        Interest of the loan, and of the market, per year.
    tenor_years, grace_years
        Years to the last payment, and of them those without repayment.
    size
        ``"proportional"``: loan-to-value times offtake; ``"minimum"``: the lower of both.

    Returns
    -------
    dict
        ``loan_million_usd``, ``annuity`` (yearly payment per unit of loan), ``grant_element`` (part of the loan that is
        a gift) and ``grant_equivalent_million_usd`` (their product).

    Raises
    ------
    InvalidDataError
        When a share lies outside 0 to 1, a rate is negative or the grace is not shorter than the tenor.

    Examples
    --------
    >>> import critmin as cm
    >>> round(cm.loan(capex_million_usd=120.0, offtake_share=0.6)["grant_equivalent_million_usd"], 3)
    15.309
    """
    terms = {"loan_to_value": loan_to_value, "rate": rate, "market_rate": market_rate,
             "tenor_years": tenor_years, "grace_years": grace_years}  # fmt: skip
    text = finite_json(terms, "the terms of a loan")
    record: dict[str, float] = json.loads(_core.loan_terms(capex_million_usd, offtake_share, size, text))
    return record


def finite_json(record: dict[str, Any], what: str) -> str:
    """Write JSON, which has no word for a number that is not finite."""
    try:
        return json.dumps(record, allow_nan=False)
    except ValueError as error:
        raise InvalidDataError(f"found NaN or an infinite number in {what}: expected finite numbers") from error
    except TypeError as error:
        raise InvalidDataError(f"found in {what} what JSON cannot hold ({error}): expected text and numbers") from error
