//! Processes of the makers, and projects that are built.

use chrono::Months;

use crate::network::assemble::{Assembly, form_name};
use crate::network::{Process, Series};
use crate::{Error, Fault};

const MONTHS_PER_YEAR: f64 = 12.0;

/// Monthly steps between the outputs of two periods when every month adds one: as many as a period has months, in each of
/// them. The first period after a standstill would rise by less, so that long periods are a little too quick.
fn steps(n_months: f64) -> f64 {
    n_months * n_months
}

impl Assembly<'_> {
    /// Every maker of one commodity.
    pub(crate) fn add_supply(&mut self, base: usize) -> Result<(), Error> {
        let shares = self.calendar.year_shares();
        let by_period = |yearly: f64| shares.iter().map(|share| share * yearly).collect::<Vec<f64>>();
        let base_of = &self.bases[base];
        let n_months = f64::from(self.options.period_months);
        for ((index, region), maker) in &base_of.makers {
            let step = base_of.steps[*index];
            let mut capacity = by_period(maker.capacity_t);
            if let Some(day) = maker.available_from {
                let open = self.calendar.open_shares(day);
                // Only what exceeds today's output waits for the day.
                let today = by_period(maker.output_t);
                for ((capacity, open), today) in capacity.iter_mut().zip(open).zip(today) {
                    *capacity = today + (*capacity - today) * open;
                }
            }
            let month = maker.capacity_t / MONTHS_PER_YEAR;
            let ramp = step.ramp_share_per_month.map(|share| share * month * steps(n_months));
            self.network.processes.push(Process {
                id: format!("{} {}", base_of.commodity, step.process),
                region: region.clone(),
                input: step.input_form.as_ref().map(|form| form_name(base_of.commodity, form)),
                output: form_name(base_of.commodity, &step.output_form),
                recovery: step.recovery.unwrap_or(1.0),
                cost_usd_per_t: step.cost_usd_per_t,
                capacity_t: Some(Series::ByPeriod(capacity)),
                by_product_limit_t: maker.by_product_limit_t.map(|limit| Series::ByPeriod(by_period(limit))),
                ramp_t: ramp,
                initial_output_t: ramp.map(|_| maker.output_t / MONTHS_PER_YEAR * n_months),
            });
        }
        for step in self.bases[base].steps.clone() {
            self.note_step(step);
        }
        self.add_projects(base)
    }

    fn note_step(&mut self, step: &critmin_core::ProcessStep) {
        let origin = super::ledger::Origin { grade: step.grade, source: &step.source, note: &step.note };
        let commodity = step.commodity.as_str();
        let mut used = |name: &str, value: Option<f64>, low: Option<f64>, high: Option<f64>, unit: &str| {
            if let Some(value) = value {
                self.ledger.used((commodity, name, Some(&step.process)), (value, low, high), unit, &origin);
            }
        };
        used("recovery", step.recovery, step.recovery_low, step.recovery_high, "t/t");
        used("cost_usd_per_t", Some(step.cost_usd_per_t), step.cost_low, step.cost_high, "USD/t");
        used("freight_usd_per_t", Some(step.freight_usd_per_t), None, None, "USD/t");
        used("ramp_share_per_month", step.ramp_share_per_month, None, None, "1/month");
    }

    /// Projects that the options build: full capacity once their years of construction are over.
    fn add_projects(&mut self, base: usize) -> Result<(), Error> {
        let shares = self.calendar.year_shares();
        for name in &self.options.projects {
            let Some(project) = self.dataset.candidate_projects.iter().find(|row| row.project == *name) else {
                let known: Vec<&str> = self.dataset.candidate_projects.iter().map(|row| row.project.as_str()).collect();
                let near = critmin_core::nearest(name, known.iter().copied());
                let expected = format!("a project of the table candidate_projects, as {}", near.join(", "));
                return Err(Error::Invalid {
                    what: "the network options",
                    faults: vec![Fault::new("projects", name, expected)],
                });
            };
            let base_of = &self.bases[base];
            let Some(step) = base_of.steps.iter().find(|step| step.process == project.process) else { continue };
            if project.commodity != *base_of.commodity {
                continue;
            }
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "years of construction are few"
            )]
            let months = (project.construction_years * MONTHS_PER_YEAR).round() as u32;
            let open = self.calendar.first_day.checked_add_months(Months::new(months));
            let open = open.map_or_else(|| vec![0.0; shares.len()], |day| self.calendar.open_shares(day));
            let capacity = shares.iter().zip(open).map(|(share, open)| share * open * project.capacity_t).collect();
            self.network.processes.push(Process {
                id: project.project.clone(),
                region: self.regions.of_country(&project.country),
                input: step.input_form.as_ref().map(|form| form_name(base_of.commodity, form)),
                output: form_name(base_of.commodity, &step.output_form),
                recovery: step.recovery.unwrap_or(1.0),
                cost_usd_per_t: step.cost_usd_per_t,
                capacity_t: Some(Series::ByPeriod(capacity)),
                by_product_limit_t: None,
                ramp_t: None,
                initial_output_t: None,
            });
            let origin = super::ledger::Origin { grade: project.grade, source: &project.source, note: &project.note };
            let key = (project.commodity.as_str(), "capacity_t", Some(project.project.as_str()));
            self.ledger.used(key, (project.capacity_t, None, None), "t/yr", &origin);
        }
        Ok(())
    }
}
