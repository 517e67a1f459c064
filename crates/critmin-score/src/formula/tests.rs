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
    let texts = [hostile("(", "a"), hostile("-", "a"), hostile("a+", "a"), hostile("a/", "a"), hostile("abs(", "a")];
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
