//! Which options each primitive and statistic has: one that it does not know would be ignored in silence.

use crate::Error;
use crate::document::{OneOrMany, RawBinding, RawClassify, RawSelect};
use crate::parse::Builder;

pub(super) const NO_PRIMITIVE: &str =
    "expected exactly one of `expr`, `share`, `map`, `reduce`, `select`, `classify`, `balance`";

/// What a binding asks for, in words, and the options that go with it.
type Kind = (String, Vec<&'static str>);

/// Refuses a binding that has no primitive, several of them, or an option that its primitive does not have.
pub(super) fn check_options(builder: &Builder<'_>, name: &str, raw: &RawBinding) -> Result<(), Error> {
    let mut kinds = kinds(raw).into_iter();
    let (Some((kind, allowed)), None) = (kinds.next(), kinds.next()) else {
        return Err(builder.fault(name, "", NO_PRIMITIVE.to_owned()));
    };
    let odd = given(raw).into_iter().find(|option| !allowed.contains(option));
    odd.map_or(Ok(()), |option| Err(builder.fault(name, option, format!("{kind} has no option `{option}`"))))
}

/// Every primitive that the binding names.
fn kinds(raw: &RawBinding) -> Vec<Kind> {
    const MAP: [&str; 8] = ["affine", "log", "bins", "target", "min_max", "percentile", "scale_to_max", "clamp"];
    let primitive = |is_there: bool, name: &str, options: &[&'static str]| {
        is_there.then(|| (format!("`{name}`"), options.to_vec()))
    };
    let found = [
        primitive(raw.expr.is_some(), "expr", &[]),
        primitive(raw.share.is_some(), "share", &["over", "residual", "tolerance"]),
        primitive(raw.map.is_some(), "map", &MAP),
        raw.reduce.as_ref().map(|of| reduction(of, raw.by.as_deref().unwrap_or_default())),
        raw.select.as_ref().map(|of| selection(of, raw.by.as_deref().unwrap_or_default())),
        raw.classify.as_ref().map(|of| match of {
            RawClassify::One(_) => ("`classify` of a name".to_owned(), vec!["levels", "decimals"]),
            _ => ("`classify` of conditions".to_owned(), vec!["labels", "decimals"]),
        }),
    ];
    found.into_iter().flatten().collect()
}

fn reduction(of: &OneOrMany, by: &str) -> Kind {
    if matches!(of, OneOrMany::Many(_)) {
        return ("`reduce` of a list".to_owned(), vec!["by", "weights"]);
    }
    let own: &[&str] = match by {
        "sum" => &["power", "weight", "weight_inside"],
        "mean" => &["weight"],
        "hill" => &["order"],
        "top" | "without_top" => &["k"],
        "recency_weighted_mean" => &["decay"],
        _ => &[],
    };
    let all = ["over", "by", "complete", "skip_missing", "minimum_coverage"];
    (format!("`reduce` by `{by}`"), all.iter().chain(own).copied().collect())
}

fn selection(of: &RawSelect, by: &str) -> Kind {
    match of {
        RawSelect::Many(_) => ("`select` of a list".to_owned(), vec!["by"]),
        RawSelect::One(_) if by == "at_highest" => ("`select` by `at_highest`".to_owned(), vec!["over", "by", "of"]),
        RawSelect::One(_) => (format!("`select` by `{by}`"), vec!["over", "by"]),
    }
}

/// The options that the binding gives.
fn given(raw: &RawBinding) -> Vec<&'static str> {
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
    options.into_iter().filter(|(_, is_there)| *is_there).map(|(option, _)| option).collect()
}
