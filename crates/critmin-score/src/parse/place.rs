//! In which line of a document is the fault, and what was probably meant?

use critmin_core::nearest;

use crate::Error;
use crate::error::hint;

/// What the TOML reader says, with the line, and the known key or word that resembles an unknown one.
pub(super) fn syntax(text: &str, fault: &toml::de::Error) -> Error {
    let line = fault.span().map(|span| text[..span.start.min(text.len())].lines().count().max(1));
    let message = fault.message();
    Error::Syntax { line, reason: likely(message).unwrap_or_else(|| message.to_owned()) }
}

/// From "unknown field `reduse`, expected one of `expr`, `reduce`, ..." a shorter message with a suggestion.
fn likely(message: &str) -> Option<String> {
    let is_unknown = message.starts_with("unknown field") || message.starts_with("unknown variant");
    let mut words = message.split('`').skip(1).step_by(2);
    let found = words.next().filter(|_| is_unknown)?;
    let known: Vec<&str> = words.collect();
    let near = nearest(found, known.iter().copied());
    let near = (!near.is_empty()).then(|| hint(&near))?;
    let what = if message.starts_with("unknown field") { "key" } else { "word" };
    Some(format!("unknown {what} `{found}`{near}"))
}

/// Refuses `nan` and `inf`, which TOML allows and which no rule, range or weight can mean.
pub(super) fn refuse_endless(text: &str) -> Result<(), Error> {
    let is_found = text.parse::<toml::Table>().is_ok_and(|table| table.values().any(is_endless));
    if !is_found {
        return Ok(());
    }
    let is_word = |line: &str| words(line).any(|word| matches!(word, "nan" | "inf"));
    let line = text.lines().position(is_word).map(|line| line + 1);
    Err(Error::Syntax { line, reason: "expected finite numbers, found `nan` or `inf`".to_owned() })
}

fn is_endless(value: &toml::Value) -> bool {
    match value {
        toml::Value::Float(number) => !number.is_finite(),
        toml::Value::Array(many) => many.iter().any(is_endless),
        toml::Value::Table(table) => table.values().any(is_endless),
        _ => false,
    }
}

/// The line, from 1, on which `token` stands in the section or the key called `name`; that one's own line failing that.
pub(super) fn line(text: &str, name: &str, token: &str) -> Option<usize> {
    let lines: Vec<&str> = text.lines().collect();
    let is_start = |line: &&str| head(line).is_some_and(|parts| parts.contains(&name)) || key(line) == Some(name);
    let Some(start) = lines.iter().position(is_start) else {
        let first = words(token).next()?;
        return lines.iter().position(|line| words(line).any(|word| word == first)).map(|line| line + 1);
    };
    // A section ends at the next one that is not part of it, a key at the next key or section.
    let is_section = head(lines[start]).is_some();
    let is_inside = |line: &&&str| match head(line) {
        Some(parts) => is_section && parts.contains(&name),
        None => is_section || key(line).is_none(),
    };
    let own = lines[start..].iter().take(1).chain(lines[start + 1..].iter().take_while(is_inside));
    let wanted: Vec<&str> = words(token).collect();
    let holds = |line: &&str| {
        let found: Vec<&str> = words(line).collect();
        !wanted.is_empty() && found.windows(wanted.len()).any(|part| part == wanted)
    };
    let place = own.enumerate().skip(usize::from(is_section)).find(|(_, line)| holds(line)).map_or(0, |(at, _)| at);
    Some(start + place + 1)
}

/// The parts of the name of a section: `[inputs.production]` gives `inputs` and `production`.
fn head(line: &str) -> Option<Vec<&str>> {
    let name = line.trim().strip_prefix('[')?.trim_start_matches('[');
    // A line of a list of tables starts alike, but its first bracket closes behind a comma, a brace or nothing.
    let (name, _) = name.split_once(']')?;
    let parts: Vec<&str> = name.split('.').map(|part| part.trim().trim_matches('"')).collect();
    let is_word = |part: &&str| !part.is_empty() && words(part).next() == Some(*part);
    parts.iter().all(is_word).then_some(parts)
}

/// What stands before the equals sign of a line that gives a key.
fn key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once('=')?;
    let key = key.trim().trim_matches('"');
    (words(key).next() == Some(key)).then_some(key)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|each: char| !(each.is_alphanumeric() || each == '_')).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "outputs = [\"hhi\"]\n\
        [inputs.supply]\n\
        unit = \"share\"\n\
        [inputs.supply.reference]\n\
        table = \"t\"\n\
        [bindings]\n\
        hhi_world = { reduce = \"supply\" }\n\
        hhi = { reduce = \"suply\", over = \"origin\" }\n\
        mixed = { reduce = [\n\
          \"hhi\", \"hhi_wrld\",\n\
        ] }\n";

    #[test]
    fn faults_have_their_line() {
        for (name, token, expected) in [
            ("supply", "unit", Some(3)),
            ("supply", "table", Some(5)),
            ("supply", "nothing", Some(2)),
            ("hhi", "suply", Some(8)),
            ("hhi", "", Some(8)),
            ("hhi_world", "supply", Some(7)),
            ("mixed", "hhi_wrld", Some(10)),
            ("outputs", "hhi", Some(1)),
            ("a test of its own", "suply", Some(8)),
            ("a test of its own", "nowhere", None),
        ] {
            assert_eq!(line(TEXT, name, token), expected, "{name} {token}");
        }
    }

    #[test]
    fn what_was_meant_is_offered() {
        let message = "unknown field `reduse`, expected one of `expr`, `share`, `reduce`";
        assert_eq!(likely(message).as_deref(), Some("unknown key `reduse`; did you mean `reduce`?"));
        assert_eq!(likely("unknown field `zzz`, expected `expr`"), None);
        assert_eq!(likely("missing field `unit`"), None);
    }
}
