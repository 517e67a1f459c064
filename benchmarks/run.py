"""Measures what critmin claims about speed, side by side with its peers, and prints one table.

Run with ``make bench``: it builds an optimised wheel and installs it with the peers into an environment of its own.
Every measurement is a process of its own (start-up included), repeated in turn with its peers, A B A B; the table
shows the median of the seconds, the largest peak memory, and the ratio to critmin.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PEER = ROOT / ".venv-geopolrisk/bin/python"  # made by `make bench`; GPL, imported nowhere else
MEBIBYTE = 1024  # of the kibibytes that the operating system reports
AGREEMENT = 1e-6  # what objectives of one problem may differ by, as a share


@dataclass
class Case:
    """One question, and who answers it: Python text per contender, critmin first."""

    title: str
    contenders: dict[str, str]
    runs: int = 5
    counts: dict[str, int] = field(default_factory=dict)
    interpreters: dict[str, str] = field(default_factory=dict)  # contenders with an environment of their own


def cases(flows: Path, n_flows: int, folder: Path, n_scenarios: int) -> list[Case]:
    """Return the cases; ``flows`` is where a generated year of BACI will be."""
    here = Path(__file__).parent
    return [
        Case(
            "import of the package",
            {
                "import critmin": "import critmin",
                "import polars": "import polars",
                "import pandas": "import pandas",
            },
        ),
        Case(
            "reference dataset: every table as a polars frame",
            {
                "critmin": "import critmin as cm; r = cm.reference(); n = sum(r.table(t).height for t in r.tables)",
                "polars on the same Parquet files": (
                    "import polars as pl, pathlib; "
                    f"files = pathlib.Path({str(ROOT / 'data')!r}).glob('*.parquet'); "
                    "n = sum(pl.read_parquet(file).height for file in files)"
                ),
            },
        ),
        Case(
            f"import of a BACI year, {n_flows:,} rows",
            {
                "critmin: validated, duplicates found": (
                    f"import critmin as cm; cm.import_baci({str(flows)!r}, output={str(folder / 'a.parquet')!r})"
                ),
                "polars: streamed, nothing checked": (
                    f"import polars as pl; pl.scan_csv({str(flows)!r}, schema_overrides=dict(k=pl.String, q=pl.String))"
                    f".sink_parquet({str(folder / 'b.parquet')!r})"
                ),
                "pandas: whole in memory, nothing checked": (
                    f"import pandas as pd; pd.read_csv({str(flows)!r}, dtype=dict(k=str), na_values=['NA'])"
                    f".to_parquet({str(folder / 'c.parquet')!r})"
                ),
            },
            runs=3,
        ),
        Case(
            f"{n_scenarios:,} scenarios of the gallium market",
            {
                "critmin: validated, assembled, cleared": (here / "scenarios_critmin.py").read_text(),
                "scipy brentq in a Python loop, market given": (here / "scenarios_scipy.py").read_text(),
            },
            counts={"N_SCENARIOS": n_scenarios},
        ),
        Case(
            "GeoPolRisk, all importers and commodities, 7 years (loaded)",
            {
                "critmin: the document": (here / "geopolrisk_critmin.py").read_text(),
                "polars by hand": (here / "geopolrisk_polars.py").read_text(),
            },
        ),
        Case(
            "GeoPolRisk by row",
            {
                "critmin: the document": (here / "geopolrisk_critmin.py").read_text(),
                **({"geopolrisk-py 2.0.1, 20 rows": (here / "geopolrisk_py.py").read_text()} if PEER.exists() else {}),
            },
            runs=1,
            interpreters={"geopolrisk-py 2.0.1, 20 rows": str(PEER)},
        ),
        Case(
            "10,000 draws of the EU supply risk 2023",
            {
                "critmin: the document": (here / "eu_draws_critmin.py").read_text(),
                "numpy by hand, vectorised over draws": (here / "eu_draws_numpy.py").read_text(),
            },
            counts={"N_DRAWS": 10_000},
        ),
        Case(
            "HHI of 100,000 groups of 20 rows (loaded)",
            {
                "critmin expression": (here / "expressions_critmin.py").read_text(),
                "polars expression": (here / "expressions_polars.py").read_text(),
            },
        ),
        *graph_cases(here),
        *economy_cases(here),
        *decision_cases(here),
    ]


def economy_cases(here: Path) -> list[Case]:
    """Return the cases of the economy stage."""
    return [
        Case(
            "economy: one solve of 402 industries (by solve)",
            {
                "critmin: warm table, cold start, certificate": (here / "economy_solve_critmin.py").read_text(),
                "clarabel from Python, cold": (here / "economy_solve_peer.py").read_text(),
            },
            runs=3,
        ),
        Case(
            "economy: 1,600 scenarios, each at three links' ends",
            {"critmin": (here / "economy_sweep_critmin.py").read_text()},
            runs=3,
        ),
        Case(
            "economy: 1,000 draws of gallium and germanium",
            {"critmin": (here / "economy_draws_critmin.py").read_text()},
            runs=3,
        ),
    ]


def beside(here: Path, name: str) -> str:
    """Return a script that makes its problem with a module beside it, the same for every contender."""
    return f"import sys; sys.path.insert(0, {str(here)!r})\n" + (here / name).read_text()


def decision_cases(here: Path) -> list[Case]:
    """Return the cases of plans, portfolios and equilibria; each builds its problem within the time it measures."""
    text = partial(beside, here)
    return [
        Case(
            "decision: supply network of 98,400 decisions",
            {
                "critmin: tables in, certified plan with prices and rents": text("network_plan_critmin.py"),
                "scipy, its HiGHS: matrix by hand": text("network_plan_scipy.py"),
                "highspy, interior point: matrix by hand": text("network_plan_highspy.py"),
            },
            runs=3,
        ),
        Case(
            "decision: portfolio of 60 projects, 100 scenarios",
            {
                "critmin: proven, with every outcome": text("portfolio_decide_critmin.py"),
                "scipy, its HiGHS: matrix by hand": text("portfolio_decide_scipy.py"),
                "highspy: matrix by hand": text("portfolio_decide_highspy.py"),
            },
            runs=3,
        ),
        Case(
            "decision: the same portfolio at 100 budgets (by budget)",
            {
                "critmin: work carried on": text("portfolio_frontier_critmin.py"),
                "scipy, every tenth budget afresh": text("portfolio_frontier_scipy.py"),
            },
            runs=1,
        ),
        Case(
            "decision: spatial price equilibrium, 60 regions, 3 commodities",
            {
                "critmin: tables in, certified prices and flows": text("spatial_prices_critmin.py"),
                "clarabel from Python: matrix by hand": text("spatial_prices_clarabel.py"),
                "highspy: matrix by hand": text("spatial_prices_highspy.py"),
            },
            runs=3,
        ),
    ]


def graph_cases(here: Path) -> list[Case]:
    """Return the cases of the dependency graph; each times itself once its network is there."""
    text = partial(beside, here)
    return [
        Case(
            "graph: build from an Arrow table, 1 million edges",
            {
                "critmin: named, checked, both ways": text("graph_build_critmin.py"),
                "rustworkx": text("graph_build_rustworkx.py"),
                "python-igraph": text("graph_build_igraph.py"),
            },
            runs=3,
        ),
        Case(
            "graph: exposure of all nodes to one target, 1 million edges",
            {
                "critmin": text("graph_exposure_critmin.py"),
                "scipy: only the products": text("graph_exposure_scipy.py"),
            },
            runs=3,
        ),
        Case(
            "graph: exposures of 32 targets (by target)",
            {
                "critmin": text("graph_exposure_critmin.py"),
                "scipy: only the products, one target": text("graph_exposure_scipy.py"),
            },
            runs=1,
            counts={"N_TARGETS": 32},
        ),
        Case(
            "graph: loss of every node, 100,000 edges (by removal)",
            {
                "critmin": text("graph_removals_critmin.py"),
                "python-igraph, a flow per removal": text("graph_removals_igraph.py"),
                "scipy, a flow per removal": text("graph_removals_scipy.py"),
            },
            runs=1,
        ),
        Case(
            "graph: loss of every country, all trade of 2023",
            {"critmin": text("graph_countries_critmin.py")},
            runs=3,
        ),
    ]


class Measured(NamedTuple):
    """What one process took, and what it found where it solves for something."""

    seconds: float
    mebibytes: float
    n_rows: int
    objective: float | None


def measure(code: str, environment: dict[str, str], python: str) -> Measured:
    """Run one process.

    Start-up is part of the seconds, unless the process prints ``inner: SECONDS ROWS``: what it timed itself once its
    data were loaded. ``objective: NUMBER`` tells what it found.
    """
    if python != sys.executable:
        # That peer writes a folder into the home of whoever imports it.
        environment = {**environment, "HOME": tempfile.gettempdir()}
    begun = time.perf_counter()
    with tempfile.TemporaryFile("w+") as printed:
        process = subprocess.Popen([python, "-c", code], env=environment, cwd=tempfile.gettempdir(), stdout=printed)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        if status != 0:
            raise SystemExit(f"a contender failed:\n{code}")
        printed.seek(0)
        told = {line.split()[0]: line.split()[1:] for line in printed if line.startswith(("inner: ", "objective: "))}
    objective = float(told["objective:"][0]) if "objective:" in told else None
    inner = told.get("inner:", [str(seconds), "1"])
    return Measured(float(inner[0]), usage.ru_maxrss / MEBIBYTE, int(inner[1]), objective)


def run(case: Case) -> list[dict[str, object]]:
    """Measure every contender in turn, one warm-up round first."""
    environment = {**os.environ, **{name: str(count) for name, count in case.counts.items()}}
    found: dict[str, list[Measured]] = {name: [] for name in case.contenders}
    for round_number in range(case.runs + 1):
        for name, code in case.contenders.items():
            result = measure(code, environment, case.interpreters.get(name, sys.executable))
            if round_number > 0:
                found[name].append(result)
    refuse_disagreement(case, found)
    first = statistics.median(each.seconds / each.n_rows for each in next(iter(found.values())))
    rows = []
    for name, results in found.items():
        seconds = statistics.median(each.seconds for each in results)
        peak = max(each.mebibytes for each in results)
        n_rows, objective = results[-1].n_rows, results[-1].objective
        # Contenders of one case may answer for different numbers of rows: the ratio is by row.
        ratio = seconds / n_rows / first
        rows.append({
            "case": case.title, "contender": name, "seconds": seconds, "rows": n_rows, "ratio": ratio, "MiB": peak,
            "objective": objective,
        })  # fmt: skip
    return rows


def refuse_disagreement(case: Case, found: dict[str, list[Measured]]) -> None:
    """Stop when contenders that solve for the same number found different ones: their seconds would mean nothing."""
    told = {name: results[-1].objective for name, results in found.items()}
    numbers = [number for number in told.values() if number is not None]
    if numbers and max(numbers) - min(numbers) > AGREEMENT * max(map(abs, numbers)):
        raise SystemExit(f"the contenders of `{case.title}` disagree: {told}")


def main() -> None:
    """Run every case and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=11_000_000, help="rows of the generated BACI year")
    parser.add_argument("--scenarios", type=int, default=10_000)
    parser.add_argument("--generator", default=str(ROOT / "target/release/examples/generate_baci_year"))
    parser.add_argument("--only", default="", metavar="TEXT", help="only the cases whose title holds this text")
    parser.add_argument("--output", type=Path, default=ROOT / "out/benchmarks.json")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        flows = folder / "BACI_HS92_Y2023_V202501.csv"
        aliases = ROOT / "data/curated/country_aliases.csv"
        chosen = [
            case for case in cases(flows, arguments.rows, folder, arguments.scenarios) if arguments.only in case.title
        ]
        if any(str(flows) in code for case in chosen for code in case.contenders.values()):
            subprocess.run([arguments.generator, flows, aliases, str(arguments.rows)], check=True)
        rows = []
        print("| case | contender | seconds | rows | times critmin | peak MiB | objective |")
        print("|---|---|--:|--:|--:|--:|--:|")
        for case in chosen:
            for row in run(case):
                rows.append(row)
                objective = "" if row["objective"] is None else f"{row['objective']:.6f}"
                print(
                    f"| {row['case']} | {row['contender']} | {row['seconds']:.3f} | {row['rows']:,} "
                    f"| {row['ratio']:.2f} | {row['MiB']:.0f} | {objective} |",
                    flush=True,
                )
    arguments.output.parent.mkdir(exist_ok=True)
    arguments.output.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
