//! One input of a document, checked: where its values come from, within which range, and how they vary.

use crate::Error;
use crate::document::{Carry, Distribution, DistributionKind, RawInput, RawReference, Region, ValueOf};
use crate::method::{AxisSet, Input, Reference, Value};
use crate::parse::Builder;

pub(crate) fn build_input(builder: &Builder<'_>, name: &str, axes: AxisSet, raw: RawInput) -> Result<Input, Error> {
    if let Some([low, high]) = raw.range.filter(|[low, high]| low > high) {
        return Err(builder.fault(name, "range", format!("`range` goes from {low} down to {high}")));
    }
    if let Some(one) = &raw.uncertainty {
        check_distribution(builder, name, one, axes)?;
    }
    let reference = raw.reference.map(|reference| build_reference(builder, name, axes, reference)).transpose()?;
    Ok(Input { range: raw.range, reference, uncertainty: raw.uncertainty })
}

fn build_reference(builder: &Builder<'_>, name: &str, axes: AxisSet, raw: RawReference) -> Result<Reference, Error> {
    let columns = raw.axes.iter().map(|(axis, column)| Ok((builder.axis(name, axis)?, column.clone())));
    let columns: Vec<(usize, String)> = columns.collect::<Result<_, Error>>()?;
    let given = columns.iter().fold(0, |set, (axis, _)| set | 1 << axis);
    let expanded =
        raw.expand.as_ref().map_or(Ok(0), |expand| builder.axis_set(name, std::slice::from_ref(&expand.axis)))?;
    if given & expanded != 0 || given | expanded != axes {
        let reason =
            "`reference.axes` must give a column for each of the input's axes but an expanded one, and no other";
        return Err(builder.fault(name, "axes", reason.to_owned()));
    }
    if let Some([first, last]) = raw.years.filter(|[first, last]| first > last) {
        return Err(builder.fault(name, "years", format!("`years` goes from {first} back to {last}")));
    }
    Ok(Reference {
        table: raw.table,
        value: match raw.value {
            ValueOf::Column(column) => Value::Column(column),
            ValueOf::Literal(value) => Value::Literal(value),
        },
        scale: raw.scale,
        axes: columns,
        keep: raw.keep.into_iter().map(|(column, labels)| (column, labels.into_texts())).collect(),
        pin: raw.pin,
        years: raw.years,
        censored: raw.censored,
        combine: raw.combine,
        expand: raw.expand,
        carry: raw.carry.map(|carry| carried(builder, name, carry, axes)).transpose()?,
        region: raw.region.map(|region| bloc(builder, name, region, axes)).transpose()?,
        unlabelled: raw.unlabelled,
    })
}

/// The axes of a carry must be the input's own.
fn carried(builder: &Builder<'_>, name: &str, carry: Carry, axes: AxisSet) -> Result<Carry, Error> {
    let used = builder.axis_set(name, &carry.within)? | 1 << builder.axis(name, &carry.axis)?;
    if used & !axes == 0 {
        return Ok(carry);
    }
    Err(builder.fault(name, "carry", "`carry` names an axis that the input does not have".to_owned()))
}

/// A bloc stands on an axis of the input, and so does the partner that may lie inside it.
fn bloc(builder: &Builder<'_>, name: &str, region: Region, axes: AxisSet) -> Result<Region, Error> {
    let partner =
        region.partner.as_ref().map_or(Ok(0), |partner| builder.axis_set(name, std::slice::from_ref(partner)))?;
    let used = partner | 1 << builder.axis(name, &region.axis)?;
    if used & !axes == 0 {
        return Ok(region);
    }
    Err(builder.fault(name, "region", "`region` names an axis that the input does not have".to_owned()))
}

fn check_distribution(builder: &Builder<'_>, name: &str, one: &Distribution, axes: AxisSet) -> Result<(), Error> {
    let needs_size = !matches!(one.kind, DistributionKind::None | DistributionKind::Column);
    let is_size = one.size.is_some_and(|size| 0.0 <= size);
    if needs_size && !is_size {
        let reason = "this distribution needs a `size` that is not negative".to_owned();
        return Err(builder.fault(name, "uncertainty", reason));
    }
    let over = one.renormalise.as_ref().map_or(Ok(0), |axis| builder.axis_set(name, std::slice::from_ref(axis)))?;
    if over & !axes != 0 {
        let reason = "`renormalise` names an axis that the input does not have".to_owned();
        return Err(builder.fault(name, "renormalise", reason));
    }
    Ok(())
}
