//! The `balance` primitive, written out in the other primitives.

use crate::Error;
use crate::document::{OneOrMany, RawBalance, RawBinding, RawMissing, Residual};
use crate::parse::Builder;

/// A binding as it is, or the bindings that its balance stands for; the last one has its name.
pub(crate) fn lower_balance(
    builder: &Builder<'_>,
    name: String,
    mut raw: RawBinding,
) -> Result<Vec<(String, RawBinding)>, Error> {
    let Some(balance) = raw.balance.take() else { return Ok(vec![(name, raw)]) };
    let gives = raw.gives.take().unwrap_or_default();
    if gives == "import_mix" {
        return import_mix(builder, &name, raw, &balance);
    }
    let (Some(production), Some(imports), Some(exports)) = (balance.production, balance.imports, balance.exports)
    else {
        return Err(builder.fault(&name, "balance", "needs `production`, `imports` and `exports`".to_owned()));
    };
    let consumption = format!("({production} + {imports} - {exports})");
    let formula = match gives.as_str() {
        "apparent_consumption" => consumption,
        "import_reliance" => format!("({imports} - {exports}) / {consumption}"),
        "self_sufficiency" => format!("{production} / {consumption}"),
        found => {
            let expected = "`apparent_consumption`, `import_reliance`, `self_sufficiency` or `import_mix`";
            return Err(builder.fault(&name, "gives", format!("found gives = `{found}`, expected {expected}")));
        }
    };
    let Some(floor) = raw.floor.take() else {
        raw.expr = Some(formula);
        return Ok(vec![(name, raw)]);
    };
    // A clamp and not `max(formula, 0)`: the balance may have a unit, a bare number has none.
    let unfloored = format!("{name}__unfloored");
    let inner = RawBinding { expr: Some(formula), unit: raw.unit.clone(), ..RawBinding::default() };
    raw.map = Some(unfloored.clone());
    raw.clamp = Some([floor, f64::MAX]);
    Ok(vec![(unfloored, inner), (name, raw)])
}

/// Direct imports as shares; what comes through origins that produce nothing is spread over the producers.
fn import_mix(
    builder: &Builder<'_>,
    name: &str,
    raw: RawBinding,
    balance: &RawBalance,
) -> Result<Vec<(String, RawBinding)>, Error> {
    let (Some(production), Some(imports), Some(over), None) =
        (&balance.production, &balance.imports, raw.over.clone(), &balance.exports)
    else {
        let reason = "`import_mix` needs `imports`, `production` and `over`, and no `exports`".to_owned();
        return Err(builder.fault(name, "balance", reason));
    };
    let part = |suffix: &str| format!("{name}__{suffix}");
    let expr = |formula: String, zero_where_absent: bool| RawBinding {
        expr: Some(formula),
        missing: if zero_where_absent {
            RawMissing::NotListed { not_listed: 0.0, within: Vec::new() }
        } else {
            RawMissing::default()
        },
        ..RawBinding::default()
    };
    let share = |of: &str, zero_where_absent: bool| RawBinding {
        share: Some(of.to_owned()),
        over: Some(over.clone()),
        residual: Some(Residual::Renormalise),
        missing: if zero_where_absent {
            RawMissing::NotListed { not_listed: 0.0, within: Vec::new() }
        } else {
            RawMissing::default()
        },
        ..RawBinding::default()
    };
    let sum = RawBinding {
        reduce: Some(OneOrMany::One(part("direct"))),
        over: Some(over.clone()),
        by: Some("sum".to_owned()),
        ..RawBinding::default()
    };
    let whole = RawBinding { over: None, expr: Some(format!("{} + {}", part("direct"), part("spread"))), ..raw };
    Ok(vec![
        (part("produced"), share(production, true)),
        (part("is_producer"), expr(format!("{p} / max({p}, 1e-300)", p = part("produced")), true)),
        (part("bought"), share(imports, false)),
        (part("direct"), expr(format!("{} * {}", part("bought"), part("is_producer")), true)),
        (part("kept"), sum),
        (part("spread"), expr(format!("(1 - {}) * {}", part("kept"), part("produced")), true)),
        (name.to_owned(), whole),
    ])
}
