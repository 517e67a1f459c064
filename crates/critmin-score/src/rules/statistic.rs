//! How the members of an axis become one number: the statistic of a `reduce`, with its options checked.

use crate::Error;
use crate::document::RawBinding;
use crate::kernel::MOST_LARGEST;
use crate::method::{AxisSet, Reduce, Rule, Statistic};
use crate::parse::Builder;
use crate::rules::{Built, axis_words, over};
use crate::unit::Unit;

/// Every statistic by its name, with the options that the document leaves open at their defaults.
const STATISTICS: [(&str, Statistic); 17] = [
    ("sum", Statistic::Sum { power: 1.0, weight_inside: false }),
    ("mean", Statistic::Mean),
    ("geometric_mean", Statistic::GeometricMean),
    ("product", Statistic::Product),
    ("norm", Statistic::Norm),
    ("max", Statistic::Max),
    ("min", Statistic::Min),
    ("count", Statistic::Count),
    ("entropy", Statistic::Entropy),
    ("hill", Statistic::Hill { order: 2.0 }),
    ("top", Statistic::Top { k: 1 }),
    ("without_top", Statistic::WithoutTop { k: 1 }),
    ("mean_growth", Statistic::MeanGrowth),
    ("sd_log_returns", Statistic::SdLogReturns),
    ("coefficient_of_variation", Statistic::CoefficientOfVariation),
    ("max_drawdown", Statistic::MaxDrawdown),
    ("recency_weighted_mean", Statistic::RecencyWeightedMean { decay: 0.5 }),
];

/// A reduction of one array over some of its axes.
pub(super) fn reduction(builder: &Builder<'_>, name: &str, raw: &RawBinding, of: &str) -> Result<Built, Error> {
    let of = builder.resolve(name, of)?;
    let weight = raw.weight.as_deref().map(|one| builder.resolve(name, one)).transpose()?;
    let axes = builder.nodes[of].axes | weight.map_or(0, |id| builder.nodes[id].axes);
    let by = statistic(builder, name, raw)?;
    let over = over(builder, name, raw, axes)?;
    if by.is_over_time() && over.count_ones() != 1 {
        let reason = "a statistic over time takes one axis, whose labels are its times".to_owned();
        return Err(builder.fault(name, "over", reason));
    }
    let weight_unit = weight.map_or_else(Unit::default, |id| builder.nodes[id].unit.clone());
    let rule = Rule::Reduce(Reduce {
        of,
        over,
        by,
        weight,
        complete: complete(builder, name, raw, over)?,
        skip_missing: raw.skip_missing.unwrap_or(false),
        minimum_coverage: minimum_coverage(builder, name, raw)?,
    });
    Ok((rule, axes & !over, unit(builder, name, by, (&builder.nodes[of].unit, &weight_unit))?))
}

fn complete(builder: &Builder<'_>, name: &str, raw: &RawBinding, over: AxisSet) -> Result<Vec<(usize, usize)>, Error> {
    let wanted = raw.complete.iter().flatten().map(|(axis, &count)| Ok((builder.axis(name, axis)?, count)));
    let wanted = wanted.collect::<Result<Vec<_>, Error>>()?;
    if wanted.iter().all(|(axis, count)| over >> axis & 1 == 1 && 0 < *count) {
        return Ok(wanted);
    }
    let reason = format!(
        "`complete` counts labels of an axis that is taken together, one or more: {}",
        axis_words(builder, over)
    );
    Err(builder.fault(name, "complete", reason))
}

fn minimum_coverage(builder: &Builder<'_>, name: &str, raw: &RawBinding) -> Result<f64, Error> {
    let least = raw.minimum_coverage.unwrap_or(0.0);
    if (0.0..=1.0).contains(&least) {
        return Ok(least);
    }
    Err(builder.fault(name, "minimum_coverage", format!("a coverage lies between 0 and 1, found {least}")))
}

/// The unit of the result, from those of the value and of the weight.
fn unit(builder: &Builder<'_>, name: &str, by: Statistic, (value, weight): (&Unit, &Unit)) -> Result<Unit, Error> {
    Ok(match by {
        Statistic::Sum { power, weight_inside: false } => weight.times(&raised(builder, name, value, power)?),
        Statistic::Sum { power, weight_inside: true } => raised(builder, name, &weight.times(value), power)?,
        Statistic::Mean
        | Statistic::GeometricMean
        | Statistic::Norm
        | Statistic::Max
        | Statistic::Min
        | Statistic::Top { .. }
        | Statistic::WithoutTop { .. }
        | Statistic::RecencyWeightedMean { .. } => value.clone(),
        Statistic::Product | Statistic::Entropy | Statistic::Hill { .. } if !value.is_dimensionless() => {
            let reason = format!("the value has the unit `{value}`, expected shares: take a `share` first");
            return Err(builder.fault(name, "reduce", reason));
        }
        _ => Unit::default(),
    })
}

fn raised(builder: &Builder<'_>, name: &str, unit: &Unit, power: f64) -> Result<Unit, Error> {
    if unit.is_dimensionless() {
        return Ok(Unit::default());
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked to be a small whole number")]
    if power.fract() == 0.0 && power.abs() < 100.0 {
        return Ok(unit.power(power as i32));
    }
    Err(builder.fault(name, "power", format!("`{unit}` cannot be raised to {power}: take a `share` first")))
}

fn statistic(builder: &Builder<'_>, name: &str, raw: &RawBinding) -> Result<Statistic, Error> {
    let found = raw.by.as_deref().unwrap_or_default();
    let Some((_, by)) = STATISTICS.into_iter().find(|(known, _)| *known == found) else {
        let known = STATISTICS.map(|(known, _)| known);
        let near = crate::error::hint(&critmin_core::nearest(found, known));
        let reason = format!("unknown statistic `{found}`{near}; expected one of {known:?}");
        return Err(builder.fault(name, "by", reason));
    };
    let by = match by {
        Statistic::Sum { power, weight_inside } => Statistic::Sum {
            power: raw.power.unwrap_or(power),
            weight_inside: raw.weight_inside.unwrap_or(weight_inside),
        },
        Statistic::Hill { order } => Statistic::Hill { order: raw.order.unwrap_or(order) },
        Statistic::Top { k } => Statistic::Top { k: raw.k.unwrap_or(k) },
        Statistic::WithoutTop { k } => Statistic::WithoutTop { k: raw.k.unwrap_or(k) },
        Statistic::RecencyWeightedMean { decay } => {
            Statistic::RecencyWeightedMean { decay: raw.decay.unwrap_or(decay) }
        }
        other => other,
    };
    let fault = match by {
        Statistic::Sum { weight_inside: true, .. } if raw.weight.is_none() => {
            Some(("weight_inside", "there is no `weight` to stand inside".to_owned()))
        }
        Statistic::Hill { order } if order < 0.0 => {
            Some(("order", format!("found the order {order}, expected 0 or more")))
        }
        Statistic::Top { k } | Statistic::WithoutTop { k } if !(1..=MOST_LARGEST).contains(&k) => {
            Some(("k", format!("found k = {k}, expected 1 to {MOST_LARGEST}")))
        }
        Statistic::RecencyWeightedMean { decay } if !(0.0 < decay && decay <= 1.0) => {
            Some(("decay", format!("found the decay {decay}, expected above 0 and at most 1")))
        }
        _ => None,
    };
    fault.map_or(Ok(by), |(option, reason)| Err(builder.fault(name, option, reason)))
}
