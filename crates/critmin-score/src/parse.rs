//! From the text of a document to a checked [`Method`]: names, order, axes, units.

mod place;

use std::collections::{BTreeMap, HashMap};

use critmin_core::nearest;

use crate::Error;
use crate::document::{Evidence, RawBinding, RawConstant, RawGap, RawInput, RawMethod};
use crate::formula::FormulaError;
use crate::lower::lower_balance;
use crate::method::{Axis, AxisSet, Gap, Method, Missing, Node, NodeId, Rule};
use crate::rules::{binding_names, build_binding};
use crate::unit::Unit;

/// The only version of the format so far.
const FORMAT: u32 = 1;
/// Most names in one document: it bounds how deep one may need another, and so the stack.
const MOST_NAMES: usize = 1000;
/// Columns of tables and answers that an axis must not be called like.
const RESERVED: [&str; 9] =
    ["output", "value", "label", "status", "coverage", "reason", "source_id", "flag", "standard_error"];

impl Method {
    /// Reads and checks a method document.
    ///
    /// # Errors
    ///
    /// [`Error::Syntax`] for text that is no such document; [`Error::UnknownName`], [`Error::Cycle`],
    /// [`Error::Formula`], [`Error::Unit`] and [`Error::Rule`] for a document that contradicts itself, each with the
    /// line of the fault.
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        let raw: RawMethod = toml::from_str(text).map_err(|fault| place::syntax(text, &fault))?;
        place::refuse_endless(text)?;
        Builder::new(text, raw)?.build()
    }
}

/// A document on its way to a method, and what messages need.
pub(crate) struct Builder<'a> {
    text: &'a str,
    id: String,
    pub(crate) axes: Vec<Axis>,
    pub(crate) nodes: Vec<Node>,
    known: HashMap<String, NodeId>,
    document_evidence: Evidence,
    raw: RawMethod,
}

enum Declared {
    Constant(RawConstant),
    Input(Box<RawInput>),
    Binding(Box<RawBinding>),
}

impl<'a> Builder<'a> {
    fn new(text: &'a str, raw: RawMethod) -> Result<Self, Error> {
        let description = |value: &toml::Value| value.as_str().unwrap_or_default().to_owned();
        let axes = raw.axes.iter().map(|(name, value)| Axis { name: name.clone(), description: description(value) });
        let axes = axes.collect::<Vec<_>>();
        let builder = Self {
            text,
            id: raw.id.clone(),
            axes,
            nodes: Vec::new(),
            known: HashMap::new(),
            document_evidence: raw.evidence,
            raw,
        };
        if builder.raw.format != FORMAT {
            let found = builder.raw.format;
            return Err(builder.fault("format", "format", format!("found format {found}, expected {FORMAT}")));
        }
        if builder.axes.len() > AxisSet::BITS as usize {
            return Err(builder.fault("axes", "axes", format!("at most {} axes", AxisSet::BITS)));
        }
        builder.check_axes()?;
        Ok(builder)
    }

    fn check_axes(&self) -> Result<(), Error> {
        for (name, value) in &self.raw.axes {
            if !is_name(name) {
                return Err(self.fault("axes", name, format!("the axis `{name}`: {A_NAME}")));
            }
            if RESERVED.contains(&name.as_str()) {
                let reason = format!("the axis `{name}` has the name of a column of every table: call it otherwise");
                return Err(self.fault("axes", name, reason));
            }
            if !value.is_str() {
                let reason = format!("the axis `{name}` needs a text that says what its labels are");
                return Err(self.fault("axes", name, reason));
            }
        }
        Ok(())
    }

    fn build(mut self) -> Result<Method, Error> {
        let mut declared = self.declared()?;
        for name in self.order(&declared)? {
            let Some(one) = declared.remove(&name) else { continue };
            let node = match one {
                Declared::Constant(raw) => self.constant(&name, raw)?,
                Declared::Input(raw) => self.input(&name, *raw)?,
                Declared::Binding(raw) => build_binding(&self, &name, *raw)?,
            };
            self.known.insert(name, self.nodes.len());
            self.nodes.push(node);
        }
        self.finish()
    }

    fn finish(self) -> Result<Method, Error> {
        let outputs =
            self.raw.outputs.iter().map(|name| self.resolve("outputs", name)).collect::<Result<Vec<_>, _>>()?;
        if outputs.is_empty() {
            return Err(self.fault("outputs", "outputs", "expected at least one name".to_owned()));
        }
        if let Some(twice) = (1..outputs.len()).find(|&at| outputs[..at].contains(&outputs[at])) {
            let name = &self.raw.outputs[twice];
            return Err(self.fault("outputs", name, format!("`{name}` stands there twice")));
        }
        let gaps = self.raw.gaps.iter().map(|gap| self.gap(gap)).collect::<Result<_, _>>()?;
        for test in &self.raw.tests {
            for one in &test.expect {
                self.resolve(&test.name, &one.output)?;
            }
            for input in test.inputs.keys() {
                self.resolve(&test.name, input)?;
            }
        }
        Ok(Method {
            id: self.id,
            title: self.raw.title,
            question: self.raw.question,
            evidence: self.raw.evidence,
            caution: self.raw.caution,
            citation: self.raw.citation,
            axes: self.axes,
            no_published_test: self.raw.no_published_test,
            nodes: self.nodes,
            outputs,
            gaps,
            tests: self.raw.tests,
        })
    }

    fn declared(&mut self) -> Result<BTreeMap<String, Declared>, Error> {
        let mut declared = BTreeMap::new();
        let constants = std::mem::take(&mut self.raw.constants);
        let inputs = std::mem::take(&mut self.raw.inputs);
        let bindings = std::mem::take(&mut self.raw.bindings);
        let all = constants
            .into_iter()
            .map(|(name, raw)| (name, Declared::Constant(raw)))
            .chain(inputs.into_iter().map(|(name, raw)| (name, Declared::Input(Box::new(raw)))));
        let mut lowered = Vec::new();
        for (name, raw) in bindings {
            lowered.extend(lower_balance(self, name, raw)?);
        }
        for (name, one) in all.chain(lowered.into_iter().map(|(name, raw)| (name, Declared::Binding(Box::new(raw))))) {
            if !is_name(&name) {
                return Err(self.fault(&name, &name, A_NAME.to_owned()));
            }
            if self.axes.iter().any(|axis| axis.name == name) {
                return Err(self.fault(&name, &name, "an axis has the same name".to_owned()));
            }
            if declared.insert(name.clone(), one).is_some() {
                return Err(self.fault(&name, &name, "declared twice, as constant, input or binding".to_owned()));
            }
        }
        if MOST_NAMES < declared.len() {
            let reason = format!("{} names in one document: expected at most {MOST_NAMES}", declared.len());
            return Err(self.fault("bindings", "", reason));
        }
        Ok(declared)
    }

    /// Depth-first: each name after everything that it needs.
    fn order(&self, declared: &BTreeMap<String, Declared>) -> Result<Vec<String>, Error> {
        let mut needs = BTreeMap::new();
        for (name, one) in declared {
            let used = match one {
                Declared::Binding(raw) => binding_names(self, name, raw)?,
                _ => Vec::new(),
            };
            for found in &used {
                if !declared.contains_key(found) {
                    return Err(self.unknown(name, found, declared.keys().map(String::as_str)));
                }
            }
            needs.insert(name.as_str(), used);
        }
        let mut done = Vec::new();
        let mut open = Vec::new();
        for name in declared.keys() {
            self.visit(name, &needs, &mut open, &mut done)?;
        }
        Ok(done)
    }

    fn visit(
        &self,
        name: &str,
        needs: &BTreeMap<&str, Vec<String>>,
        open: &mut Vec<String>,
        done: &mut Vec<String>,
    ) -> Result<(), Error> {
        if done.iter().any(|known| known == name) {
            return Ok(());
        }
        if let Some(start) = open.iter().position(|known| known == name) {
            let names = open[start..].to_vec();
            return Err(Error::Cycle { method: self.id.clone(), line: self.line(&names[0], ""), names });
        }
        open.push(name.to_owned());
        for other in needs.get(name).into_iter().flatten() {
            self.visit(other, needs, open, done)?;
        }
        open.pop();
        done.push(name.to_owned());
        Ok(())
    }

    fn constant(&self, name: &str, raw: RawConstant) -> Result<Node, Error> {
        if !raw.value.is_finite() {
            return Err(self.fault(name, "value", "expected a finite number".to_owned()));
        }
        Ok(Node {
            name: name.to_owned(),
            description: raw.source.clone(),
            axes: 0,
            unit: self.unit(name, &raw.unit)?,
            higher_is: crate::document::HigherIs::Larger,
            missing: Missing::Unavailable,
            evidence: raw.evidence.unwrap_or(self.document_evidence),
            source: Some(raw.source),
            note: None,
            rule: Rule::Constant(raw.value),
        })
    }

    fn input(&self, name: &str, raw: RawInput) -> Result<Node, Error> {
        let axes = self.axis_set(name, &raw.axes)?;
        Ok(Node {
            name: name.to_owned(),
            description: raw.description.clone(),
            axes,
            unit: self.unit(name, &raw.unit)?,
            higher_is: raw.higher_is,
            missing: self.missing(name, &raw.missing, axes, raw.higher_is)?,
            evidence: self.document_evidence,
            source: None,
            note: None,
            rule: Rule::Input(Box::new(crate::rules::build_input(self, name, axes, raw)?)),
        })
    }

    fn gap(&self, raw: &RawGap) -> Result<Gap, Error> {
        let axes = raw.axes.iter().map(|(axis, column)| Ok((self.axis("gaps", axis)?, column.clone())));
        let has_one_reason = raw.reason.is_some() != raw.reason_text.is_some();
        if !has_one_reason || (raw.reason.is_some() && raw.table.is_none()) {
            let reason = "expected either `reason` (a column of `table`) or `reason_text`".to_owned();
            return Err(self.fault("gaps", "reason", reason));
        }
        Ok(Gap {
            table: raw.table.clone(),
            keep: raw.keep.iter().map(|(column, labels)| (column.clone(), labels.clone().into_texts())).collect(),
            axes: axes.collect::<Result<_, Error>>()?,
            from: raw.from.clone(),
            until: raw.until.clone(),
            reason: raw.reason.clone(),
            reason_text: raw.reason_text.clone(),
        })
    }

    pub(crate) fn evidence(&self, own: Option<Evidence>) -> Evidence {
        own.unwrap_or(self.document_evidence)
    }

    pub(crate) fn unit(&self, name: &str, text: &str) -> Result<Unit, Error> {
        Unit::parse(text).map_err(|fault| Error::Unit {
            method: self.id.clone(),
            line: self.line(name, text),
            name: name.to_owned(),
            fault,
        })
    }

    pub(crate) fn axis(&self, name: &str, axis: &str) -> Result<usize, Error> {
        self.axes
            .iter()
            .position(|known| known.name == axis)
            .ok_or_else(|| self.unknown(name, axis, self.axes.iter().map(|axis| axis.name.as_str())))
    }

    pub(crate) fn axis_set(&self, name: &str, axes: &[String]) -> Result<AxisSet, Error> {
        axes.iter().try_fold(0, |set, axis| Ok(set | 1 << self.axis(name, axis)?))
    }

    pub(crate) fn resolve(&self, user: &str, name: &str) -> Result<NodeId, Error> {
        let known = self.nodes.iter().map(|node| node.name.as_str());
        self.known.get(name).copied().ok_or_else(|| self.unknown(user, name, known))
    }

    pub(crate) fn fault(&self, name: &str, token: &str, reason: String) -> Error {
        Error::Rule { method: self.id.clone(), line: self.line(name, token), name: name.to_owned(), reason }
    }

    pub(crate) fn formula(&self, name: &str, fault: FormulaError) -> Error {
        Error::Formula {
            method: self.id.clone(),
            line: self.line(name, "expr"),
            name: name.to_owned(),
            fault: Box::new(fault),
        }
    }

    fn unknown<'b>(&self, name: &str, found: &str, known: impl Iterator<Item = &'b str>) -> Error {
        Error::UnknownName {
            method: self.id.clone(),
            line: self.line(name, found),
            name: name.to_owned(),
            found: found.to_owned(),
            nearest: nearest(found, known),
        }
    }

    fn line(&self, name: &str, token: &str) -> Option<usize> {
        place::line(self.text, name, token)
    }
}

const A_NAME: &str = "a name is a lower-case word of letters, digits and underscores";

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name.chars().all(|each| each.is_ascii_lowercase() || each.is_ascii_digit() || each == '_')
}
