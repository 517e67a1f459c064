//! What a full stop of China's gallium and germanium exports costs the U.S. economy, and how long the answer takes:
//! `cargo run --release -p critmin-disruption --example what_a_ban_costs`.

use std::error::Error;
use std::io::Write;
use std::time::Instant;

use critmin_disruption::{Economy, EconomyOptions, Scenario, SweepOptions, choices, cost, cost_draws, sweep_suppliers};
use critmin_tables::reference;

const BAN: &str = r#"
    id = "gallium-germanium-ban"
    title = "China stops exporting gallium and germanium"
    restrictions = [{ exporter = "CHN", destinations = "all", commodities = ["gallium", "germanium"], restriction_level = 1.0,
                      start = "2025-01-01", instrument = "ban" }]
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout();
    let dataset = reference::dataset()?;
    let table = reference::input_output_table(2017)?;
    let mut clock = Instant::now();
    let mut lap = || {
        let seconds = clock.elapsed().as_secs_f64();
        clock = Instant::now();
        seconds
    };
    lap();
    let economy = Economy::new(&table, &EconomyOptions::default())?;
    writeln!(out, "economy prepared in {:.3} s", lap())?;
    let cuts = economy.cuts([("334413", 0.1)])?;
    lap();
    let cold = economy.allocate(&cuts, None)?;
    writeln!(
        out,
        "334413 cut by a tenth: GDP {:+.4} billion USD, {} steps, {:.4} s cold",
        cold.gdp_change / 1e3,
        cold.iterations,
        lap()
    )?;
    let warm = economy.allocate(&economy.cuts([("334413", 0.12), ("333314", 0.05)])?, Some(&cold.multipliers))?;
    writeln!(out, "another cut, warm: GDP {:+.4}, {} steps, {:.4} s", warm.gdp_change / 1e3, warm.iterations, lap())?;
    let scenario = Scenario::from_toml(BAN)?;
    let answer = cost(&scenario, dataset, &dataset.recipes, &economy)?;
    writeln!(
        out,
        "{}: {:+.1} million USD ({:?} to {:?}), {:.3} s",
        scenario.title,
        answer.central.gdp_change_million_usd,
        answer.gdp_change_harsh_million_usd,
        answer.gdp_change_mild_million_usd,
        lap()
    )?;
    for effect in &answer.central.effects {
        writeln!(
            out,
            "  {:?} {:?} {:?} {}",
            effect.effect,
            effect.commodity.as_ref().map(ToString::to_string),
            effect.gdp_change_million_usd,
            effect.reason.clone().unwrap_or_default()
        )?;
    }
    for single in &answer.singles {
        writeln!(
            out,
            "  {} alone {:+.1} ({:?} to {:?})",
            single.commodity,
            single.gdp_change_million_usd,
            single.gdp_change_harsh_million_usd,
            single.gdp_change_mild_million_usd
        )?;
    }
    for warning in &answer.warnings {
        writeln!(out, "  note: {}", warning.message)?;
    }
    lap();
    let tables = |year| {
        Ok(reference::input_output_table(year).map_err(|error| match error {
            critmin_tables::Error::InputOutput(fault) => critmin_disruption::Error::Table(fault),
            _ => critmin_disruption::Error::Interrupted,
        })?)
    };
    for row in choices(&scenario, dataset, &dataset.recipes, &tables)? {
        writeln!(
            out,
            "  {:8} {:20} {:30} {:?} {:?} {:?} {}",
            row.stage,
            row.option,
            row.value,
            row.is_chosen,
            row.gdp_change_million_usd,
            row.ratio_to_chosen,
            row.reason.unwrap_or_default()
        )?;
    }
    writeln!(out, "choices {:.3} s", lap())?;
    let draws = cost_draws(&scenario, dataset, &dataset.recipes, &economy, (1000, 1), &|_, _| true)?;
    let mut costs: Vec<f64> = draws.draws.iter().filter_map(|draw| draw.gdp_change_million_usd).collect();
    costs.sort_by(f64::total_cmp);
    writeln!(
        out,
        "{} draws {:.3} s: 5 % {:.0}, median {:.0}, 95 % {:.0}",
        costs.len(),
        lap(),
        costs[costs.len() / 20],
        costs[costs.len() / 2],
        costs[costs.len() * 19 / 20]
    )?;
    let options = SweepOptions { assumed_net_export_share: Some(0.5), ..SweepOptions::default() };
    let sweep = sweep_suppliers(dataset, &dataset.recipes, &economy, &options, &|_, _| true)?;
    let solved = sweep.scenarios.iter().filter(|row| row.gdp_change_million_usd.is_some()).count();
    writeln!(out, "{} scenarios, {solved} solved, {:.3} s", sweep.scenarios.len(), lap())?;
    for rank in &sweep.ranks {
        writeln!(
            out,
            "  {:2} {:20} weighted {:+10.1} ({:+.1} to {:+.1}), worst {:+.1} by {} ({} solved, {} not)",
            rank.rank,
            rank.commodity,
            rank.weighted_gdp_change_million_usd,
            rank.weighted_gdp_change_harsh_million_usd,
            rank.weighted_gdp_change_mild_million_usd,
            rank.worst_gdp_change_million_usd,
            rank.worst_exporter,
            rank.n_solved,
            rank.n_unsolved
        )?;
    }
    let mut reasons: Vec<String> = sweep
        .scenarios
        .iter()
        .filter(|row| row.gdp_change_million_usd.is_none())
        .map(|row| format!("{}: {}", row.commodity, row.reason.clone().unwrap_or_default()))
        .collect();
    reasons.sort();
    reasons.dedup();
    for reason in reasons.iter().take(30) {
        writeln!(out, "  unsolved {reason}")?;
    }
    Ok(())
}
