//! One binding of a document, checked: its rule, its axes and its unit.

mod input;
mod missing;
mod options;
mod statistic;

use crate::Error;
use crate::document::{Level, OneOrMany, RawAlternative, RawBinding, RawClassify, RawCondition, RawOver, RawSelect};
use crate::formula;
use crate::method::{Alternative, AxisSet, Combination, Condition, Node, NodeId, Rule, Selection, Transform, needs};
use crate::parse::Builder;
use crate::unit::Unit;

pub(crate) use input::build_input;
use options::{NO_PRIMITIVE, check_options};

/// How far the sum of weights may be from one.
const WEIGHT_SLACK: f64 = 1e-9;
/// How far printed shares may be from one before they count as incomplete or too many.
const SHARE_TOLERANCE: f64 = 0.05;
/// Most decimals that a class is decided by: beyond them a number has no more digits.
const MOST_DECIMALS: u32 = 12;

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

/// A rule, its axes and its unit.
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
    let tolerance = raw.tolerance.unwrap_or(SHARE_TOLERANCE);
    if tolerance < 0.0 {
        return Err(builder.fault(name, "tolerance", format!("found the tolerance {tolerance}, expected 0 or more")));
    }
    let rule = Rule::Share { of, over, residual, tolerance };
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
    if let Some([low, high]) = raw.clamp.filter(|[low, high]| low > high) {
        return Err(builder.fault(name, "clamp", format!("`clamp` goes from {low} down to {high}")));
    }
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
    if let Some(target) = raw.target.clone() {
        if target.value == 0.0 {
            return Err(builder.fault(name, "target", "nothing has a distance to a target of 0".to_owned()));
        }
        found.push(Transform::Target(target));
    }
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
    match &raw.reduce {
        Some(OneOrMany::One(one)) => statistic::reduction(builder, name, raw, one),
        Some(OneOrMany::Many(many)) => indicators(builder, name, raw, many),
        None => Err(builder.fault(name, "reduce", "expected a name".to_owned())),
    }
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
    if decimals.is_some_and(|decimals| MOST_DECIMALS < decimals) {
        return Err(builder.fault(name, "decimals", format!("expected at most {MOST_DECIMALS} decimals")));
    }
    let (all, conditions) = match &raw.classify {
        Some(RawClassify::One(one)) => {
            let of = builder.resolve(name, one)?;
            let levels = levels(builder, name, raw.levels.clone().unwrap_or_default())?;
            return Ok((Rule::Levels { of, levels, decimals }, builder.nodes[of].axes, Unit::default()));
        }
        Some(RawClassify::All { all }) => (true, all),
        Some(RawClassify::Any { any }) => (false, any),
        None => return Err(builder.fault(name, "", NO_PRIMITIVE.to_owned())),
    };
    if conditions.is_empty() {
        return Err(builder.fault(name, "classify", "expected at least one condition".to_owned()));
    }
    let conditions = conditions.iter().map(|one| condition(builder, name, one)).collect::<Result<Vec<_>, _>>()?;
    let labels = match raw.labels.as_deref() {
        None => ["no".to_owned(), "yes".to_owned()],
        Some([no, yes]) => [no.clone(), yes.clone()],
        Some(_) => return Err(builder.fault(name, "labels", "expected two labels, first for `no`".to_owned())),
    };
    let axes = conditions.iter().fold(0, |set, one| set | builder.nodes[one.node].axes);
    Ok((Rule::Conditions { all, conditions, labels, decimals }, axes, Unit::default()))
}

/// Classes from the top down, each with one bound, and one without for whatever is left.
fn levels(builder: &Builder<'_>, name: &str, levels: Vec<Level>) -> Result<Vec<Level>, Error> {
    let bound = |level: &Level| match (level.at_least, level.above) {
        (Some(bound), None) | (None, Some(bound)) => Some(bound),
        _ => None,
    };
    let is_open = |level: &Level| level.at_least.is_none() && level.above.is_none();
    let reason = match levels.split_last() {
        Some((last, _)) if !is_open(last) => "`levels` needs a last one without a bound, for whatever is left",
        None => "`levels` needs a last one without a bound, for whatever is left",
        Some((_, others)) if others.iter().any(|level| bound(level).is_none()) => {
            "each of the `levels` but the last needs either `at_least` or `above`"
        }
        Some((_, others)) if others.windows(2).any(|pair| bound(&pair[0]) < bound(&pair[1])) => {
            "`levels` go from the highest bound down: a later one would never be reached"
        }
        Some(_) => return Ok(levels),
    };
    Err(builder.fault(name, "levels", reason.to_owned()))
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
