//! From the text of a formula to its tree.
//!
//! Written by hand: the grammar has five levels and one page of code, while a parser generator would add a dependency
//! and lose the messages, which are what a person who writes a method needs.

use critmin_core::nearest;

use crate::formula::{Expr, FormulaError, Function, MOST_LEVELS, MOST_PARTS};

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
