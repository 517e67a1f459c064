//! A formula as a list of steps, evaluated row by row without allocating.

use crate::formula::{Expr, Function};
use crate::method::NodeId;

/// How deep a formula may nest.
const DEPTH: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Number(f64),
    Operand(usize),
    Negate,
    Add,
    Subtract,
    Multiply,
    Divide,
    Power(f64),
    Mix,
    Min,
    Max,
    Sqrt,
    Cbrt,
    Ln,
    Exp,
    Abs,
}

/// The steps of one formula.
#[derive(Debug, Clone, Default)]
pub(crate) struct Program {
    steps: Vec<Step>,
}

impl Program {
    /// The steps of `expr`; `None` when it nests too deep. `operand` gives the position of each name.
    pub(crate) fn new(expr: &Expr, operand: &impl Fn(&str) -> usize) -> Option<Self> {
        let mut program = Self::default();
        program.push(expr, operand);
        let mut depth = 0_usize;
        for step in &program.steps {
            match step {
                Step::Number(_) | Step::Operand(_) => depth += 1,
                Step::Add | Step::Subtract | Step::Multiply | Step::Divide | Step::Min | Step::Max => depth -= 1,
                Step::Mix => depth -= 2,
                _ => {}
            }
            if depth > DEPTH {
                return None;
            }
        }
        Some(program)
    }

    fn push(&mut self, expr: &Expr, operand: &impl Fn(&str) -> usize) {
        let step = match expr {
            Expr::Number(number) => Step::Number(*number),
            Expr::Name(name) => Step::Operand(operand(name)),
            Expr::Negate(inner) => self.unary(inner, operand, Step::Negate),
            Expr::Power(inner, power) => self.unary(inner, operand, Step::Power(*power)),
            Expr::Add(left, right) => self.binary(left, right, operand, Step::Add),
            Expr::Subtract(left, right) => self.binary(left, right, operand, Step::Subtract),
            Expr::Multiply(left, right) => self.binary(left, right, operand, Step::Multiply),
            Expr::Divide(left, right) => self.binary(left, right, operand, Step::Divide),
            Expr::Call(function, arguments) => {
                for (position, argument) in arguments.iter().enumerate() {
                    self.push(argument, operand);
                    // `min` and `max` take two at a time: of three arguments the first pair is settled before the third.
                    let is_paired = matches!(function, Function::Min | Function::Max);
                    if is_paired && 0 < position && position + 1 < arguments.len() {
                        self.steps.push(if *function == Function::Min { Step::Min } else { Step::Max });
                    }
                }
                match function {
                    Function::Mix => Step::Mix,
                    Function::Min => Step::Min,
                    Function::Max => Step::Max,
                    Function::Sqrt => Step::Sqrt,
                    Function::Cbrt => Step::Cbrt,
                    Function::Ln => Step::Ln,
                    Function::Exp => Step::Exp,
                    Function::Abs => Step::Abs,
                }
            }
        };
        self.steps.push(step);
    }

    fn unary(&mut self, inner: &Expr, operand: &impl Fn(&str) -> usize, step: Step) -> Step {
        self.push(inner, operand);
        step
    }

    fn binary(&mut self, left: &Expr, right: &Expr, operand: &impl Fn(&str) -> usize, step: Step) -> Step {
        self.push(left, operand);
        self.push(right, operand);
        step
    }

    /// The two operands, when the formula is their product and nothing else: the most common one, with a shorter way.
    pub(crate) fn product(&self) -> Option<[usize; 2]> {
        match self.steps[..] {
            [Step::Operand(left), Step::Operand(right), Step::Multiply] => Some([left, right]),
            _ => None,
        }
    }

    /// The value, given the operands of one row.
    #[inline]
    pub(crate) fn value(&self, operand: impl Fn(usize) -> f64) -> f64 {
        let mut stack = [0.0_f64; DEPTH + 1];
        let mut top = 0;
        for step in &self.steps {
            match *step {
                Step::Number(number) => {
                    stack[top] = number;
                    top += 1;
                    continue;
                }
                Step::Operand(position) => {
                    stack[top] = operand(position);
                    top += 1;
                    continue;
                }
                _ => {}
            }
            let last = stack[top - 1];
            let (taken, result) = match *step {
                Step::Negate => (1, -last),
                Step::Power(power) => (1, last.powf(power)),
                Step::Sqrt => (1, last.sqrt()),
                Step::Cbrt => (1, last.cbrt()),
                Step::Ln => (1, last.ln()),
                Step::Exp => (1, last.exp()),
                Step::Abs => (1, last.abs()),
                Step::Add => (2, stack[top - 2] + last),
                Step::Subtract => (2, stack[top - 2] - last),
                Step::Multiply => (2, stack[top - 2] * last),
                Step::Divide => (2, stack[top - 2] / last),
                Step::Min => (2, smaller(stack[top - 2], last)),
                Step::Max => (2, larger(stack[top - 2], last)),
                Step::Mix => (3, stack[top - 3] * last + stack[top - 2] * (1.0 - last)),
                Step::Number(_) | Step::Operand(_) => (0, last),
            };
            top -= taken;
            stack[top] = result;
            top += 1;
        }
        stack[0]
    }
}

impl Program {
    /// The range of the value, given the range of each operand of one row.
    ///
    /// `mix` is one step, so an input that enters it once gives the exact range.
    pub(crate) fn range(&self, operand: impl Fn(usize) -> (f64, f64)) -> (f64, f64) {
        let mut stack = [(0.0_f64, 0.0_f64); DEPTH + 1];
        let mut top = 0;
        for step in &self.steps {
            let argument = |back: usize| stack[top - back];
            let (taken, result) = match *step {
                Step::Number(number) => (0, (number, number)),
                Step::Operand(position) => (0, operand(position)),
                Step::Negate => (1, (-argument(1).1, -argument(1).0)),
                Step::Power(power) => (1, power_range(argument(1), power)),
                Step::Sqrt => (1, ends(argument(1), f64::sqrt)),
                Step::Cbrt => (1, ends(argument(1), f64::cbrt)),
                Step::Ln => (1, ends(argument(1), f64::ln)),
                Step::Exp => (1, ends(argument(1), f64::exp)),
                Step::Abs => (1, power_range(ends(argument(1), |value| value), 2.0)),
                Step::Add => (2, (argument(2).0 + argument(1).0, argument(2).1 + argument(1).1)),
                Step::Subtract => (2, (argument(2).0 - argument(1).1, argument(2).1 - argument(1).0)),
                Step::Multiply => (2, corners([argument(2), argument(1), (0.0, 0.0)], |[a, b, _]| a * b)),
                Step::Divide if argument(1).0 <= 0.0 && 0.0 <= argument(1).1 => (2, (f64::NEG_INFINITY, f64::INFINITY)),
                Step::Divide => (2, corners([argument(2), argument(1), (0.0, 0.0)], |[a, b, _]| a / b)),
                Step::Min => (2, (argument(2).0.min(argument(1).0), argument(2).1.min(argument(1).1))),
                Step::Max => (2, (argument(2).0.max(argument(1).0), argument(2).1.max(argument(1).1))),
                Step::Mix => (3, corners([argument(3), argument(2), argument(1)], |[a, b, w]| a * w + b * (1.0 - w))),
            };
            let result = if matches!(step, Step::Abs) { (result.0.sqrt(), result.1.sqrt()) } else { result };
            top -= taken;
            stack[top] = result;
            top += 1;
        }
        stack[0]
    }
}

/// A rising function at both ends.
fn ends((low, high): (f64, f64), function: impl Fn(f64) -> f64) -> (f64, f64) {
    (function(low), function(high))
}

/// The smaller of two; without a value when one of them has none, where `f64::min` would take the other.
pub(crate) fn smaller(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.min(b) }
}

/// The larger of two, as [`smaller`].
pub(crate) fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }
}

fn power_range((low, high): (f64, f64), power: f64) -> (f64, f64) {
    if power < 0.0 && low <= 0.0 && 0.0 <= high {
        // A division by something that may be zero.
        return (f64::NEG_INFINITY, f64::INFINITY);
    }
    let (a, b) = (low.powf(power), high.powf(power));
    // An even power turns at zero.
    let turns = low < 0.0 && 0.0 < high && power > 0.0 && a >= 0.0;
    (if turns { 0.0 } else { a.min(b) }, a.max(b))
}

/// The extremes of a function that is straight in each argument lie at corners.
fn corners(arguments: [(f64, f64); 3], function: impl Fn([f64; 3]) -> f64) -> (f64, f64) {
    let mut range = (f64::INFINITY, f64::NEG_INFINITY);
    for corner in 0..8_u8 {
        let pick = |which: usize| if corner >> which & 1 == 0 { arguments[which].0 } else { arguments[which].1 };
        let value = function([pick(0), pick(1), pick(2)]);
        if value.is_nan() {
            return (f64::NAN, f64::NAN);
        }
        range = (range.0.min(value), range.1.max(value));
    }
    range
}

/// Position of a node among the operands of a formula.
pub(crate) fn position(operands: &[NodeId], id: NodeId) -> usize {
    operands.iter().position(|&each| each == id).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::parse;

    /// The value of a formula whose names are its operands in order of first use, and its range at that one point.
    fn value(text: &str, operands: &[f64]) -> f64 {
        let expr = parse(text).unwrap();
        let names: Vec<String> = expr.names().into_iter().map(str::to_owned).collect();
        let place = |name: &str| names.iter().position(|known| known == name).unwrap();
        let program = Program::new(&expr, &place).unwrap();
        let found = program.value(|operand| operands[operand]);
        let (low, high) = program.range(|operand| (operands[operand], operands[operand]));
        assert!(found.is_nan() || (low.to_bits(), high.to_bits()) == (found.to_bits(), found.to_bits()), "{text}");
        found
    }

    #[track_caller]
    fn gives(text: &str, operands: &[f64], expected: f64) {
        let found = value(text, operands);
        assert!((found - expected).abs() < 1e-12, "{text}: {found} instead of {expected}");
    }

    #[test]
    fn every_operator_and_function() {
        gives("-a + b * c", &[2.0, 3.0, 4.0], 10.0);
        gives("(a - b) / c", &[7.0, 1.0, 4.0], 1.5);
        gives("mix(a, b, c / 2)", &[8.0, 4.0, 0.5], 5.0);
        gives("a^2 + sqrt(b) + cbrt(c)", &[3.0, 16.0, 27.0], 16.0);
        gives("ln(exp(a)) + abs(-b)", &[2.0, 3.0], 5.0);
        gives("1 - min(a, b)", &[0.4, 0.3], 0.7);
    }

    #[test]
    fn smallest_and_largest_of_many() {
        gives("max(a, b, c)", &[1.0, 2.0, 3.0], 3.0);
        gives("max(a, b, c)", &[1.0, 3.0, 2.0], 3.0);
        gives("min(a, b, c, d)", &[4.0, 3.0, 2.0, 9.0], 2.0);
        gives("10 * max(a, min(b, c, d), 0) - a", &[1.0, 7.0, 5.0, 6.0], 49.0);
        assert!(value("max(ln(a), b)", &[-1.0, 0.0]).is_nan(), "what is undefined does not become the other one");
        assert!(value("min(b, ln(a))", &[0.0, -1.0]).is_nan());
    }

    #[test]
    fn ranges_hold_what_the_operands_allow() {
        let program = |text: &str| Program::new(&parse(text).unwrap(), &|_| 0).unwrap();
        assert_eq!(program("x^2").range(|_| (-1.0, 3.0)), (0.0, 9.0));
        assert_eq!(program("x^-1").range(|_| (-1.0, 3.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert_eq!(program("1 / x").range(|_| (0.0, 3.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert_eq!(program("abs(x)").range(|_| (-2.0, 1.0)), (0.0, 2.0));
        assert_eq!(program("2 - x").range(|_| (-2.0, 1.0)), (1.0, 4.0));
    }
}
