//! One binding or input of a document, checked: its rule, its axes and its unit.

use crate::Error;
use crate::document::{HigherIs, OneOrMany};
use crate::document::{
    RawAlternative, RawBinding, RawClassify, RawCondition, RawInput, RawMissing, RawOver, RawSelect, ValueOf,
};
use crate::formula;
use crate::method::{
    Alternative, AxisSet, Combination, Condition, Input, Missing, Node, NodeId, Reduce, Reference, Rule, Selection,
    Statistic, Transform, Value, needs,
};
use crate::parse::Builder;
use crate::unit::Unit;

/// How far the sum of weights may be from one.
const WEIGHT_SLACK: f64 = 1e-9;
/// How far printed shares may be from one before they count as incomplete or too many.
const SHARE_TOLERANCE: f64 = 0.05;

/// Every name that a binding uses.
pub(crate) fn binding_names(builder: &Builder<'_>, name: &str, raw: &RawBinding) -> Result<Vec<String>, Error> {
    let mut names: Vec<String> = Vec::new();
    if let Some(text) = &raw.expr {
        let expr = formula::parse(text).map_err(|fault| builder.formula(name, fault))?;
        names.extend(expr.names().into_iter().map(str::to_owned));
    }
    names.extend(raw.share.iter().chain(&raw.map).chain(&raw.weight).chain(&raw.of).cloned());
    names.extend(raw.reduce.iter().flat_map(|one| one.clone().into_vec()));
    match &raw.select {
        Some(RawSelect::One(one)) => names.push(one.clone()),
        Some(RawSelect::Many(many)) => names.extend(many.iter().flat_map(|one| match one {
            RawAlternative::Plain(name) => vec![name.clone()],
            RawAlternative::When { name, when } => std::iter::once(name).chain(when).cloned().collect(),
        })),
        None => {}
    }
    match &raw.classify {
        Some(RawClassify::One(one)) => names.push(one.clone()),
        Some(RawClassify::All { all: many } | RawClassify::Any { any: many }) => {
            names.extend(many.iter().map(|one| one.value.clone()));
        }
        None => {}
    }
    Ok(names)
}

pub(crate) fn build_input(builder: &Builder<'_>, name: &str, axes: AxisSet, raw: RawInput) -> Result<Input, Error> {
    let reference = match raw.reference {
        None => None,
        Some(reference) => {
            let columns = reference.axes.iter().map(|(axis, column)| Ok((builder.axis(name, axis)?, column.clone())));
            let columns: Vec<(usize, String)> = columns.collect::<Result<_, Error>>()?;
            let given = columns.iter().fold(0, |set, (axis, _)| set | 1 << axis);
            let expanded = match &reference.expand {
                Some(expand) => 1 << builder.axis(name, &expand.axis)?,
                None => 0,
            };
            if given | expanded != axes {
                let reason =
                    "`reference.axes` must give a column for each of the input's axes, and no other".to_owned();
                return Err(builder.fault(name, "axes", reason));
            }
            Some(Reference {
                table: reference.table,
                value: match reference.value {
                    ValueOf::Column(column) => Value::Column(column),
                    ValueOf::Literal(value) => Value::Literal(value),
                },
                scale: reference.scale,
                axes: columns,
                keep: reference.keep.into_iter().map(|(column, labels)| (column, labels.into_texts())).collect(),
                pin: reference.pin,
                years: reference.years,
                censored: reference.censored,
                combine: reference.combine,
                expand: reference.expand,
                carry: reference.carry.map(|carry| carried(builder, name, carry, axes)).transpose()?,
                region: reference.region,
                unlabelled: reference.unlabelled,
            })
        }
    };
    Ok(Input { range: raw.range, reference, uncertainty: raw.uncertainty })
}

/// The axes of a carry must be the input's own.
fn carried(
    builder: &Builder<'_>,
    name: &str,
    carry: crate::document::Carry,
    axes: AxisSet,
) -> Result<crate::document::Carry, Error> {
    let used = builder.axis_set(name, &carry.within)? | 1 << builder.axis(name, &carry.axis)?;
    if used & !axes == 0 {
        return Ok(carry);
    }
    Err(builder.fault(name, "carry", "`carry` names an axis that the input does not have".to_owned()))
}

/// A checked node from one binding.
pub(crate) fn build_binding(builder: &Builder<'_>, name: &str, raw: RawBinding) -> Result<Node, Error> {
    check_options(builder, name, &raw)?;
    let (rule, axes, unit) = if let Some(text) = &raw.expr {
        expression(builder, name, text)?
    } else if raw.share.is_some() {
        share(builder, name, &raw)?
    } else if raw.map.is_some() {
        map(builder, name, &raw)?
    } else if raw.reduce.is_some() {
        reduce(builder, name, &raw)?
    } else if raw.select.is_some() {
        select(builder, name, &raw)?
    } else {
        classify(builder, name, &raw)?
    };
    let unit = match &raw.unit {
        None => unit,
        Some(text) => {
            let declared = builder.unit(name, text)?;
            let is_free = matches!(rule, Rule::Map { .. });
            if !is_free && declared != unit {
                let reason = format!("the unit is declared as `{declared}`, the rule gives `{unit}`");
                return Err(builder.fault(name, "unit", reason));
            }
            declared
        }
    };
    if let Some(declared) = &raw.axes
        && builder.axis_set(name, declared)? != axes
    {
        let found = axis_words(builder, axes);
        return Err(builder.fault(name, "axes", format!("declared {declared:?}, the rule gives {found}")));
    }
    let weakest = needs(&rule).iter().map(|&id| builder.nodes[id].evidence).max();
    let evidence = builder.evidence(raw.evidence).max(weakest.unwrap_or(crate::document::Evidence::Recomputed));
    Ok(Node {
        name: name.to_owned(),
        missing: builder.missing(name, &raw.missing, axes, raw.higher_is)?,
        description: raw.description,
        axes,
        unit,
        higher_is: raw.higher_is,
        evidence,
        source: raw.source,
        note: raw.note,
        rule,
    })
}

type Built = (Rule, AxisSet, Unit);

fn expression(builder: &Builder<'_>, name: &str, text: &str) -> Result<Built, Error> {
    let expr = formula::parse(text).map_err(|fault| builder.formula(name, fault))?;
    let operands = expr.names().iter().map(|one| builder.resolve(name, one)).collect::<Result<Vec<_>, _>>()?;
    let lookup =
        |one: &str| builder.resolve(name, one).map_or_else(|_| Unit::default(), |id| builder.nodes[id].unit.clone());
    let unit = formula::unit_of(&expr, &lookup).map_err(|fault| builder.formula(name, fault))?;
    let axes = operands.iter().fold(0, |set, &id| set | builder.nodes[id].axes);
    Ok((Rule::Expr { expr, operands }, axes, unit))
}

fn share(builder: &Builder<'_>, name: &str, raw: &RawBinding) -> Result<Built, Error> {
    let of = builder.resolve(name, raw.share.as_deref().unwrap_or_default())?;
    let over = over(builder, name, raw, builder.nodes[of].axes)?;
    let residual = raw.residual.unwrap_or_default();
    if residual != crate::document::Residual::Renormalise && !builder.nodes[of].unit.is_dimensionless() {
        let reason =
            format!("`{}` is not a share: only `residual = \"renormalise\"` makes it one", builder.nodes[of].name);
        return Err(builder.fault(name, "residual", reason));
    }
    let rule = Rule::Share { of, over, residual, tolerance: raw.tolerance.unwrap_or(SHARE_TOLERANCE) };
    Ok((rule, builder.nodes[of].axes, Unit::default()))
}

fn map(builder: &Builder<'_>, name: &str, raw: &RawBinding) -> Result<Built, Error> {
    let of = builder.resolve(name, raw.map.as_deref().unwrap_or_default())?;
    let node = &builder.nodes[of];
    let set = |over: &RawOver| {
        let names = over.over.clone().into_vec();
        let set = builder.axis_set(name, &names)?;
        if set & !node.axes != 0 {
            return Err(builder.fault(name, "over", format!("`{}` has no such axis", node.name)));
        }
        Ok(set)
    };
    let mut found = Vec::new();
    found.extend(raw.affine.map(Transform::Affine));
    found.extend(raw.log.map(Transform::Log));
    if let Some(bins) = raw.bins.clone() {
        let is_sorted = bins.edges.windows(2).all(|pair| pair[0] < pair[1]);
        if !is_sorted || bins.values.len() != bins.edges.len() + 1 {
            let reason = "`bins` needs ascending edges and one value more than edges".to_owned();
            return Err(builder.fault(name, "bins", reason));
        }
        found.push(Transform::Bins(bins));
    }
    found.extend(raw.target.clone().map(Transform::Target));
    for (one, make) in [
        (&raw.min_max, Transform::MinMax as fn(AxisSet) -> Transform),
        (&raw.percentile, Transform::Percentile),
        (&raw.scale_to_max, Transform::ScaleToMax),
    ] {
        if let Some(over) = one {
            found.push(make(set(over)?));
        }
    }
    let is_clamp_only = found.is_empty() && raw.clamp.is_some();
    if is_clamp_only {
        found.push(Transform::Affine([0.0, 1.0]));
    }
    let (Some(transform), true) = (found.pop(), found.is_empty()) else {
        let reason =
            "expected exactly one of `affine`, `log`, `bins`, `target`, `min_max`, `percentile`, `scale_to_max`";
        return Err(builder.fault(name, "map", reason.to_owned()));
    };
    let needs_unit =
        matches!(transform, Transform::Affine(_) | Transform::Log(_) | Transform::Bins(_)) && !is_clamp_only;
    if needs_unit && raw.unit.is_none() {
        return Err(builder.fault(name, "map", "a `unit` of the result is needed here".to_owned()));
    }
    let unit = if is_clamp_only { node.unit.clone() } else { Unit::default() };
    Ok((Rule::Map { of, transform, clamp: raw.clamp }, node.axes, unit))
}

fn reduce(builder: &Builder<'_>, name: &str, raw: &RawBinding) -> Result<Built, Error> {
    let of = match raw.reduce.clone() {
        Some(OneOrMany::One(one)) => builder.resolve(name, &one)?,
        Some(OneOrMany::Many(many)) => return indicators(builder, name, raw, &many),
        None => return Err(builder.fault(name, "reduce", "expected a name".to_owned())),
    };
    let weight = raw.weight.as_deref().map(|one| builder.resolve(name, one)).transpose()?;
    let node = &builder.nodes[of];
    let axes = node.axes | weight.map_or(0, |id| builder.nodes[id].axes);
    let over = over(builder, name, raw, axes)?;
    let by = statistic(builder, name, raw)?;
    let weight_unit = weight.map_or_else(Unit::default, |id| builder.nodes[id].unit.clone());
    let unit = match by {
        Statistic::Sum { power, weight_inside: false } => weight_unit.times(&raised(builder, name, &node.unit, power)?),
        Statistic::Sum { power, weight_inside: true } => raised(builder, name, &weight_unit.times(&node.unit), power)?,
        Statistic::Mean
        | Statistic::GeometricMean
        | Statistic::Norm
        | Statistic::Max
        | Statistic::Min
        | Statistic::Top { .. }
        | Statistic::WithoutTop { .. }
        | Statistic::RecencyWeightedMean { .. } => node.unit.clone(),
        Statistic::Product | Statistic::Entropy | Statistic::Hill { .. } => {
            if !node.unit.is_dimensionless() {
                let reason =
                    format!("`{}` has the unit `{}`, expected shares: take a `share` first", node.name, node.unit);
                return Err(builder.fault(name, "reduce", reason));
            }
            Unit::default()
        }
        _ => Unit::default(),
    };
    if weight.is_some() && !matches!(by, Statistic::Sum { .. } | Statistic::Mean) {
        return Err(builder.fault(name, "weight", "only `sum` and `mean` take a weight".to_owned()));
    }
    let complete = raw.complete.iter().flatten().map(|(axis, &count)| Ok((builder.axis(name, axis)?, count)));
    let complete = complete.collect::<Result<Vec<_>, Error>>()?;
    let rule = Rule::Reduce(Reduce {
        of,
        over,
        by,
        weight,
        complete,
        skip_missing: raw.skip_missing.unwrap_or(false),
        minimum_coverage: raw.minimum_coverage.unwrap_or(0.0),
    });
    Ok((rule, axes & !over, unit))
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
    let k = raw.k.unwrap_or(1);
    Ok(match raw.by.as_deref().unwrap_or_default() {
        "sum" => {
            let (power, weight_inside) = (raw.power.unwrap_or(1.0), raw.weight_inside.unwrap_or(false));
            Statistic::Sum { power, weight_inside }
        }
        "mean" => Statistic::Mean,
        "geometric_mean" => Statistic::GeometricMean,
        "product" => Statistic::Product,
        "norm" => Statistic::Norm,
        "max" => Statistic::Max,
        "min" => Statistic::Min,
        "count" => Statistic::Count,
        "entropy" => Statistic::Entropy,
        "hill" => Statistic::Hill { order: raw.order.unwrap_or(2.0) },
        "top" => Statistic::Top { k },
        "without_top" => Statistic::WithoutTop { k },
        "mean_growth" => Statistic::MeanGrowth,
        "sd_log_returns" => Statistic::SdLogReturns,
        "coefficient_of_variation" => Statistic::CoefficientOfVariation,
        "max_drawdown" => Statistic::MaxDrawdown,
        "recency_weighted_mean" => Statistic::RecencyWeightedMean { decay: raw.decay.unwrap_or(0.5) },
        found => {
            let known = [
                "sum",
                "mean",
                "geometric_mean",
                "product",
                "norm",
                "max",
                "min",
                "count",
                "entropy",
                "hill",
                "top",
                "without_top",
                "mean_growth",
                "sd_log_returns",
                "coefficient_of_variation",
                "max_drawdown",
                "recency_weighted_mean",
            ];
            let near = crate::error::hint(&critmin_core::nearest(found, known));
            return Err(builder.fault(
                name,
                "by",
                format!("unknown statistic `{found}`{near}; expected one of {known:?}"),
            ));
        }
    })
}

fn indicators(builder: &Builder<'_>, name: &str, raw: &RawBinding, many: &[String]) -> Result<Built, Error> {
    let of = many.iter().map(|one| builder.resolve(name, one)).collect::<Result<Vec<_>, _>>()?;
    let Some(&first) = of.first() else {
        return Err(builder.fault(name, "reduce", "expected at least one name".to_owned()));
    };
    let unit = builder.nodes[first].unit.clone();
    if let Some(&odd) = of.iter().find(|&&id| builder.nodes[id].unit != unit) {
        let (odd, first) = (&builder.nodes[odd], &builder.nodes[first]);
        let reason = format!("`{}` has the unit `{}`, `{}` the unit `{unit}`", odd.name, odd.unit, first.name);
        return Err(builder.fault(name, "reduce", reason));
    }
    let by = match raw.by.as_deref().unwrap_or_default() {
        "sum" => Combination::Sum,
        "mean" => Combination::Mean,
        "geometric_mean" => Combination::GeometricMean,
        "product" => Combination::Product,
        "norm" => Combination::Norm,
        "max" => Combination::Max,
        "min" => Combination::Min,
        found => {
            let reason =
                format!("unknown combination `{found}`; expected sum, mean, geometric_mean, product, norm, max or min");
            return Err(builder.fault(name, "by", reason));
        }
    };
    if let Some(weights) = &raw.weights {
        let sum: f64 = weights.iter().sum();
        if weights.len() != of.len() {
            let reason = format!("{} weights for {} indicators", weights.len(), of.len());
            return Err(builder.fault(name, "weights", reason));
        }
        if !((sum - 1.0).abs() <= WEIGHT_SLACK && weights.iter().all(|weight| 0.0 <= *weight)) {
            let reason = format!("the weights sum to {sum}, expected 1 and none below 0");
            return Err(builder.fault(name, "weights", reason));
        }
        if !matches!(by, Combination::Mean | Combination::Sum | Combination::GeometricMean) {
            let reason = "only `mean`, `sum` and `geometric_mean` take weights".to_owned();
            return Err(builder.fault(name, "weights", reason));
        }
    }
    if by == Combination::Product && !unit.is_dimensionless() {
        return Err(builder.fault(name, "by", format!("a product of `{unit}`: write it as an `expr`")));
    }
    let axes = of.iter().fold(0, |set, &id| set | builder.nodes[id].axes);
    Ok((Rule::Indicators { of, by, weights: raw.weights.clone() }, axes, unit))
}

fn select(builder: &Builder<'_>, name: &str, raw: &RawBinding) -> Result<Built, Error> {
    let by = raw.by.as_deref().unwrap_or_default();
    let of = match &raw.select {
        Some(RawSelect::Many(many)) if by == "first_available" => return first_available(builder, name, many),
        Some(RawSelect::One(one)) => builder.resolve(name, one)?,
        _ => {
            let reason = "a list needs `by = \"first_available\"`, a single name `highest`, `lowest` or `at_highest`";
            return Err(builder.fault(name, "select", reason.to_owned()));
        }
    };
    let by = match (by, raw.of.as_deref()) {
        ("highest", None) => Selection::Highest,
        ("lowest", None) => Selection::Lowest,
        ("at_highest", Some(other)) => Selection::AtHighest(builder.resolve(name, other)?),
        (found, _) => {
            let reason = format!("found by = `{found}`; expected `highest`, `lowest`, or `at_highest` with `of`");
            return Err(builder.fault(name, "by", reason));
        }
    };
    let node = &builder.nodes[of];
    let axes = node.axes | if let Selection::AtHighest(other) = by { builder.nodes[other].axes } else { 0 };
    let set = over(builder, name, raw, axes)?;
    if set.count_ones() != 1 {
        return Err(builder.fault(name, "over", "`select` works over one axis".to_owned()));
    }
    let rule = Rule::Select { of, over: set.trailing_zeros() as usize, by };
    Ok((rule, axes & !set, node.unit.clone()))
}

fn first_available(builder: &Builder<'_>, name: &str, many: &[RawAlternative]) -> Result<Built, Error> {
    let resolve = |one: &String| builder.resolve(name, one);
    let mut alternatives = Vec::new();
    for one in many {
        let (used, when) = match one {
            RawAlternative::Plain(used) => (used, std::slice::from_ref(used)),
            RawAlternative::When { name, when } => (name, when.as_slice()),
        };
        let when = when.iter().map(resolve).collect::<Result<Vec<NodeId>, _>>()?;
        alternatives.push(Alternative { node: resolve(used)?, when });
    }
    let Some(first) = alternatives.first() else {
        return Err(builder.fault(name, "select", "expected at least one alternative".to_owned()));
    };
    let unit = builder.nodes[first.node].unit.clone();
    if let Some(odd) = alternatives.iter().find(|one| builder.nodes[one.node].unit != unit) {
        let odd = &builder.nodes[odd.node];
        return Err(builder.fault(
            name,
            &odd.name,
            format!("`{}` has the unit `{}`, the first `{unit}`", odd.name, odd.unit),
        ));
    }
    let axes = alternatives.iter().fold(0, |set, one| set | builder.nodes[one.node].axes);
    Ok((Rule::FirstAvailable(alternatives), axes, unit))
}

fn classify(builder: &Builder<'_>, name: &str, raw: &RawBinding) -> Result<Built, Error> {
    let decimals = raw.decimals;
    let (all, conditions) = match &raw.classify {
        Some(RawClassify::One(one)) => {
            let of = builder.resolve(name, one)?;
            let levels = raw.levels.clone().unwrap_or_default();
            let is_last_open = levels.last().is_some_and(|level| level.at_least.is_none() && level.above.is_none());
            if !is_last_open {
                let reason = "`levels` needs a last one without a bound, for whatever is left".to_owned();
                return Err(builder.fault(name, "levels", reason));
            }
            return Ok((Rule::Levels { of, levels, decimals }, builder.nodes[of].axes, Unit::default()));
        }
        Some(RawClassify::All { all }) => (true, all),
        Some(RawClassify::Any { any }) => (false, any),
        None => return Err(builder.fault(name, "", NO_PRIMITIVE.to_owned())),
    };
    let conditions = conditions.iter().map(|one| condition(builder, name, one)).collect::<Result<Vec<_>, _>>()?;
    let labels = match raw.labels.as_deref() {
        None => ["no".to_owned(), "yes".to_owned()],
        Some([no, yes]) => [no.clone(), yes.clone()],
        Some(_) => return Err(builder.fault(name, "labels", "expected two labels, first for `no`".to_owned())),
    };
    let axes = conditions.iter().fold(0, |set, one| set | builder.nodes[one.node].axes);
    Ok((Rule::Conditions { all, conditions, labels, decimals }, axes, Unit::default()))
}

fn condition(builder: &Builder<'_>, name: &str, raw: &RawCondition) -> Result<Condition, Error> {
    let node = builder.resolve(name, &raw.value)?;
    match (raw.at_least, raw.above) {
        (Some(bound), None) => Ok(Condition { node, bound, inclusive: true }),
        (None, Some(bound)) => Ok(Condition { node, bound, inclusive: false }),
        _ => Err(builder.fault(name, &raw.value, "expected either `at_least` or `above`".to_owned())),
    }
}

fn over(builder: &Builder<'_>, name: &str, raw: &RawBinding, axes: AxisSet) -> Result<AxisSet, Error> {
    let Some(over) = raw.over.clone() else {
        return Err(builder.fault(name, "", "`over` is needed: the axis or axes that are taken together".to_owned()));
    };
    let set = builder.axis_set(name, &over.into_vec())?;
    if set & !axes != 0 || set == 0 {
        let reason = format!("`over` names {}, the value has {}", axis_words(builder, set), axis_words(builder, axes));
        return Err(builder.fault(name, "over", reason));
    }
    Ok(set)
}

fn axis_words(builder: &Builder<'_>, set: AxisSet) -> String {
    let names: Vec<&str> = crate::method::axes_in(set).map(|axis| builder.axes[axis].name.as_str()).collect();
    format!("{names:?}")
}

const NO_PRIMITIVE: &str = "expected exactly one of `expr`, `share`, `map`, `reduce`, `select`, `classify`, `balance`";

/// A key that the primitive does not know would be ignored silently: refuse it.
fn check_options(builder: &Builder<'_>, name: &str, raw: &RawBinding) -> Result<(), Error> {
    let primitives = [
        ("expr", raw.expr.is_some(), ""),
        ("share", raw.share.is_some(), "over residual tolerance"),
        ("map", raw.map.is_some(), "affine log bins target min_max percentile scale_to_max clamp"),
        (
            "reduce",
            raw.reduce.is_some(),
            "over by power weight weight_inside order k decay complete skip_missing minimum_coverage weights",
        ),
        ("select", raw.select.is_some(), "over by of"),
        ("classify", raw.classify.is_some(), "levels labels decimals"),
    ];
    let found: Vec<_> = primitives.iter().filter(|(_, is_there, _)| *is_there).collect();
    let [(primitive, _, allowed)] = found.as_slice() else {
        return Err(builder.fault(name, "", NO_PRIMITIVE.to_owned()));
    };
    let options = [
        ("over", raw.over.is_some()),
        ("by", raw.by.is_some()),
        ("power", raw.power.is_some()),
        ("weight", raw.weight.is_some()),
        ("weight_inside", raw.weight_inside.is_some()),
        ("order", raw.order.is_some()),
        ("k", raw.k.is_some()),
        ("decay", raw.decay.is_some()),
        ("complete", raw.complete.is_some()),
        ("skip_missing", raw.skip_missing.is_some()),
        ("minimum_coverage", raw.minimum_coverage.is_some()),
        ("weights", raw.weights.is_some()),
        ("residual", raw.residual.is_some()),
        ("tolerance", raw.tolerance.is_some()),
        ("affine", raw.affine.is_some()),
        ("log", raw.log.is_some()),
        ("bins", raw.bins.is_some()),
        ("target", raw.target.is_some()),
        ("min_max", raw.min_max.is_some()),
        ("percentile", raw.percentile.is_some()),
        ("scale_to_max", raw.scale_to_max.is_some()),
        ("clamp", raw.clamp.is_some()),
        ("of", raw.of.is_some()),
        ("levels", raw.levels.is_some()),
        ("labels", raw.labels.is_some()),
        ("decimals", raw.decimals.is_some()),
        ("gives", raw.gives.is_some()),
        ("floor", raw.floor.is_some()),
    ];
    let odd = options.iter().find(|(option, is_there)| *is_there && !allowed.split(' ').any(|known| known == *option));
    match odd {
        Some((option, _)) => Err(builder.fault(name, option, format!("`{primitive}` has no option `{option}`"))),
        None => Ok(()),
    }
}

impl Builder<'_> {
    pub(crate) fn missing(
        &self,
        name: &str,
        raw: &RawMissing,
        axes: AxisSet,
        higher_is: HigherIs,
    ) -> Result<Missing, Error> {
        Ok(match raw {
            RawMissing::Named(word) => match word.as_str() {
                "unavailable" => Missing::Unavailable,
                "error" => Missing::Error,
                "skip" => Missing::Skip,
                "worst" | "best" if higher_is == HigherIs::Larger => {
                    let reason = format!("`missing = \"{word}\"` needs `higher_is = \"riskier\"` or `\"safer\"`");
                    return Err(self.fault(name, "missing", reason));
                }
                "worst" => Missing::Worst,
                "best" => Missing::Best,
                found => {
                    let reason =
                        format!("unknown policy `{found}`; expected unavailable, error, skip, worst, best, or a table");
                    return Err(self.fault(name, "missing", reason));
                }
            },
            RawMissing::Constant { constant } => Missing::Constant(*constant),
            RawMissing::MeanOver { mean_over } => {
                let axis = self.own_axis(name, mean_over, axes)?;
                Missing::MeanOver(1 << axis)
            }
            RawMissing::NotListed { not_listed, within } => {
                let within = within.iter().try_fold(0, |set, axis| Ok(set | 1 << self.own_axis(name, axis, axes)?))?;
                Missing::NotListed { value: *not_listed, within }
            }
            RawMissing::Nearest { nearest, at_most } => {
                Missing::Nearest { axis: self.own_axis(name, nearest, axes)?, at_most: *at_most }
            }
        })
    }

    fn own_axis(&self, name: &str, axis: &str, axes: AxisSet) -> Result<usize, Error> {
        let found = self.axis(name, axis)?;
        if axes >> found & 1 == 1 {
            return Ok(found);
        }
        Err(self.fault(name, "missing", format!("`{name}` has no axis `{axis}`")))
    }
}
