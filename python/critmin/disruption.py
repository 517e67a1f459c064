"""What happens if exports are restricted? The market stage: price, shortfall and months of cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from critmin import _core
from critmin._frames import checked, frame
from critmin._progress import progress_callback
from critmin.result import Result
from critmin.scenario import ExportRestriction, MarketOptions, Scenario, Suspension

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

    from critmin._core import ArrowStream
    from critmin._progress import Progress

__all__ = ["ExportRestriction", "MarketOptions", "Result", "Scenario", "Suspension", "run", "run_many"]


def run(scenario: Scenario, *, parameters: ArrowStream | None = None, progress: Progress = False) -> Result:
    """Ask what happens: price, shortfall and months of cover of every market in the scenario.

    Parameters
    ----------
    scenario
        What is restricted.
    parameters
        Elasticities and other parameters that win over the reference dataset's: any table that speaks Arrow
        (polars, pandas, pyarrow, DuckDB) with the columns of ``cm.reference().schema("parameters")``.
    progress
        ``True`` draws a bar on a terminal; a callable receives ``(done, total)``.

    Returns
    -------
    Result

    Raises
    ------
    MissingInputsError
        When figures are missing and the scenario says ``missing_inputs = "fail"``.
    InfeasibleMarketError
        When a market has no equilibrium.
    MissingColumnError, InvalidDataError
        When ``parameters`` lacks a column or holds an impossible value.
    InterruptedImportError
        When the progress callback stops the run.

    Examples
    --------
    >>> import critmin as cm
    >>> ban = cm.ExportRestriction(exporter="CHN", commodities="gallium", restriction_level=1.0, start="2024-12-03")
    >>> result = cm.run(cm.Scenario(id="gallium-ban", title="No gallium from China", restrictions=[ban]))
    >>> result.markets["commodity"].to_list()
    ['gallium']
    """
    rows = None if parameters is None else checked(parameters, "parameters")
    return Result(scenario, _core.run_scenario(scenario._core, rows, progress_callback(progress, scenario.id)))


def run_many(scenarios: Iterable[Scenario], *, progress: Progress = False) -> pl.DataFrame:
    """Clear the markets of many scenarios in parallel, without bands, curves and stocks.

    Parameters
    ----------
    scenarios
        Any number of scenarios. The result does not depend on the number of threads.
    progress
        ``True`` draws a bar on a terminal; a callable receives ``(done, total)``.

    Returns
    -------
    polars.DataFrame
        The columns of ``Result.markets``, one row per scenario and market, in the order given; the lows and highs
        are empty, because no band is computed.

    Raises
    ------
    MissingInputsError, InfeasibleMarketError
        When a market cannot be solved and its scenario says ``missing_inputs = "fail"``.

    Examples
    --------
    >>> import critmin as cm
    >>> ban = cm.ExportRestriction(exporter="CHN", commodities="gallium", restriction_level=1.0, start="2024-12-03")
    >>> full = cm.Scenario(id="gallium-ban", title="No gallium from China", restrictions=[ban])
    >>> levels = [full.with_restriction_level(level) for level in (0.0, 0.5, 1.0)]
    >>> cm.run_many(levels)["price_ratio"].is_sorted()
    True
    """
    cores = [scenario._core for scenario in scenarios]
    return frame(_core.run_many(cores, progress_callback(progress, f"{len(cores)} scenarios")))
