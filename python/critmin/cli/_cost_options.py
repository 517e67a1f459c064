"""What the commands about an economy share: which economy is asked, and what ``scenario run --economy`` adds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from critmin.cli._graph_options import grouped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import polars as pl

    from critmin.cost import Cost, CostDraws
    from critmin.economy import Economy
    from critmin.scenario import Scenario

RATIONING = ("minimum_deviation", "optimal_allocation", "proportional", "strict_bottleneck")


@dataclass(frozen=True)
class Table:
    """Which economy is asked."""

    benchmark: int
    rationing: str

    def economy(self) -> Economy:
        """Make it ready to be cut."""
        from critmin.economy import Economy, EconomyOptions

        options: dict[str, Any] = {"benchmark_year": self.benchmark, "rationing": self.rationing}
        return Economy(EconomyOptions(**options))


table_options = grouped("table", Table, [
    click.option("--benchmark", type=int, default=2017, show_default=True, metavar="YEAR",
                 help="U.S. input-output table, 2012 or 2017."),
    click.option("--rationing", type=click.Choice(RATIONING), default=RATIONING[0], show_default=True,
                 help="How the economy adapts: the most contested choice."),
])  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What is asked about the cost of a scenario."""

    economy: bool
    options_table: bool
    n_draws: int | None
    seed: int | None

    def answer(self, scenario: Scenario, *, progress: bool) -> Answered | None:
        """Compute what is asked; nothing without ``--economy``."""
        self.check()
        if not self.economy:
            return None
        from critmin.cost import cost

        found = cost(scenario, progress=progress)
        choices = found.choices(progress=progress) if self.options_table else None
        if self.n_draws is None:
            return Answered(found, choices, None)
        seed = 1 if self.seed is None else self.seed
        return Answered(found, choices, found.draws(n_draws=self.n_draws, seed=seed, progress=progress))

    def check(self) -> None:
        """Refuse options that would be silently ignored."""
        given = {"--options-table": self.options_table, "--draws": self.n_draws is not None}
        lost = [name for name, is_given in given.items() if is_given and not self.economy]
        if lost:
            raise click.UsageError(f"{' and '.join(lost)} without --economy: add --economy, the cost is asked there")
        if self.seed is not None and self.n_draws is None:
            raise click.UsageError("--seed without --draws: say how many with --draws N")


cost_options = grouped("asked", Asked, [
    click.option("--economy", is_flag=True, help="Ask what it costs the U.S. economy, too."),
    click.option("--options-table", is_flag=True, help="The cost under every named option, one changed at a time."),
    click.option("--draws", "n_draws", type=click.IntRange(min=1), metavar="N",
                 help="Draw everything uncertain N times, and tell the quantiles of the cost."),
    click.option("--seed", type=click.IntRange(min=0), metavar="S", help="Seed of the draws.  [default: 1]"),
])  # fmt: skip


@dataclass(frozen=True)
class Answered:
    """What was asked about the cost of a scenario, answered."""

    cost: Cost
    choices: pl.DataFrame | None
    draws: CostDraws | None

    def record(self) -> dict[str, Any]:
        """Return it for a program: ``cost``, and ``options`` and ``draws`` where they were asked."""
        found: dict[str, Any] = {"cost": json.loads(self.cost.to_json())}
        if self.choices is not None:
            found["options"] = self.choices.to_dicts()
        if self.draws is not None:
            n_draws = self.draws.draws["draw"].n_unique()
            found["draws"] = {"n_draws": n_draws, "seed": self.draws.seed, "quantiles": self.draws.quantiles.to_dicts()}
        return found

    def write(self, folder: Path, *, formats: Sequence[str] = ("parquet",)) -> list[Path]:
        """Write the tables of the cost, and those of options and draws where they were asked."""
        from critmin import _files
        from critmin.result import table_writers

        more = {} if self.choices is None else table_writers("options", self.choices, formats)
        more |= {} if self.draws is None else table_writers("draws", self.draws.draws, formats)
        files = self.cost.write(folder, formats=formats)
        return files + (_files.write_folder(folder, more) if more else [])
