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

from critmin._core import __version__
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
from critmin.disruption import run, run_many
from critmin.exceptions import (
    CritminError,
    EncodingError,
    InfeasibleMarketError,
    InterruptedImportError,
    InvalidDataError,
    MissingColumnError,
    MissingInputsError,
    ReadError,
    ScenarioError,
    UnknownCommodityError,
    UnknownCountryError,
    UnknownNameError,
    UnknownStudyError,
    UnknownTableError,
    UnreadableFileError,
    WriteError,
)
from critmin.result import Result
from critmin.scenario import ExportRestriction, MarketOptions, Scenario, Suspension
from critmin.study import Study, StudyResult, list_studies, run_study
from critmin.tables import (
    Reference,
    import_baci,
    read_bea,
    read_parquet,
    read_usgs_mcs,
    read_wgi,
    reference,
)
from critmin.versions import show_versions

__all__ = [
    "Commodity",
    "Country",
    "CritminError",
    "EncodingError",
    "ExportRestriction",
    "InfeasibleMarketError",
    "InterruptedImportError",
    "InvalidDataError",
    "MarketOptions",
    "MissingColumnError",
    "MissingInputsError",
    "Profile",
    "ReadError",
    "Reference",
    "Result",
    "Scenario",
    "ScenarioError",
    "Study",
    "StudyResult",
    "Suspension",
    "UnknownCommodityError",
    "UnknownCountryError",
    "UnknownNameError",
    "UnknownStudyError",
    "UnknownTableError",
    "UnreadableFileError",
    "WriteError",
    "__version__",
    "bloc_members",
    "find_commodity",
    "find_country",
    "hhi",
    "import_baci",
    "list_studies",
    "profile",
    "read_bea",
    "read_parquet",
    "read_usgs_mcs",
    "read_wgi",
    "reference",
    "run",
    "run_many",
    "run_study",
    "show_versions",
]
