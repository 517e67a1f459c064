"""``critmin invest``: which projects and stocks to finance, at which budget, and how sure that is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

import click

from critmin.cli import _invest_print as printed
from critmin.cli._graph_options import FILE, save
from critmin.cli._invest_options import Asked, portfolio_options
from critmin.cli.render import output_options, write_tables

if TYPE_CHECKING:
    from pathlib import Path


_ALL = click.option("--all", "everything", is_flag=True, help="Print every row.")
_LIMIT = click.option("--time-limit", type=float, metavar="S", help="Seconds for a problem; the best found is told.")


@click.group(short_help="Which projects and stocks to finance against disruptions.")
def invest() -> None:
    """Candidate projects and stocks: the best set for a budget, from the reference data or your own portfolio.

    \b
    Examples:
      critmin invest decide gallium germanium --budget 300
      critmin invest frontier --budgets 100,200,400,800
      critmin invest selection gallium --resamples 200 --seed 7
      critmin invest rules
    """  # noqa: D301


@invest.command(short_help="The best projects and stocks for a budget.")
@portfolio_options
@_LIMIT
@click.option("--picture", type=FILE, metavar="FILE", help="Draw the loss by scenario: .svg, .png or .html.")
@_ALL
@output_options(report=False)
def decide(
    *, asked: Asked, time_limit: float | None, picture: Path | None, everything: bool, as_json: bool,
    parquet: Path | None, csv: Path | None,
) -> None:  # fmt: skip
    """Choose the projects and stocks that cost least: their price, and the mean and tail of the losses.

    \b
    Examples:
      critmin invest decide
      critmin invest decide gallium --budget 200 --lending-cap 400 --risk-weight 0.8
      critmin invest decide --rule pro-rata-joint-venture --buyers eu-27 --csv chosen
      critmin invest decide gallium --save-portfolio mine.json
      critmin invest decide --portfolio mine.json --budget 50 --json
    """  # noqa: D301
    from critmin.investing import Investment

    portfolio, made = asked.build()
    decision = portfolio.decide(time_limit_s=time_limit, progress=not as_json)
    found = decision if made is None else Investment(portfolio, made.record, made.options, decision)
    if as_json:
        click.echo(found.to_json())
    else:
        printed.decided(decision, everything=everything)
        printed.about(made)
    write_tables(found, parquet=parquet, csv=csv)
    if picture is not None:
        from critmin import plots

        save(plots.scenario_losses(found), picture)


@invest.command(short_help="The best set at many budgets.")
@portfolio_options
@click.option("--budgets", metavar="X,X,...", help="Budgets in million USD, parted by commas.")
@click.option("--points", type=click.IntRange(min=2), metavar="N", default=25, show_default=True,
              help="Even steps from nothing to the cost of everything, without --budgets.")  # fmt: skip
@_LIMIT
@click.option("--picture", type=FILE, metavar="FILE", help="Draw the curve: .svg, .png or .html.")
@_ALL
@output_options(report=False)
def frontier(
    *, asked: Asked, budgets: str | None, points: int, time_limit: float | None, picture: Path | None,
    everything: bool, as_json: bool, parquet: Path | None, csv: Path | None,
) -> None:  # fmt: skip
    """Choose anew at every budget: what more money buys, and where another set is chosen.

    \b
    Examples:
      critmin invest frontier gallium
      critmin invest frontier --budgets 100,200,400,800 --picture budgets.svg
      critmin invest frontier --portfolio mine.json --points 100 --csv curve
    """  # noqa: D301
    wanted = None if budgets is None else _numbers(budgets)
    portfolio, _ = asked.build()
    found = portfolio.frontier(wanted, n=points, time_limit_s=time_limit, progress=not as_json)
    if as_json:
        click.echo(found.to_json())
    else:
        printed.budgets(found, everything=everything)
    write_tables(found, parquet=parquet, csv=csv)
    if picture is not None:
        from critmin import plots

        save(plots.portfolio_frontier(found), picture)


@invest.command(short_help="How often each project is chosen when scenarios are drawn anew.")
@portfolio_options
@click.option("--resamples", type=click.IntRange(min=0), metavar="N", default=200, show_default=True,
              help="Draws of the scenarios, and as many of the probabilities.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the draws.")
@_LIMIT
@click.option("--picture", type=FILE, metavar="FILE", help="Draw the frequencies: .svg, .png or .html.")
@output_options(report=False)
def selection(
    *, asked: Asked, resamples: int, seed: int, time_limit: float | None, picture: Path | None, as_json: bool,
    parquet: Path | None, csv: Path | None,
) -> None:  # fmt: skip
    """Count how often each project is chosen: probabilities are guesses, so this is the finding.

    \b
    Examples:
      critmin invest selection gallium
      critmin invest selection --portfolio mine.json --resamples 500 --seed 7 --picture often.svg
    """  # noqa: D301
    portfolio, _ = asked.build()
    found = portfolio.selection(
        n_resamples=resamples, n_reweighted=resamples, seed=seed, time_limit_s=time_limit, progress=not as_json
    )
    if as_json:
        click.echo(found.to_json())
    else:
        printed.selected(found)
    write_tables(found, parquet=parquet, csv=csv)
    if picture is not None:
        from critmin import plots

        save(plots.selection_frequency(found), picture)


@invest.command(short_help="Who may be financed: the shipped rules.")
@click.argument("name", metavar="[ID]", required=False)
@output_options(formats=False)
def rules(*, name: str | None, as_json: bool) -> None:
    """List the shipped rules, or print the one with this ID as a document.

    \b
    Examples:
      critmin invest rules
      critmin invest rules exim-supply-chain-resiliency > my-rule.toml
      critmin invest decide gallium --rule my-rule.toml
    """  # noqa: D301
    from critmin import investing
    from critmin._eligibility import rule_record

    if name is not None:
        found: Any = rule_record(name)
        click.echo(_json(found) if as_json else investing.eligibility_rule(name).rstrip())
        return
    listed = investing.eligibility_rules()
    if as_json:
        click.echo(_json(listed.to_dicts()))
    else:
        printed.rules(listed)


@invest.command(short_help="How much of a loan is a gift.")
@click.option("--capex", type=float, required=True, metavar="X", help="Capital cost, million USD.")
@click.option("--offtake", type=float, required=True, metavar="X", help="Output that is contracted, 0 to 1.")
@click.option(
    "--loan-to-value", type=float, default=0.7, show_default=True, metavar="X", help="Loan over capital cost."
)
@click.option("--rate", type=float, default=0.045, show_default=True, metavar="X", help="Interest per year.")
@click.option("--market-rate", type=float, default=0.095, show_default=True, metavar="X", help="The market's.")
@click.option("--tenor", type=int, default=15, show_default=True, metavar="YEARS", help="Years to the last payment.")
@click.option("--grace", type=int, default=3, show_default=True, metavar="YEARS", help="Years without repayment.")
@click.option("--size", type=click.Choice(["proportional", "minimum"]), default="proportional", show_default=True,
              help="Loan-to-value times offtake, or the lower of both.")  # fmt: skip
@output_options(formats=False)
def loan(
    *, capex: float, offtake: float, loan_to_value: float, rate: float, market_rate: float, tenor: int, grace: int,
    size: Literal["proportional", "minimum"], as_json: bool,
) -> None:  # fmt: skip
    """Work out a loan: its size, its yearly payment, and how much of it is a gift.

    \b
    Example:
      critmin invest loan --capex 120 --offtake 0.6 --rate 0.045 --market-rate 0.095
    """  # noqa: D301
    from critmin import investing

    found = investing.loan(
        capex_million_usd=capex, offtake_share=offtake, loan_to_value=loan_to_value, rate=rate,
        market_rate=market_rate, tenor_years=tenor, grace_years=grace, size=size,
    )  # fmt: skip
    if as_json:
        click.echo(_json(found))
    else:
        printed.lent(found)


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise click.UsageError(f"{text}: expected budgets in million USD, as 100,200,400") from None


def _json(record: object) -> str:
    return json.dumps(record, ensure_ascii=False)
