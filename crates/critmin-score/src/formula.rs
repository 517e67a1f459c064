//! How is one number made from others? The `expr` strings of a method: read, printed, checked for units.
//!
//! The parser is written by hand: the grammar has five levels and one page of code, while a parser generator would add
//! a dependency and lose the messages, which are what a person who writes a method needs.

use std::fmt;

use critmin_core::nearest;
use thiserror::Error;

use crate::unit::Unit;

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

/// Reads a formula.
///
/// `^` binds tighter than unary minus, that tighter than `*` and `/`, those tighter than `+` and `-`; equals are taken
/// from left to right. Names are lower-case words, and a name before `(` is a [`Function`].
///
/// ```
/// let formula = critmin_score::formula::parse("mix(world, eu, reliance / 2) * (1 - recycling)")?;
/// assert_eq!(formula.names(), ["world", "eu", "reliance", "recycling"]);
/// # Ok::<(), critmin_score::formula::FormulaError>(())
/// ```
///
/// # Errors
///
/// [`FormulaError`] with the byte where reading failed.
pub fn parse(text: &str) -> Result<Expr, FormulaError> {
    if text.trim().is_empty() {
        return Err(FormulaError::Empty);
    }
    let mut parser = Parser { text, position: 0, parts: 0, levels: 0 };
    let formula = parser.sum()?;
    match parser.peek() {
        None => Ok(formula),
        Some(')') => Err(FormulaError::Unbalanced { position: parser.position }),
        Some(_) => Err(FormulaError::TrailingText { position: parser.position, found: parser.found() }),
    }
}

struct Parser<'a> {
    text: &'a str,
    position: usize,
    parts: usize,
    levels: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    /// The next character that is not blank; the position moves to it.
    fn peek(&mut self) -> Option<char> {
        self.position = self.text.len() - self.rest().trim_start().len();
        self.rest().chars().next()
    }

    fn take(&mut self, wanted: char) -> bool {
        let is_next = self.peek() == Some(wanted);
        if is_next {
            self.position += wanted.len_utf8();
        }
        is_next
    }

    /// The next token for a message, and not the whole rest of the text.
    fn found(&mut self) -> String {
        match self.peek() {
            None => "the end".to_owned(),
            Some(first) if is_word(first) => format!("`{}`", &self.rest()[..self.word_length()]),
            Some(other) => format!("`{other}`"),
        }
    }

    fn word_length(&self) -> usize {
        self.rest().find(|other| !is_word(other)).unwrap_or(self.rest().len())
    }

    fn count_part(&mut self) -> Result<(), FormulaError> {
        self.parts += 1;
        if self.parts <= MOST_PARTS { Ok(()) } else { Err(FormulaError::TooLong { position: self.position }) }
    }

    /// What stands between parentheses, an argument, or what a sign stands before.
    fn nested(&mut self, read: fn(&mut Self) -> Result<Expr, FormulaError>) -> Result<Expr, FormulaError> {
        if MOST_LEVELS <= self.levels {
            return Err(FormulaError::TooLong { position: self.position });
        }
        self.levels += 1;
        let inner = read(self);
        self.levels -= 1;
        inner
    }

    fn sum(&mut self) -> Result<Expr, FormulaError> {
        let mut left = self.product()?;
        loop {
            let join = match self.peek() {
                Some('+') => Expr::Add,
                Some('-') => Expr::Subtract,
                _ => return Ok(left),
            };
            self.position += 1;
            self.count_part()?;
            left = join(Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Expr, FormulaError> {
        let mut left = self.signed()?;
        loop {
            let join = match self.peek() {
                Some('*') => Expr::Multiply,
                Some('/') => Expr::Divide,
                _ => return Ok(left),
            };
            self.position += 1;
            self.count_part()?;
            left = join(Box::new(left), Box::new(self.signed()?));
        }
    }

    fn signed(&mut self) -> Result<Expr, FormulaError> {
        self.count_part()?;
        if self.take('-') { Ok(Expr::Negate(Box::new(self.nested(Self::signed)?))) } else { self.power() }
    }

    fn power(&mut self) -> Result<Expr, FormulaError> {
        let base = self.atom()?;
        if !self.take('^') {
            return Ok(base);
        }
        let sign = if self.take('-') { -1.0 } else { 1.0 };
        let is_number = self.peek().is_some_and(|first| first.is_ascii_digit());
        let position = self.position;
        let power = if is_number { sign * self.number()? } else { f64::NAN };
        if !is_number || self.peek() == Some('^') {
            return Err(FormulaError::PowerNotLiteral { position });
        }
        Ok(Expr::Power(Box::new(base), power))
    }

    fn atom(&mut self) -> Result<Expr, FormulaError> {
        let first = self.peek();
        let position = self.position;
        match first {
            Some('(') => {
                self.position += 1;
                let inner = self.nested(Self::sum)?;
                self.close(position)?;
                Ok(inner)
            }
            Some('0'..='9') => self.number().map(Expr::Number),
            Some('a'..='z' | '_') => self.word(),
            _ => Err(FormulaError::Expected {
                position,
                found: self.found(),
                expected: "a number, a lower-case name, `-` or `(`",
            }),
        }
    }

    fn close(&mut self, opened: usize) -> Result<(), FormulaError> {
        if self.take(')') {
            return Ok(());
        }
        let position = self.position;
        match self.peek() {
            None => Err(FormulaError::Unbalanced { position: opened }),
            Some(_) => Err(FormulaError::Expected { position, found: self.found(), expected: "an operator or `)`" }),
        }
    }

    fn number(&mut self) -> Result<f64, FormulaError> {
        let text = &self.rest()[..number_length(self.rest().as_bytes())];
        let position = self.position;
        self.position += text.len();
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err(FormulaError::NumberTooLarge { position, found: text.to_owned() }),
        }
    }

    fn word(&mut self) -> Result<Expr, FormulaError> {
        let position = self.position;
        let name = &self.rest()[..self.word_length()];
        self.position += name.len();
        let opened = self.position;
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            let found = format!("`{name}`");
            return Err(FormulaError::Expected { position, found, expected: "a name in lower case" });
        }
        if self.peek() != Some('(') {
            return Ok(Expr::Name(name.to_owned()));
        }
        let Some(function) = Function::ALL.into_iter().find(|function| function.name() == name) else {
            let nearest = nearest(name, Function::ALL.map(Function::name));
            return Err(FormulaError::UnknownFunction { position, found: name.to_owned(), nearest });
        };
        self.position += 1;
        let arguments = self.arguments(opened)?;
        let found = arguments.len();
        if function.takes(found) {
            Ok(Expr::Call(function, arguments))
        } else {
            Err(FormulaError::WrongArguments { position, function, found })
        }
    }

    fn arguments(&mut self, opened: usize) -> Result<Vec<Expr>, FormulaError> {
        let mut arguments = Vec::new();
        if self.take(')') {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.nested(Self::sum)?);
            if !self.take(',') {
                self.close(opened)?;
                return Ok(arguments);
            }
        }
    }
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// Bytes of the literal at the start: digits, at most one point with digits, at most one exponent.
fn number_length(text: &[u8]) -> usize {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut length = digits(0);
    if text.get(length) == Some(&b'.') && 0 < digits(length + 1) {
        length += 1 + digits(length + 1);
    }
    if matches!(text.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(length + 1), Some(b'+' | b'-')));
        let exponent = if length + 1 + sign <= text.len() { digits(length + 1 + sign) } else { 0 };
        length += if 0 < exponent { 1 + sign + exponent } else { 0 };
    }
    length
}

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[expect(clippy::unnecessary_box_returns, reason = "trees are built of boxes")]
    fn name(text: &str) -> Box<Expr> {
        Box::new(Expr::Name(text.to_owned()))
    }

    fn message(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn operators_bind_as_in_print() {
        let product = Box::new(Expr::Multiply(name("b"), name("c")));
        assert_eq!(parse("a + b * c").unwrap(), Expr::Add(name("a"), product));
        assert_eq!(parse("a - b - c").unwrap(), Expr::Subtract(Box::new(parse("a - b").unwrap()), name("c")));
        assert_eq!(parse("a / b / c").unwrap(), Expr::Divide(Box::new(parse("a / b").unwrap()), name("c")));
        assert_eq!(parse("-a^2").unwrap(), Expr::Negate(Box::new(Expr::Power(name("a"), 2.0))));
        assert_eq!(parse("-a * b").unwrap(), Expr::Multiply(Box::new(Expr::Negate(name("a"))), name("b")));
        assert_eq!(parse("a * -b^-0.5").unwrap().to_string(), "a * -b^-0.5");
        assert_eq!(parse("1.5e-3").unwrap(), Expr::Number(0.0015));
        assert_eq!(parse("((a))-(b-(c+a))").unwrap().to_string(), "a - (b - (c + a))");
        assert_eq!(parse("max(b, a, b)+a").unwrap().names(), ["b", "a"]);
    }

    #[test]
    fn faults_are_placed_and_taught() {
        assert_eq!(parse(" "), Err(FormulaError::Empty));
        assert_eq!(parse("a * (b + c"), Err(FormulaError::Unbalanced { position: 4 }));
        assert_eq!(parse("a + b)"), Err(FormulaError::Unbalanced { position: 5 }));
        assert_eq!(parse("min(a, b"), Err(FormulaError::Unbalanced { position: 3 }));
        assert_eq!(parse("a b"), Err(FormulaError::TrailingText { position: 2, found: "`b`".into() }));
        assert_eq!(parse("2e"), Err(FormulaError::TrailingText { position: 1, found: "`e`".into() }));
        assert_eq!(message("1 + sqr(a)"), "unknown function `sqr` at byte 4; did you mean `sqrt`?");
        assert!(message("gdp (a)").contains("put `*` between"));
        assert_eq!(message("mix(a, b)"), "`mix` at byte 0 has 2 arguments: expected three, `mix(a, b, weight)`");
        assert!(message("ln()").contains("has 0 arguments: expected one"));
        assert!(message("a * ").starts_with("found the end at byte 4"));
        assert!(message("a * HHI").starts_with("found `HHI` at byte 4"));
        assert!(message("a * hHI").ends_with("where a name in lower case was expected"));
        assert!(message("(a · b)").starts_with("found `·` at byte 3 of the formula where an operator or `)`"));
        assert_eq!(parse("a^b"), Err(FormulaError::PowerNotLiteral { position: 2 }));
        assert_eq!(parse("a^2^3"), Err(FormulaError::PowerNotLiteral { position: 2 }));
        assert!(message("1e999").contains("`1e999` at byte 0 is too large"));
    }

    #[test]
    fn hostile_depth_is_refused_on_a_small_stack() {
        let hostile = |unit: &str, last: &str| format!("{}{last}", unit.repeat(100_000));
        let texts =
            [hostile("(", "a"), hostile("-", "a"), hostile("a+", "a"), hostile("a/", "a"), hostile("abs(", "a")];
        // The deepest tree that is accepted must also fit: it is printed, checked and dropped here.
        let deepest = |unit: &str, end: &str, n: usize| format!("{}a{}", unit.repeat(n), end.repeat(n));
        let accepted = [
            deepest("-", "", 64),
            deepest("a/", "", 255),
            deepest("abs(", ")", 64),
            deepest("(1-", ")", 64),
            deepest("-abs(1+", ")", 32),
        ];
        let check = move || {
            let refused = texts.iter().all(|text| matches!(parse(text), Err(FormulaError::TooLong { .. })));
            let fits = accepted.iter().all(|text| {
                let tree = parse(text).unwrap();
                parse(&tree.to_string()).as_ref() == Ok(&tree) && unit_of(&tree, &|_| Unit::default()).is_ok()
            });
            (refused, fits)
        };
        let worker = std::thread::Builder::new().stack_size(1 << 20).spawn(check).unwrap();
        assert_eq!(worker.join().unwrap(), (true, true));
    }

    fn units(name: &str) -> Unit {
        let unit = match name {
            "product" => "t_gross",
            "metal" => "t_contained",
            "content" => "t_contained/t_gross",
            "value" => "usd",
            "area" => "m^2",
            _ => "share",
        };
        Unit::parse(unit).unwrap()
    }

    fn unit_text(text: &str) -> Result<String, FormulaError> {
        unit_of(&parse(text).unwrap(), &units).map(|unit| unit.to_string())
    }

    #[test]
    fn units_follow_the_arithmetic() {
        for (text, expected) in [
            ("metal + product * content", "t_contained"),
            ("value / (product * content)", "usd/t_contained"),
            ("-sqrt(area) * 3", "m"),
            ("cbrt(metal^2 * metal)", "t_contained"),
            ("mix(metal, metal, share / 2)", "t_contained"),
            ("max(value, abs(value), value)", "usd"),
            ("ln(share + 1)^0.5", "1"),
            ("metal^-2", "1/t_contained^2"),
        ] {
            assert_eq!(unit_text(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_does_not_add_is_refused() {
        let message = |text: &str| unit_text(text).unwrap_err().to_string();
        assert_eq!(
            message("value / (metal + product)"),
            "`metal + product` refuses to add gross and contained mass: multiply the gross mass by a content share \
             (`t_contained/t_gross`) first"
        );
        assert!(matches!(unit_text("max(product, metal)"), Err(FormulaError::GrossAgainstContained { .. })));
        assert!(message("1 - metal").starts_with("`1 - metal` puts `1` and `t_contained` together"));
        assert!(message("mix(value, metal, 0.5)").contains("`usd` and `t_contained`"));
        assert!(message("mix(value, value, metal)").contains("needs a number without unit, found `t_contained`"));
        assert!(message("exp(value)").contains("`exp(value)` needs a number without unit"));
        assert!(message("sqrt(value)").contains("`sqrt(value)` has no unit: `usd`"));
        assert!(matches!(unit_text("area^0.5"), Err(FormulaError::NoSuchPower { .. })));
    }

    fn formulas() -> impl Strategy<Value = Expr> {
        let leaf = prop_oneof![(0.0..1e12f64).prop_map(Expr::Number), "[a-z_][a-z0-9_]{0,5}".prop_map(Expr::Name),];
        leaf.prop_recursive(5, 48, 3, |inner| {
            let boxed = inner.clone().prop_map(Box::new);
            let pair = (boxed.clone(), boxed.clone());
            prop_oneof![
                boxed.clone().prop_map(Expr::Negate),
                pair.clone().prop_map(|(left, right)| Expr::Add(left, right)),
                pair.clone().prop_map(|(left, right)| Expr::Subtract(left, right)),
                pair.clone().prop_map(|(left, right)| Expr::Multiply(left, right)),
                pair.prop_map(|(left, right)| Expr::Divide(left, right)),
                (boxed, -9.0..9.0f64).prop_map(|(base, power)| Expr::Power(base, power)),
                inner.clone().prop_map(|only| Expr::Call(Function::Ln, vec![only])),
                prop::collection::vec(inner.clone(), 2..4).prop_map(|some| Expr::Call(Function::Min, some)),
                prop::collection::vec(inner, 3).prop_map(|three| Expr::Call(Function::Mix, three)),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(formula in formulas()) {
            prop_assert_eq!(parse(&formula.to_string()), Ok(formula));
        }

        #[test]
        fn no_text_panics(text in any::<String>(), near in r"[a-zA-Zé0-9_.,()^*/+ -]{0,40}") {
            let _ = (parse(&text), parse(&near).map(|formula| unit_of(&formula, &units)));
        }
    }
}
