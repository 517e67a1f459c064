"""Critical-mineral supply chains: who makes and trades them, who depends on whom, what a ban would cost.

Import as ``import critmin as cm``. The reference dataset is installed with the package; nothing is downloaded.

Examples
--------
>>> import critmin as cm
>>> ban = cm.ExportRestriction(exporter="China", commodities="gallium", restriction_level=1.0, start="2024-12-03")
>>> scenario = cm.Scenario(id="gallium-ban", title="No gallium from China", restrictions=[ban])
>>> result = cm.run(scenario)
>>> result.markets.select("commodity", "status").row(0)
('gallium', 'solved')
"""

from typing import TYPE_CHECKING

from critmin import graph
from critmin._core import __version__
from critmin.comparison import Comparison, compare_methods
from critmin.core import (
    Commodity,
    Country,
    Profile,
    bloc_members,
    find_commodity,
    find_country,
    hhi,
    profile,
)
from critmin.cost import Cost, CostDraws, cost
from critmin.disruption import run, run_many
from critmin.economy import Allocation, Economy, EconomyOptions, UseOverride
from critmin.exceptions import (
    ConvergenceError,
    CritminError,
    EncodingError,
    GraphError,
    InfeasibleEconomyError,
    InfeasibleMarketError,
    InfeasiblePlanError,
    InterruptedImportError,
    InvalidDataError,
    MethodError,
    MissingColumnError,
    MissingInputsError,
    NotProvenError,
    ReadError,
    ScenarioError,
    UnknownCommodityError,
    UnknownCountryError,
    UnknownMethodError,
    UnknownNameError,
    UnknownStudyError,
    UnknownTableError,
    UnreadableFileError,
    WriteError,
)
from critmin.investing import (
    Decision,
    Frontier,
    Investment,
    Portfolio,
    Selection,
    ValueOfInformation,
    eligibility_rules,
    invest,
    loan,
)
from critmin.method_library import Method, method, methods
from critmin.quarters import quarters
from critmin.resourcing import Plan, PlanChange, Resourcing, SupplyNetwork, resource
from critmin.result import Result
from critmin.scenario import ExportRestriction, MarketOptions, Scenario, Suspension
from critmin.scores import Scores
from critmin.scoring import score
from critmin.study import Study, StudyResult, list_studies, run_study
from critmin.sweeping import Sweep, sweep
from critmin.tables import (
    Reference,
    import_baci,
    read_bea,
    read_parquet,
    read_usgs_mcs,
    read_wgi,
    reference,
)
from critmin.uncertainty import Uncertainty
from critmin.versions import show_versions

if TYPE_CHECKING:
    from critmin import equilibrium, materials, stockpile
    from critmin.materials import Substitutability, price_nest, substitutability, substitutes

__all__ = [
    "Allocation",
    "Commodity",
    "Comparison",
    "ConvergenceError",
    "Cost",
    "CostDraws",
    "Country",
    "CritminError",
    "Decision",
    "Economy",
    "EconomyOptions",
    "EncodingError",
    "ExportRestriction",
    "Frontier",
    "GraphError",
    "InfeasibleEconomyError",
    "InfeasibleMarketError",
    "InfeasiblePlanError",
    "InterruptedImportError",
    "InvalidDataError",
    "Investment",
    "MarketOptions",
    "Method",
    "MethodError",
    "MissingColumnError",
    "MissingInputsError",
    "NotProvenError",
    "Plan",
    "PlanChange",
    "Portfolio",
    "Profile",
    "ReadError",
    "Reference",
    "Resourcing",
    "Result",
    "Scenario",
    "ScenarioError",
    "Scores",
    "Selection",
    "Study",
    "StudyResult",
    "Substitutability",
    "SupplyNetwork",
    "Suspension",
    "Sweep",
    "Uncertainty",
    "UnknownCommodityError",
    "UnknownCountryError",
    "UnknownMethodError",
    "UnknownNameError",
    "UnknownStudyError",
    "UnknownTableError",
    "UnreadableFileError",
    "UseOverride",
    "ValueOfInformation",
    "WriteError",
    "__version__",
    "bloc_members",
    "compare_methods",
    "cost",
    "eligibility_rules",
    "equilibrium",
    "find_commodity",
    "find_country",
    "graph",
    "hhi",
    "import_baci",
    "invest",
    "list_studies",
    "loan",
    "materials",
    "method",
    "methods",
    "price_nest",
    "profile",
    "quarters",
    "read_bea",
    "read_parquet",
    "read_usgs_mcs",
    "read_wgi",
    "reference",
    "resource",
    "run",
    "run_many",
    "run_study",
    "score",
    "show_versions",
    "stockpile",
    "substitutability",
    "substitutes",
    "sweep",
]

# What is imported when it is first asked for: names, and the module that holds them.
_LATER = {
    **{name: name for name in ("equilibrium", "materials", "stockpile")},
    **dict.fromkeys(("Substitutability", "price_nest", "substitutability", "substitutes"), "materials"),
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a name of `_LATER`."""
        if name not in _LATER:
            raise AttributeError(f"module `critmin` has no attribute `{name}`")
        import importlib

        module = importlib.import_module(f"critmin.{_LATER[name]}")
        return module if name == _LATER[name] else getattr(module, name)

    def __dir__() -> list[str]:
        """List the names that are imported later, too."""
        return sorted({*globals(), *__all__})
