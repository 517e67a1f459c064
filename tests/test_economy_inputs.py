"""What comes into the economy stage from outside: pymrio folders, limits of by-products, restrictions that overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import critmin as cm
import polars as pl
import pytest

if TYPE_CHECKING:
    from pathlib import Path

Z = "region\t\tA\tB\nsector\t\tfood\tfood\nregion\tsector\t\t\nA\tfood\t10\t5\nB\tfood\t2\t8\n"
Y = "region\t\tA\tB\ncategory\t\thouseholds\thouseholds\nregion\tsector\t\t\nA\tfood\t30\t5\nB\tfood\t1\t34\n"


def ban(*, destinations: str, level: float = 1.0) -> cm.ExportRestriction:
    return cm.ExportRestriction(
        exporter="CHN", commodities="gallium", restriction_level=level, start="2025-01-01", destinations=destinations
    )


def scenario(*restrictions: cm.ExportRestriction, parameters: tuple[dict[str, object], ...] = ()) -> cm.Scenario:
    return cm.Scenario(id="ban", title="ban", restrictions=restrictions, parameters=parameters)


def test_a_folder_of_pymrio_is_an_economy(tmp_path: Path):
    (tmp_path / "Z.txt").write_text(Z)
    (tmp_path / "Y.txt").write_text(Y)
    economy = cm.Economy.from_pymrio(tmp_path, year=2020, unit="million EUR")
    assert economy.industries["industry"].to_list() == ["A:food", "B:food"]
    assert economy.leontief()["output"].to_list() == pytest.approx([50.0, 45.0])
    cut = economy.cut({"A:food": 0.1})
    assert cut.industries["output_change"][0] == pytest.approx(-5.0)
    (tmp_path / "Z.txt").write_text(Z.replace("\t8\n", "\teight\n"))
    with pytest.raises(cm.UnreadableFileError, match="row 5"):
        cm.Economy.from_pymrio(tmp_path, year=2020, unit="million EUR")


def test_a_by_product_cannot_outgrow_its_host():
    limit = {
        "commodity": "gallium", "parameter": "by_product_limit_t", "country": "JPN", "value": 4.0, "unit": "t/yr",
        "grade": "assumption", "source": "test", "note": "",
    }  # fmt: skip
    is_japan = pl.col("country").cast(pl.String) == "JPN"
    free = cm.run(scenario(ban(destinations="all"))).producers.filter(is_japan).row(0, named=True)
    held = cm.run(scenario(ban(destinations="all"), parameters=(limit,))).producers.filter(is_japan).row(0, named=True)
    assert held["capacity_t"] == max(4.0, held["base_production_t"]) < free["capacity_t"]
    assert held["production_t"] <= held["capacity_t"]


def test_one_more_restriction_never_lowers_the_loss():
    world = cm.cost(scenario(ban(destinations="all")))
    both = cm.cost(scenario(ban(destinations="all"), ban(destinations="USA", level=0.1)))
    assert both.gdp_change_million_usd <= world.gdp_change_million_usd
    assert both.warnings["message"].str.contains("restricted in several markets").any()
