"""The industries of an economy: an input-output table that can be asked the classic questions, and cut.

`Economy` holds a table (the U.S. benchmarks of 2012 and 2017 are in the reference dataset) with the named choices of
the economy stage. What a scenario costs such an economy is in :func:`critmin.cost`.
"""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from critmin import _core
from critmin._frames import checked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from critmin._core import ArrowStream

    _Imports: TypeAlias = Literal["imports_separated", "imports_included"]
    _Rationing: TypeAlias = Literal["minimum_deviation", "optimal_allocation", "proportional", "strict_bottleneck"]

__all__ = ["Allocation", "Economy", "EconomyOptions", "UseOverride"]


@dataclass(frozen=True, kw_only=True)
class UseOverride:
    """A cell of the use table that is replaced; final demand and value added take the difference.

    Attributes
    ----------
    commodity, industry
        Codes of the table.
    value
        New use, in the unit of the table (million USD for BEA).
    """

    commodity: str
    industry: str
    value: float


@dataclass(frozen=True, kw_only=True)
class EconomyOptions:
    """The contested choices of the economy stage, each by name; ``None`` keeps the documented default.

    Attributes
    ----------
    benchmark_year
        2017 (default) or 2012.
    rationing
        ``"minimum_deviation"`` (default): the smallest weighted change of output and final demand that the balances
        allow; ``"optimal_allocation"``: the largest gross output that they allow; ``"proportional"``: every direct user
        produces that much less; ``"strict_bottleneck"``: the same in every round, at least as large a loss.
    joint_cut
        How cuts of one industry by several commodities combine: ``"product"`` (default) or ``"maximum"``.
    import_flexibility
        Share by which imports may rise (default 0).
    utilisation
        Capacity utilisation of the industries that are not hit, above 0, at most 1 (default 1, no idle capacity).
    final_demand
        ``"may_fall"`` (default), ``"exports_may_fall"`` or ``"fixed"``.
    pinned_industries, pinned_commodities
        Held at their base; by default industries of negative value added and commodities that nobody makes.
    price_incidence
        Share of a user's higher price that its buyers take over, 0 to 1 (default 0); the sum does not change.
    use_overrides
        Cells of the use table to replace.
    """

    benchmark_year: int | None = None
    rationing: _Rationing | None = None
    joint_cut: Literal["product", "maximum"] | None = None
    import_flexibility: float | None = None
    utilisation: float | None = None
    final_demand: Literal["may_fall", "exports_may_fall", "fixed"] | None = None
    pinned_industries: Sequence[str] | None = None
    pinned_commodities: Sequence[str] | None = None
    price_incidence: float | None = None
    use_overrides: Sequence[UseOverride] | None = None

    def _record(self) -> dict[str, Any]:
        record = {name: value for name, value in dataclasses.asdict(self).items() if value is not None}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in record.items()}


@dataclass(frozen=True)
class Allocation:
    """An economy after some industries were cut.

    Attributes
    ----------
    industries
        One row per industry: output before, its cut, change of output [unit of the table].
    commodities
        Change of final demand and of imports by commodity; empty under the two bottleneck rules.
    record
        Rule, changes of gross output and gross domestic product, and the certificate of the optimum.
    """

    industries: pl.DataFrame
    commodities: pl.DataFrame
    record: dict[str, Any]

    @property
    def gdp_change(self) -> float:
        """Change of gross domestic product [unit of the table]."""
        return float(self.record["gdp_change"])

    @property
    def gross_output_change(self) -> float:
        """Change of gross output [unit of the table]."""
        return float(self.record["gross_output_change"])

    @property
    def certificate(self) -> dict[str, float] | None:
        """How far the optimum is from a proof: ``primal``, ``dual``, ``gap``; None for rules that optimise nothing."""
        found: dict[str, float] | None = self.record["certificate"]
        return found

    def __repr__(self) -> str:
        """Say what it came to."""
        return f"<Allocation by {self.record['rationing']}: GDP {self.gdp_change:+,.1f}>"


class Economy:
    """An input-output table made ready to be cut; immutable.

    Parameters
    ----------
    options
        Choices of the economy stage; its ``benchmark_year`` selects the U.S. table of the reference dataset.

    Raises
    ------
    UnknownNameError
        For a benchmark that is not there.
    ScenarioError
        For an option outside its range.

    Examples
    --------
    >>> import critmin as cm
    >>> economy = cm.Economy()
    >>> cut = economy.cut({"334413": 0.10})  # semiconductors lose a tenth of their output
    >>> round(cut.gdp_change / 1000, 2)  # billion USD
    -6.88
    """

    __slots__ = ("_core", "_is_benchmark")

    def __init__(self, options: EconomyOptions | None = None) -> None:
        self._is_benchmark = True
        self._core = _core.economy_of_benchmark(json.dumps((options or EconomyOptions())._record()))

    @classmethod
    def _of(cls, economy: _core.Economy) -> Economy:
        wrapped = object.__new__(cls)
        wrapped._core = economy
        wrapped._is_benchmark = False
        return wrapped

    @classmethod
    def from_tables(
        cls, *, cells: ArrowStream, codes: ArrowStream, year: int, options: EconomyOptions | None = None
    ) -> Economy:
        """Take any table in the columns of the reference tables ``io_cells`` and ``io_codes``.

        Raises
        ------
        InvalidDataError
            When it does not balance, or holds a cell that is no number.
        MissingColumnError, UnknownNameError
            When a column or the year is not there.
        """
        record = json.dumps((options or EconomyOptions())._record())
        return cls._of(_core.economy_from_tables(checked(cells, "io_cells"), checked(codes, "io_codes"), year, record))

    @classmethod
    def from_pymrio(
        cls, folder: str | os.PathLike[str], *, year: int, unit: str, options: EconomyOptions | None = None
    ) -> Economy:
        """Read a multi-regional table from a folder in the layout of pymrio (``Z.txt``, ``Y.txt``).

        An industry is ``region:sector``; value added is output less inputs.

        Raises
        ------
        ReadError, UnreadableFileError
            With the file, and the row and column of a cell that is no number.
        """
        record = json.dumps((options or EconomyOptions())._record())
        return cls._of(_core.economy_from_pymrio(os.fspath(folder), year, unit, record))

    @property
    def about(self) -> dict[str, Any]:
        """Title, year, unit and source of the table, the options, gross output and gross domestic product."""
        record: dict[str, Any] = json.loads(self._core.about())
        return record

    @property
    def industries(self) -> pl.DataFrame:
        """``industry``, ``name``, ``output``, ``value_added`` and ``residual`` of its balance [unit of the table]."""
        import polars as pl

        return pl.DataFrame(json.loads(self._core.industries()))

    @property
    def commodities(self) -> pl.DataFrame:
        """``commodity``, ``name``, ``output``, ``imports``, ``final_demand`` and the ``residual`` of its balance."""
        import polars as pl

        return pl.DataFrame(json.loads(self._core.commodities()))

    def cut(self, cuts: Mapping[str, float]) -> Allocation:
        """Take from each industry a share of its output, and let the economy adapt by the rationing rule.

        Parameters
        ----------
        cuts
            Share of output lost by industry code, 0 to 1.

        Raises
        ------
        UnknownNameError
            For a code that is not in the table; near ones are named.
        InfeasibleEconomyError
            When no output satisfies the balances.
        """
        import polars as pl

        record = json.loads(self._core.allocate(sorted(cuts.items())))
        industries = self.industries.select("industry", "name", "output").with_columns(
            pl.Series("output_change", record.pop("output_change"), dtype=pl.Float64)
        )
        changes = {name: record.pop(f"{name}_change") for name in ("final_demand", "import")}
        commodities = self.commodities.select("commodity", "name").with_columns(
            pl.Series(f"{name}_change", values, dtype=pl.Float64) for name, values in changes.items() if values
        )
        empty = commodities.head(0) if not changes["final_demand"] else commodities
        return Allocation(industries=industries, commodities=empty, record=record)

    def multipliers(self, *, imports: _Imports = "imports_separated") -> pl.DataFrame:
        """Return multipliers of each industry: ``output`` and ``value_added`` per final demand, ``forward`` (Ghosh).

        Parameters
        ----------
        imports
            ``"imports_separated"`` counts domestic inputs only (every user imports the same share of a commodity);
            ``"imports_included"`` counts all.
        """
        import polars as pl

        found = pl.DataFrame(json.loads(self._core.multipliers(imports)))
        names = self.industries["name"]
        return found.insert_column(1, names)

    def leontief(
        self, final_demand: Mapping[str, float] | None = None, *, imports: _Imports = "imports_separated"
    ) -> pl.DataFrame:
        """Return the output that final demand needs, by industry; by default the final demand of the base.

        Raises
        ------
        InvalidDataError
            When the table makes no surplus, so that the series does not converge.
        """
        import polars as pl

        wanted = self._core.final_demand(imports) if final_demand is None else self._vector(final_demand)
        output = self._core.leontief(wanted, imports)
        return self.industries.select("industry", "name").with_columns(pl.Series("output", output))

    def ghosh(
        self, value_added: Mapping[str, float] | None = None, *, imports: _Imports = "imports_separated"
    ) -> pl.DataFrame:
        """Return the output that value added sustains, by industry; by default the value added of the base."""
        import polars as pl

        given = self.industries["value_added"].to_list() if value_added is None else self._vector(value_added)
        output = self._core.ghosh(given, imports)
        return self.industries.select("industry", "name").with_columns(pl.Series("output", output))

    def extraction(self, industries: str | Sequence[str], *, imports: _Imports = "imports_separated") -> pl.DataFrame:
        """Return what is lost without an industry (hypothetical extraction), one row for each.

        Raises
        ------
        UnknownNameError
            For a code that is not in the table.
        """
        import polars as pl

        several = [industries] if isinstance(industries, str) else list(industries)
        return pl.DataFrame(json.loads(self._core.extraction(several, imports)))

    def spectral_radius(self, *, imports: _Imports = "imports_separated") -> float:
        """Return the largest eigenvalue of the input coefficients; below 1 the economy makes a surplus."""
        return self._core.spectral_radius(imports)

    def _vector(self, figures: Mapping[str, float]) -> list[float]:
        from critmin.exceptions import UnknownNameError

        codes = self.industries["industry"].to_list()
        unknown = sorted(set(figures) - set(codes))
        if unknown:
            raise UnknownNameError(f"unknown industries {unknown}: expected codes of `Economy.industries`")
        return [float(figures.get(code, 0.0)) for code in codes]

    def __repr__(self) -> str:
        """Say which table."""
        return repr(self._core)
