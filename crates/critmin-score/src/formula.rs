//! How is one number made from others? The `expr` strings of a method: read, printed, checked for units.
//!
//! The parser is written by hand: the grammar has five levels and one page of code, while a parser generator would add
//! a dependency and lose the messages, which are what a person who writes a method needs.

mod parser;
#[cfg(test)]
mod tests;
mod units;

use std::fmt;

use thiserror::Error;

use crate::unit::Unit;

pub use parser::parse;
pub use units::unit_of;

/// Longest formula, counted in numbers, names, operators, parentheses and calls. It bounds the depth of the tree, so
/// that no text can exhaust the stack where the tree is printed, checked or evaluated.
const MOST_PARTS: usize = 512;

/// Deepest nesting of parentheses, calls and signs: each level takes several steps of the parser, far more stack than a part.
const MOST_LEVELS: usize = 64;

/// A formula as a tree.
///
/// `Display` prints it with the fewest parentheses and [`parse`] reads that back.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A literal number, dimensionless.
    Number(f64),
    /// An input, a constant or another binding.
    Name(String),
    /// `-a`
    Negate(Box<Expr>),
    /// `a + b`
    Add(Box<Expr>, Box<Expr>),
    /// `a - b`
    Subtract(Box<Expr>, Box<Expr>),
    /// `a * b`
    Multiply(Box<Expr>, Box<Expr>),
    /// `a / b`
    Divide(Box<Expr>, Box<Expr>),
    /// `a ^ 2`: the power is a literal number, so that the unit of the result is known beforehand.
    Power(Box<Expr>, f64),
    /// `min(a, b)`
    Call(Function, Vec<Expr>),
}

/// A function that a formula may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `mix(a, b, weight)` = `a * weight + b * (1 - weight)`.
    Mix,
    /// Smallest of two or more.
    Min,
    /// Largest of two or more.
    Max,
    /// Square root.
    Sqrt,
    /// Cube root.
    Cbrt,
    /// Natural logarithm.
    Ln,
    /// Natural exponential.
    Exp,
    /// Absolute value.
    Abs,
}

/// What can be wrong with a formula. A `position` counts bytes from 0.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum FormulaError {
    /// No text.
    #[error("the formula is empty: write an expression such as `a * (1 - b)`")]
    Empty,
    /// Something else was needed here.
    #[error("found {found} at byte {position} of the formula where {expected} was expected")]
    Expected {
        /// Where.
        position: usize,
        /// What stands there, in backticks, or `the end`.
        found: String,
        /// What the grammar needs.
        expected: &'static str,
    },
    /// A parenthesis without its partner.
    #[error("the parenthesis at byte {position} of the formula has no partner: add or remove one")]
    Unbalanced {
        /// Where.
        position: usize,
    },
    /// A complete formula, and then more.
    #[error("the formula is complete before {found} at byte {position}: join the parts with one of `+ - * / ^`")]
    TrailingText {
        /// Where.
        position: usize,
        /// What stands there, in backticks.
        found: String,
    },
    /// No function has this name.
    #[error("unknown function `{found}` at byte {position}; {}", suggestion(nearest))]
    UnknownFunction {
        /// Where.
        position: usize,
        /// Name as given.
        found: String,
        /// Known names that resemble it, best first.
        nearest: Vec<String>,
    },
    /// Too few or too many arguments.
    #[error("`{function}` at byte {position} has {found} arguments: expected {}", function.signature())]
    WrongArguments {
        /// Where.
        position: usize,
        /// The function.
        function: Function,
        /// How many were given.
        found: usize,
    },
    /// After `^` stands no literal number, or another `^` follows.
    #[error(
        "the power at byte {position} is not one literal number: write `x^2`, `x^0.5` or `x^-1`, `sqrt(x)` or \
         `cbrt(x)`, and parentheses around a power of a power"
    )]
    PowerNotLiteral {
        /// Where.
        position: usize,
    },
    /// A literal beyond the range of numbers.
    #[error("the number `{found}` at byte {position} is too large")]
    NumberTooLarge {
        /// Where.
        position: usize,
        /// As given.
        found: String,
    },
    /// More than the parser takes.
    #[error(
        "the formula has more than {MOST_PARTS} parts or {MOST_LEVELS} levels of parentheses and signs at byte {position}: split \
         it into several bindings"
    )]
    TooLong {
        /// Where.
        position: usize,
    },
    /// Unlike things are added or compared.
    #[error("`{expression}` puts `{left}` and `{right}` together: both must have one unit; convert one of them first")]
    UnlikeUnits {
        /// The part of the formula.
        expression: String,
        /// Unit of the first operand.
        left: Unit,
        /// Unit of the operand that differs.
        right: Unit,
    },
    /// Product mass is added to or compared with contained mass.
    #[error(
        "`{expression}` refuses to add gross and contained mass: multiply the gross mass by a content share \
         (`t_contained/t_gross`) first"
    )]
    GrossAgainstContained {
        /// The part of the formula.
        expression: String,
    },
    /// A function or weight that is only defined for plain numbers.
    #[error("`{expression}` needs a number without unit, found `{found}`: divide by a reference value first")]
    NotDimensionless {
        /// The part of the formula.
        expression: String,
        /// Unit found.
        found: Unit,
    },
    /// The root or broken power of this unit is no unit.
    #[error("`{expression}` has no unit: `{found}` does not have the powers that this root or power needs")]
    NoSuchPower {
        /// The part of the formula.
        expression: String,
        /// Unit found under the root.
        found: Unit,
    },
}

fn suggestion(nearest: &[String]) -> String {
    let known = nearest.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if known.is_empty() {
        let names = Function::ALL.map(Function::name).join("`, `");
        return format!("known are `{names}`; put `*` between the factors of a product");
    }
    format!("did you mean {known}?")
}

impl Function {
    /// Every function.
    pub const ALL: [Self; 8] =
        [Self::Mix, Self::Min, Self::Max, Self::Sqrt, Self::Cbrt, Self::Ln, Self::Exp, Self::Abs];

    /// The name in a formula.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mix => "mix",
            Self::Min => "min",
            Self::Max => "max",
            Self::Sqrt => "sqrt",
            Self::Cbrt => "cbrt",
            Self::Ln => "ln",
            Self::Exp => "exp",
            Self::Abs => "abs",
        }
    }

    fn signature(self) -> &'static str {
        match self {
            Self::Mix => "three, `mix(a, b, weight)`",
            Self::Min | Self::Max => "two or more",
            _ => "one",
        }
    }

    fn takes(self, arguments: usize) -> bool {
        match self {
            Self::Mix => arguments == 3,
            Self::Min | Self::Max => 2 <= arguments,
            _ => arguments == 1,
        }
    }
}

impl fmt::Display for Function {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Expr {
    /// The names used, in order of first use, each once.
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.collect_names(&mut names);
        names
    }

    fn collect_names<'a>(&'a self, names: &mut Vec<&'a str>) {
        match self {
            Self::Number(_) => {}
            Self::Name(name) if names.contains(&name.as_str()) => {}
            Self::Name(name) => names.push(name),
            Self::Negate(inner) | Self::Power(inner, _) => inner.collect_names(names),
            Self::Add(left, right)
            | Self::Subtract(left, right)
            | Self::Multiply(left, right)
            | Self::Divide(left, right) => {
                left.collect_names(names);
                right.collect_names(names);
            }
            Self::Call(_, arguments) => arguments.iter().for_each(|argument| argument.collect_names(names)),
        }
    }

    /// How tightly the outermost operator binds: sums 1, products 2, unary minus 3, powers 4, the rest 5.
    fn binding(&self) -> u8 {
        match self {
            Self::Add(..) | Self::Subtract(..) => 1,
            Self::Multiply(..) | Self::Divide(..) => 2,
            Self::Negate(_) => 3,
            // Only a tree built by hand holds a negative literal: it prints as a unary minus.
            Self::Number(number) if number.is_sign_negative() => 3,
            Self::Power(..) => 4,
            Self::Number(_) | Self::Name(_) | Self::Call(..) => 5,
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let infix = |formatter: &mut fmt::Formatter<'_>, left: &Self, operator: &str, right: &Self| {
            enclosed(formatter, left, self.binding())?;
            write!(formatter, " {operator} ")?;
            enclosed(formatter, right, self.binding() + 1)
        };
        match self {
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Name(name) => formatter.write_str(name),
            Self::Negate(inner) => {
                formatter.write_str("-")?;
                enclosed(formatter, inner, 3)
            }
            Self::Add(left, right) => infix(formatter, left, "+", right),
            Self::Subtract(left, right) => infix(formatter, left, "-", right),
            Self::Multiply(left, right) => infix(formatter, left, "*", right),
            Self::Divide(left, right) => infix(formatter, left, "/", right),
            Self::Power(base, power) => {
                enclosed(formatter, base, 5)?;
                write!(formatter, "^{power}")
            }
            Self::Call(function, arguments) => {
                let arguments: Vec<String> = arguments.iter().map(Self::to_string).collect();
                write!(formatter, "{function}({})", arguments.join(", "))
            }
        }
    }
}

fn enclosed(formatter: &mut fmt::Formatter<'_>, inner: &Expr, at_least: u8) -> fmt::Result {
    if at_least <= inner.binding() { write!(formatter, "{inner}") } else { write!(formatter, "({inner})") }
}
