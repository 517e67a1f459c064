//! Reads the reference cases.
#![allow(dead_code, reason = "each test binary uses a part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails loudly")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use critmin_substitution::network::Network;
use serde_json::{Value, json};

/// The reference cases, or `None` with a reason; in CI their absence is a failure.
pub(crate) fn reference() -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("CRITMIN_SHARED").map_or(default, PathBuf::from).join("reference/substitution");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "the shared folder is missing: set CRITMIN_SHARED");
    eprintln!("not run: no reference cases at {}; set CRITMIN_SHARED", folder.display());
    None
}

pub(crate) fn read_json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Rows of a CSV file by column name; at least one.
pub(crate) fn read_csv(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().collect::<Result<_, _>>().unwrap();
    assert!(!rows.is_empty(), "{}", path.display());
    rows
}

/// The network of `net3/model.json` in our own words; its money (thousand USD) is taken as USD.
pub(crate) fn net3(model: &Value) -> Network {
    let list = |name: &str| model[name].as_array().unwrap().clone();
    let periods: Vec<Value> =
        list("periods").iter().map(|t| json!({"id": t.to_string(), "days": model["period_days"]})).collect();
    let position = |t: &Value| list("periods").iter().position(|each| each == t).unwrap();
    let in_periods = |row: &Value, value: f64, otherwise: f64| {
        let mut series = vec![otherwise; periods.len()];
        row["periods"].as_array().unwrap().iter().for_each(|t| series[position(t)] = value);
        json!(series)
    };
    let regions: Vec<Value> = model["regions"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(id, region)| json!({"id": id, "bloc": region["bloc"]}))
        .collect();
    let mut processes: Vec<Value> = list("processes")
        .iter()
        .map(|p| {
            json!({"id": p["id"], "region": p["region"], "input": p["input"], "output": p["output"],
                "recovery": p["recovery"].as_f64().unwrap_or(1.0), "cost_usd_per_t": p["cost"],
                "capacity_t": p.get("capacity"), "by_product_limit_t": p.get("byproduct_cap")})
        })
        .collect();
    for supply in list("substitute_supply") {
        processes.push(json!({"id": "supply", "region": supply["region"], "output": supply["substitute"],
            "cost_usd_per_t": supply["price"], "capacity_t": supply["capacity"]}));
    }
    let arcs: Vec<Value> = list("arcs")
        .iter()
        .map(|a| {
            json!({"id": a["id"], "from": a["from"], "to": a["to"], "form": a["form"], "via": a.get("via"),
                "freight_usd_per_t": a["cost"], "loss": a["loss"], "capacity_t": a.get("capacity"),
                "is_leak": a.get("via").is_some()})
        })
        .collect();
    let steps: Vec<Value> = list("unmet_steps")
        .iter()
        .map(|step| json!({"width_share": step["width_share"], "penalty_usd_per_t": step["penalty"]}))
        .collect();
    let form = &model["demand_form"];
    let uses: Vec<Value> = model["demand"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(region, demand)| json!({"id": "use", "region": region, "form": form, "demand_t": demand, "unmet_steps": steps}))
        .collect();
    let substitutions: Vec<Value> = list("substitution")
        .iter()
        .map(|x| {
            json!({"substitute": x["substitute"], "use_id": "use", "region": x["region"], "form": form,
                "draws_form": x["substitute"], "mass_ratio": x["kappa"], "cost_usd_per_t": x["cost"],
                "feasible_share": x["feasible_share"]})
        })
        .collect();
    let stocks: Vec<Value> = list("stocks")
        .iter()
        .map(|s| {
            json!({"region": s["region"], "form": s["form"], "initial_t": s["initial"], "capacity_t": s["capacity"],
                "holding_cost_usd_per_t": s["holding_cost"], "cover_days": s["cover_days"]})
        })
        .collect();
    let bans: Vec<Value> = list("bans")
        .iter()
        .map(|ban| json!({"arc": ban["arc"], "restriction_level": in_periods(ban, 1.0, 0.0)}))
        .collect();
    let caps: Vec<Value> = list("bloc_caps")
        .iter()
        .map(|cap| {
            let share = cap["share_of_demand"].as_f64().unwrap();
            json!({"region": cap["region"], "bloc": cap["bloc"], "share_of_demand": in_periods(cap, share, 2.0)})
        })
        .collect();
    let offtakes: Vec<Value> = list("offtake")
        .iter()
        .map(|o| json!({"arc": o["arc"], "process": o["process"], "region": o["region"], "min_share": o["min_share"]}))
        .collect();
    serde_json::from_value(json!({"title": "net3", "periods": periods, "regions": regions, "processes": processes,
        "arcs": arcs, "uses": uses, "substitutions": substitutions, "stocks": stocks, "bans": bans,
        "bloc_caps": caps, "offtakes": offtakes}))
    .unwrap()
}
