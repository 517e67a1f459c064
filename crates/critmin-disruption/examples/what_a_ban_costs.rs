//! What a full stop of China's gallium and germanium exports costs the U.S. economy:
//! `cargo run --release -p critmin-disruption --example what_a_ban_costs`.

use std::error::Error;
use std::io::Write;
use std::time::Instant;

use critmin_disruption::{Economy, EconomyOptions, Scenario, cost, cost_draws};
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
    let economy = Economy::new(&reference::input_output_table(2017)?, &EconomyOptions::default())?;
    let answer = cost(&Scenario::from_toml(BAN)?, dataset, &dataset.recipes, &economy)?;
    writeln!(out, "GDP {:+.0} million USD", answer.central.gdp_change_million_usd)?;
    for row in &answer.central.effects {
        let whose = row.commodity.as_ref().map_or_else(String::new, ToString::to_string);
        writeln!(out, "  {:?} {whose}: {:?}", row.effect, row.gdp_change_million_usd)?;
    }
    for single in &answer.singles {
        writeln!(out, "  {} alone {:+.0}", single.commodity, single.gdp_change_million_usd)?;
    }
    let begun = Instant::now();
    let draws = cost_draws(&Scenario::from_toml(BAN)?, dataset, &dataset.recipes, &economy, (1000, 1), &|_, _| true)?;
    let mut costs: Vec<f64> = draws.draws.iter().filter_map(|draw| draw.gdp_change_million_usd).collect();
    costs.sort_by(f64::total_cmp);
    let seconds = begun.elapsed().as_secs_f64();
    writeln!(out, "median of {} draws {:+.0}, {seconds:.2} s", costs.len(), costs[costs.len() / 2])?;
    Ok(())
}
