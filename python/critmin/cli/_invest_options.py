"""What the commands of ``critmin invest`` share: which portfolio is asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from critmin.cli._graph_options import FILE, grouped

if TYPE_CHECKING:
    from critmin.investing import Candidates
    from critmin.portfolio import Portfolio

BUDGET = 500.0
BUYERS = "quad"
RULE = "exim-supply-chain-resiliency"
RISK_WEIGHT, TAIL = 0.5, 0.9
_NO_RULE = "none"


@dataclass(frozen=True)
class Asked:
    """Which portfolio is asked, and with which limits; what is not given stays as the file or the default has it."""

    commodities: tuple[str, ...]
    budget: float | None
    lending_cap: float | None
    rule: str | None
    risk_weight: float | None
    tail: float | None
    buyers: tuple[str, ...]
    portfolio: Path | None
    save_portfolio: Path | None

    def build(self) -> tuple[Portfolio, Candidates | None]:
        """Read or make the portfolio, and save it where that is asked; candidates come with their inputs."""
        made = self._candidates() if self.portfolio is None else None
        found = self._own() if made is None else made.portfolio
        if self.save_portfolio is not None:
            click.echo(f"wrote {found.save(self.save_portfolio)}", err=True)
        return found, made

    def _own(self) -> Portfolio:
        from critmin.portfolio import Portfolio

        given = [name for name, value in (("COMMODITY", self.commodities), ("--buyers", self.buyers)) if value]
        if given:
            raise click.UsageError(f"{' and '.join(given)} with --portfolio: the file says so already; leave it out")
        changes: dict[str, Any] = {
            "budget_million_usd": self.budget, "lending_cap_million_usd": self.lending_cap, "tail": self.tail,
            "risk_weight": self.risk_weight,
        }  # fmt: skip
        wanted = {name: value for name, value in changes.items() if value is not None}
        if self.rule is not None:
            wanted["rule"] = _rule(self.rule)
        read = Portfolio.from_file(self.portfolio or "")
        return read.replace(**wanted) if wanted else read

    def _candidates(self) -> Candidates:
        from critmin.investing import candidates

        buyers = self.buyers[0] if len(self.buyers) == 1 else list(self.buyers)
        return candidates(
            self.commodities, buyers=buyers or BUYERS, budget_million_usd=_or(self.budget, BUDGET),
            lending_cap_million_usd=self.lending_cap, rule=_rule(self.rule or RULE),
            risk_weight=_or(self.risk_weight, RISK_WEIGHT), tail=_or(self.tail, TAIL),
        )  # fmt: skip


def _or(value: float | None, default: float) -> float:
    return default if value is None else value


def _rule(name: str) -> str | Path | None:
    """Take the id of a shipped rule, a file, or no rule."""
    if name == _NO_RULE:
        return None
    return Path(name) if name.endswith(".toml") else name


_BUDGET_HELP = f"Million USD for grant equivalents and stocks.  [default: {BUDGET:g}]"
_RULE_HELP = f"Who may be financed: a shipped rule, a .toml file, or `none`.  [default: {RULE}]"
_WEIGHT_HELP = f"Weight of the tail against the mean, 0 to 1.  [default: {RISK_WEIGHT}]"
_BUYERS_HELP = f"Whose demand counts; countries may be several.  [default: {BUYERS}]"

portfolio_options = grouped("asked", Asked, [
    click.argument("commodities", metavar="[COMMODITY]...", nargs=-1),
    click.option("--budget", type=float, metavar="X", help=_BUDGET_HELP),
    click.option("--lending-cap", type=float, metavar="X", help="Most that may be lent, million USD; none if absent."),
    click.option("--rule", metavar="ID|FILE", help=_RULE_HELP),
    click.option("--risk-weight", type=float, metavar="X", help=_WEIGHT_HELP),
    click.option("--tail", type=float, metavar="X",
                 help=f"Where the tail begins: 0.9 is the worst tenth.  [default: {TAIL}]"),
    click.option("--buyers", multiple=True, metavar="BLOC|NAME", help=_BUYERS_HELP),
    click.option("--portfolio", type=FILE, metavar="FILE", help="Your own portfolio (.json), not the reference data."),
    click.option("--save-portfolio", type=FILE, metavar="FILE", help="Write the portfolio as .json, to edit."),
])  # fmt: skip
