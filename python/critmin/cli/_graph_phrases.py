"""Words of ``critmin graph``: supplies, places, losses and amounts as a person reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from critmin import _words
from critmin._words import country_name, listed, percent, short

if TYPE_CHECKING:
    from collections.abc import Callable

# Shares below this are what floating-point numbers leave.
NOTHING = 1e-9


def supply(key: dict[str, Any]) -> str:
    """Name a supply: of which material, and whose."""
    if "bloc" in key:
        return f"{material(key)} of the bloc {key['bloc']}"
    return f"{material(key)} of {at(str(key['target']))}"


def material(key: dict[str, Any]) -> str:
    """Name the material of a layer."""
    return spaced(key["commodity"]) if key["commodity"] else "supply"


def at(name: str) -> str:
    """Name a country, or the id of something else, as it stands in a sentence."""
    return _words.in_sentence(name) if _is_code(name) else name


def place(name: str) -> str:
    """Name a country, or the id of something else, as it stands in a table."""
    return country_name(name) if _is_code(name) else name


def _is_code(name: str) -> bool:
    return len(name) == len("CHN") and name.isupper()


def severity(row: dict[str, Any]) -> tuple[float, float]:
    """Order losses, the worst first; what only the arithmetic tells apart counts as equal."""
    return -round(row["loss_rerouted"] / NOTHING), -(row["loss_rigid"] or 0.0)


def removed(row: dict[str, Any], name: Callable[[str], str], *, in_sentence: bool = False) -> str:
    """Name what is lost, by its kind."""
    if row["kind"] == "pair":
        return listed([name(code) for code in row["removed"].split("+")])
    code, _, stage = row["removed"].partition(":")
    if row["kind"] == "stage-country":
        return f"the {stage} stage of {name(code)}" if in_sentence else f"{name(code)}, {stage}"
    return name(code) if row["kind"] == "country" else str(row["removed"])


def instead(row: dict[str, Any]) -> str:
    """Name who delivers more instead; where nobody does and less is lost, the same goods take other routes."""
    if row["is_single_point_of_failure"]:
        return "nobody: single point of failure"
    if row["alternatives"]:
        return str(row["alternatives"]).split(", ")[0]
    rigid = row["loss_rigid"]
    return "other routes" if rigid is not None and row["loss_rerouted"] < rigid - NOTHING else "nobody"


def share(fraction: float | None) -> str:
    """Write a share for a table; what only the arithmetic leaves is nothing."""
    if fraction is None:
        return "n/a"
    return percent(0.0 if abs(fraction) < NOTHING else fraction)


def amount(value: float | None) -> str:
    """Write an amount for a table."""
    return "n/a" if value is None else short(value + 0.0)  # no zero with a minus


def spaced(name: str) -> str:
    """Write an id in words."""
    return name.replace("-", " ")
