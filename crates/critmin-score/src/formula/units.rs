//! In which unit is the result of a formula?

use crate::formula::{Expr, FormulaError, Function};
use crate::unit::Unit;

/// The unit of a formula whose names have these units; a bare number has none.
///
/// What is added or compared must have one unit, and gross and contained mass never do; `ln`, `exp`, the weight of
/// `mix` and broken powers need a number without unit; `sqrt` and `cbrt` need powers that divide.
///
/// # Errors
///
/// [`FormulaError::UnlikeUnits`], [`FormulaError::GrossAgainstContained`], [`FormulaError::NotDimensionless`] or
/// [`FormulaError::NoSuchPower`], each with the part of the formula at fault.
pub fn unit_of(expr: &Expr, units: &dyn Fn(&str) -> Unit) -> Result<Unit, FormulaError> {
    match expr {
        Expr::Number(_) => Ok(Unit::default()),
        Expr::Name(name) => Ok(units(name)),
        Expr::Negate(inner) => unit_of(inner, units),
        Expr::Add(left, right) | Expr::Subtract(left, right) => {
            alike(expr, unit_of(left, units)?, &unit_of(right, units)?)
        }
        Expr::Multiply(left, right) => Ok(unit_of(left, units)?.times(&unit_of(right, units)?)),
        Expr::Divide(left, right) => Ok(unit_of(left, units)?.over(&unit_of(right, units)?)),
        Expr::Power(base, power) => unit_of_power(expr, unit_of(base, units)?, *power),
        Expr::Call(function, arguments) => {
            let found: Vec<Unit> =
                arguments.iter().map(|argument| unit_of(argument, units)).collect::<Result<_, _>>()?;
            unit_of_call(expr, *function, &found)
        }
    }
}

fn unit_of_power(expr: &Expr, base: Unit, power: f64) -> Result<Unit, FormulaError> {
    // Beyond this no quantity of the field goes; it also keeps the conversion exact.
    const HIGHEST: f64 = 99.0;
    if base.is_dimensionless() {
        return Ok(base);
    }
    if power.fract() == 0.0 && power.abs() <= HIGHEST {
        #[expect(clippy::cast_possible_truncation, reason = "whole and at most 99")]
        return Ok(base.power(power as i32));
    }
    Err(FormulaError::NoSuchPower { expression: expr.to_string(), found: base })
}

fn unit_of_call(expr: &Expr, function: Function, arguments: &[Unit]) -> Result<Unit, FormulaError> {
    let Some((first, others)) = arguments.split_first() else { return Ok(Unit::default()) };
    let root = |degree| {
        let no_root = || FormulaError::NoSuchPower { expression: expr.to_string(), found: first.clone() };
        first.root(degree).ok_or_else(no_root)
    };
    match function {
        Function::Abs => Ok(first.clone()),
        Function::Sqrt => root(2),
        Function::Cbrt => root(3),
        Function::Ln | Function::Exp => dimensionless(expr, first),
        Function::Min | Function::Max => others.iter().try_fold(first.clone(), |unit, next| alike(expr, unit, next)),
        Function::Mix => {
            others.get(1).map_or(Ok(Unit::default()), |weight| dimensionless(expr, weight))?;
            others.first().map_or(Ok(first.clone()), |second| alike(expr, first.clone(), second))
        }
    }
}

fn dimensionless(expr: &Expr, found: &Unit) -> Result<Unit, FormulaError> {
    if found.is_dimensionless() {
        return Ok(Unit::default());
    }
    Err(FormulaError::NotDimensionless { expression: expr.to_string(), found: found.clone() })
}

fn alike(expr: &Expr, left: Unit, right: &Unit) -> Result<Unit, FormulaError> {
    if left == *right {
        return Ok(left);
    }
    let expression = expr.to_string();
    if left.is_gross_against_contained(right) {
        return Err(FormulaError::GrossAgainstContained { expression });
    }
    Err(FormulaError::UnlikeUnits { expression, left, right: right.clone() })
}
