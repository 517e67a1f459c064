//! From the tables of the reference dataset to the records that the model crates read.

use arrow::array::RecordBatch;
use critmin_core::{
    Area, BlocMembership, CommodityForm, CommodityId, CountryId, Dataset, FormStatus, Grade, ImportSource,
    IndustryLink, MarketRecipe, Observation, Parameter, ParameterTable, PolicyMeasure, ProductionRecord,
    ProductionStatistic, SalientRecord, Source, SourceId, SupplierProbability, Suspension, Year,
};

use super::columns::{Columns, Texts, date, number, year};
use super::registers::registers;
use super::response;
use crate::Error;

/// Gives a table by name.
pub(super) type Lookup<'a> = &'a dyn Fn(&str) -> Result<RecordBatch, Error>;

/// Every table as records; `table` gives a table by name.
pub(super) fn dataset(table: Lookup<'_>) -> Result<Dataset, Error> {
    let registers = registers(table)?;
    Ok(Dataset {
        countries: registers.areas.countries().clone(),
        commodities: registers.commodities.register().clone(),
        bloc_memberships: memberships(table)?,
        forms: forms(table)?,
        production: production(table)?,
        salient: salient(table)?,
        import_sources: import_sources(table)?,
        policy_measures: measures(table)?,
        parameters: ParameterTable { rows: parameters(&table("parameters")?)? },
        recipes: recipes(table)?,
        industry_links: industry_links(&table("industry_links")?)?,
        supplier_probabilities: supplier_probabilities(&table("supplier_probabilities")?)?,
        end_uses: response::end_uses(&table("end_uses")?)?,
        substitutes: response::substitutes(&table("substitutes")?)?,
        process_steps: response::process_steps(&table("process_steps")?)?,
        regional_supply: response::regional_supply(&table("regional_supply")?)?,
        regional_demand: response::regional_demand(&table("regional_demand")?)?,
        candidate_projects: response::candidate_projects(&table("candidate_projects")?)?,
        sources: sources(table)?,
    })
}

fn memberships(table: Lookup<'_>) -> Result<Vec<BlocMembership>, Error> {
    let batch = table("bloc_memberships")?;
    let columns = Columns::new("bloc_memberships", &batch);
    let (blocs, ids) = (columns.texts("bloc")?, columns.texts("country")?);
    let (from, to) = (columns.dates("member_from")?, columns.dates("member_to")?);
    let membership = |row| {
        Ok(BlocMembership {
            bloc: blocs.at(row).parse()?,
            country: CountryId::new(ids.at(row))?,
            member_from: date(from, row).unwrap_or_default(),
            member_to: date(to, row),
        })
    };
    (0..columns.n_rows()).map(membership).collect()
}

fn forms(table: Lookup<'_>) -> Result<Vec<CommodityForm>, Error> {
    let batch = table("commodity_forms")?;
    let columns = Columns::new("commodity_forms", &batch);
    let (codes, editions, labels) = (columns.texts("hs6")?, columns.texts("hs_edition")?, columns.texts("label")?);
    let (ids, shapes, stages) = (columns.texts("commodity")?, columns.texts("form")?, columns.texts("stage")?);
    let (shares, statuses, notes) =
        (columns.numbers("content_share")?, columns.texts("status")?, columns.texts("note")?);
    let (from, to) = (columns.years("valid_from")?, columns.years("valid_to")?);
    let form = |row| {
        Ok(CommodityForm {
            hs6: codes.at(row).to_owned(),
            hs_edition: editions.at(row).to_owned(),
            label: labels.at(row).to_owned(),
            commodity: CommodityId::new(ids.at(row))?,
            form: shapes.at(row).to_owned(),
            stage: stages.at(row).parse()?,
            content_share: number(shares, row),
            valid_from: year(from, row),
            valid_to: year(to, row),
            status: form_status(statuses.at(row))?,
            note: notes.at(row).to_owned(),
        })
    };
    (0..columns.n_rows()).map(form).collect()
}

fn production(table: Lookup<'_>) -> Result<Vec<ProductionRecord>, Error> {
    let mut records = production_of(&table("world_production")?, "world_production")?;
    records.extend(production_of(&table("world_production_aggregates")?, "world_production_aggregates")?);
    Ok(records)
}

fn production_of(batch: &RecordBatch, name: &str) -> Result<Vec<ProductionRecord>, Error> {
    let columns = Columns::new(name, batch);
    let (ids, shapes, stages) = (columns.texts("commodity")?, columns.texts("form")?, columns.texts("stage")?);
    let (statistics, years) = (columns.texts("statistic")?, columns.years("year")?);
    let published = Published::new(&columns)?;
    let areas = Areas::new(&columns)?;
    let record = |row| {
        let (observation, tonnes_per_unit) = published.at(row)?;
        Ok(ProductionRecord {
            commodity: CommodityId::new(ids.at(row))?,
            form: shapes.at(row).to_owned(),
            stage: stages.at(row).parse()?,
            statistic: production_statistic(statistics.at(row))?,
            area: areas.at(row)?,
            year: Year(years.value(row)),
            published: observation,
            unit: published.units.at(row).to_owned(),
            tonnes_per_unit,
            source_id: SourceId::new(published.sources.at(row))?,
            note: published.notes.at(row).to_owned(),
        })
    };
    (0..columns.n_rows()).map(record).collect()
}

fn salient(table: Lookup<'_>) -> Result<Vec<SalientRecord>, Error> {
    let batch = table("us_salient_statistics")?;
    let columns = Columns::new("us_salient_statistics", &batch);
    let (chapters, ids, statistics) =
        (columns.texts("chapter")?, columns.texts("commodity")?, columns.texts("statistic")?);
    let (words, details, printed) =
        (columns.texts("published_statistic")?, columns.texts("detail")?, columns.texts("printed")?);
    let (names, published_details) = (columns.texts("published_commodity")?, columns.texts("published_detail")?);
    let occurrences = columns.wholes("occurrence")?;
    let (years, published) = (columns.years("year")?, Published::new(&columns)?);
    let record = |row| {
        let (observation, tonnes_per_unit) = published.at(row)?;
        Ok(SalientRecord {
            chapter: chapters.at(row).to_owned(),
            commodity: CommodityId::new(ids.at(row))?,
            published_commodity: names.at(row).to_owned(),
            statistic: statistics.at(row).parse()?,
            published_statistic: words.at(row).to_owned(),
            detail: details.at(row).to_owned(),
            published_detail: published_details.at(row).to_owned(),
            occurrence: u32::try_from(occurrences.value(row)).unwrap_or_default(),
            year: Year(years.value(row)),
            printed: printed.at(row).to_owned(),
            published: observation,
            unit: published.units.at(row).to_owned(),
            tonnes_per_unit,
            source_id: SourceId::new(published.sources.at(row))?,
            note: published.notes.at(row).to_owned(),
        })
    };
    (0..columns.n_rows()).map(record).collect()
}

fn import_sources(table: Lookup<'_>) -> Result<Vec<ImportSource>, Error> {
    let mut records = Vec::new();
    for name in ["us_import_sources", "us_import_source_aggregates"] {
        let batch = table(name)?;
        let columns = Columns::new(name, &batch);
        let (ids, details, areas) = (columns.texts("commodity")?, columns.texts("detail")?, Areas::new(&columns)?);
        let (from, to) = (columns.years("year_from")?, columns.years("year_to")?);
        let (values, lows, highs) =
            (columns.numbers("share")?, columns.numbers("share_low")?, columns.numbers("share_high")?);
        let (flags, estimated) = (columns.texts("flag")?, columns.truths("is_estimated")?);
        let (sources, notes) = (columns.texts("source_id")?, columns.texts("note")?);
        for row in 0..columns.n_rows() {
            records.push(ImportSource {
                commodity: CommodityId::new(ids.at(row))?,
                detail: details.at(row).to_owned(),
                area: areas.at(row)?,
                year_from: Year(from.value(row)),
                year_to: Year(to.value(row)),
                share: Observation::from_parts(
                    number(values, row),
                    number(lows, row),
                    number(highs, row),
                    flags.at(row).parse()?,
                    estimated.value(row),
                )?,
                source_id: SourceId::new(sources.at(row))?,
                note: notes.at(row).to_owned(),
            });
        }
    }
    Ok(records)
}

fn measures(table: Lookup<'_>) -> Result<Vec<PolicyMeasure>, Error> {
    let batch = table("policy_measures")?;
    let columns = Columns::new("policy_measures", &batch);
    let (announced, effective, ended) =
        (columns.dates("announced")?, columns.dates("effective")?, columns.dates("ended")?);
    let (from, until) = (columns.dates("suspended_from")?, columns.dates("suspended_until")?);
    let (imposers, targets, goods) =
        (columns.texts("imposer")?, columns.texts("target")?, columns.texts("commodity_ids")?);
    let (instruments, references) = (columns.texts("instrument")?, columns.texts("reference")?);
    let (urls, notes) = (columns.texts("source_url")?, columns.texts("note")?);
    let measure = |row| PolicyMeasure {
        announced: date(announced, row).unwrap_or_default(),
        effective: date(effective, row).unwrap_or_default(),
        ended: date(ended, row),
        suspension: date(from, row).map(|from| Suspension { from, until: date(until, row) }),
        imposer: imposers.at(row).to_owned(),
        target: targets.at(row).to_owned(),
        commodities: goods.at(row).split(';').filter(|id| !id.is_empty()).map(|id| id.trim().to_owned()).collect(),
        instrument: instruments.at(row).to_owned(),
        reference: references.at(row).to_owned(),
        source_url: urls.at(row).to_owned(),
        note: notes.at(row).to_owned(),
    };
    Ok((0..columns.n_rows()).map(measure).collect())
}

/// Model parameters from a table with the columns of `parameters`, a user's own included.
///
/// # Errors
///
/// [`Error::Unreadable`] for a missing column, [`Error::Core`] for an unknown grade or a malformed id.
pub fn parameters(batch: &RecordBatch) -> Result<Vec<Parameter>, Error> {
    let columns = Columns::new("parameters", batch);
    let (ids, names, countries) = (columns.texts("commodity")?, columns.texts("parameter")?, columns.texts("country")?);
    let (values, lows, highs) = (columns.numbers("value")?, columns.numbers("low")?, columns.numbers("high")?);
    let (units, grades) = (columns.texts("unit")?, columns.texts("grade")?);
    let (sources, notes) = (columns.texts("source")?, columns.texts("note")?);
    let parameter = |row| {
        Ok(Parameter {
            commodity: ids.get(row).map(CommodityId::new).transpose()?,
            parameter: names.at(row).to_owned(),
            country: countries.get(row).map(CountryId::new).transpose()?,
            value: values.value(row),
            low: number(lows, row),
            high: number(highs, row),
            unit: units.at(row).to_owned(),
            grade: grade(grades.at(row))?,
            source: sources.at(row).to_owned(),
            note: notes.at(row).to_owned(),
        })
    };
    (0..columns.n_rows()).map(parameter).collect()
}

fn recipes(table: Lookup<'_>) -> Result<Vec<MarketRecipe>, Error> {
    let batch = table("market_recipes")?;
    let columns = Columns::new("market_recipes", &batch);
    let (ids, stages, years) = (columns.texts("commodity")?, columns.texts("stage")?, columns.years("year")?);
    let (production, capacity) = (columns.texts("production_form")?, columns.texts("capacity_form")?);
    let (consumption, stocks) = (columns.texts("consumption_detail")?, columns.texts("stocks_detail")?);
    let (prices, imports) = (columns.texts("price_detail")?, columns.texts("import_source_detail")?);
    let (content, flows) = (columns.numbers("price_content_share")?, columns.texts("imports_detail")?);
    let (domestic, notes) = (columns.texts("domestic_production_detail")?, columns.texts("note")?);
    let recipe = |row| {
        Ok(MarketRecipe {
            commodity: CommodityId::new(ids.at(row))?,
            stage: stages.at(row).parse()?,
            year: Year(years.value(row)),
            production_form: production.owned(row),
            capacity_form: capacity.owned(row),
            consumption_detail: consumption.owned(row),
            stocks_detail: stocks.owned(row),
            price_detail: prices.owned(row),
            price_content_share: number(content, row),
            imports_detail: flows.owned(row),
            domestic_production_detail: domestic.owned(row),
            import_source_detail: imports.owned(row),
            note: notes.at(row).to_owned(),
        })
    };
    (0..columns.n_rows()).map(recipe).collect()
}

/// Rows of a table in the columns of `industry_links`.
///
/// # Errors
///
/// [`Error`] for a column that is not there and a value that cannot be what its column says.
pub fn industry_links(batch: &RecordBatch) -> Result<Vec<IndustryLink>, Error> {
    let columns = Columns::new("industry_links", batch);
    let (ids, industries, quantities) =
        (columns.texts("commodity")?, columns.texts("industry")?, columns.texts("quantity")?);
    let (values, lows, highs) = (columns.numbers("value")?, columns.numbers("low")?, columns.numbers("high")?);
    let (grades, sources, notes) = (columns.texts("grade")?, columns.texts("source")?, columns.texts("note")?);
    let link = |row| {
        Ok(IndustryLink {
            commodity: CommodityId::new(ids.at(row))?,
            industry: industries.at(row).to_owned(),
            quantity: quantities.at(row).parse()?,
            value: values.value(row),
            low: number(lows, row),
            high: number(highs, row),
            grade: grade(grades.at(row))?,
            source: sources.at(row).to_owned(),
            note: notes.at(row).to_owned(),
        })
    };
    (0..columns.n_rows()).map(link).collect()
}

/// Rows of a table in the columns of `supplier_probabilities`.
///
/// # Errors
///
/// [`Error`] for a column that is not there and a value that cannot be what its column says.
pub fn supplier_probabilities(batch: &RecordBatch) -> Result<Vec<SupplierProbability>, Error> {
    let columns = Columns::new("supplier_probabilities", batch);
    let (ids, exporters) = (columns.texts("commodity")?, columns.texts("exporter")?);
    let (values, lows, highs) = (columns.numbers("probability")?, columns.numbers("low")?, columns.numbers("high")?);
    let (grades, sources, notes) = (columns.texts("grade")?, columns.texts("source")?, columns.texts("note")?);
    let probability = |row| {
        Ok(SupplierProbability {
            commodity: ids.get(row).map(CommodityId::new).transpose()?,
            exporter: exporters.get(row).map(CountryId::new).transpose()?,
            probability: values.value(row),
            low: number(lows, row),
            high: number(highs, row),
            grade: grade(grades.at(row))?,
            source: sources.at(row).to_owned(),
            note: notes.at(row).to_owned(),
        })
    };
    (0..columns.n_rows()).map(probability).collect()
}

fn sources(table: Lookup<'_>) -> Result<Vec<Source>, Error> {
    let batch = table("sources")?;
    let columns = Columns::new("sources", &batch);
    let (ids, titles, editions) = (columns.texts("source_id")?, columns.texts("title")?, columns.texts("edition")?);
    let (publishers, licences) = (columns.texts("publisher")?, columns.texts("licence")?);
    let (attributions, urls) = (columns.texts("attribution")?, columns.texts("url")?);
    let source = |row| {
        Ok(Source {
            source_id: SourceId::new(ids.at(row))?,
            title: titles.at(row).to_owned(),
            edition: editions.at(row).to_owned(),
            publisher: publishers.at(row).to_owned(),
            licence: licences.at(row).to_owned(),
            attribution: attributions.at(row).to_owned(),
            url: urls.at(row).to_owned(),
        })
    };
    (0..columns.n_rows()).map(source).collect()
}

/// The columns that every table of printed figures shares.
struct Published<'a> {
    values: &'a arrow::array::Float64Array,
    lows: &'a arrow::array::Float64Array,
    highs: &'a arrow::array::Float64Array,
    flags: Texts<'a>,
    estimated: &'a arrow::array::BooleanArray,
    units: Texts<'a>,
    sources: Texts<'a>,
    notes: Texts<'a>,
}

impl<'a> Published<'a> {
    fn new(columns: &Columns<'a>) -> Result<Self, Error> {
        Ok(Self {
            values: columns.numbers("value")?,
            lows: columns.numbers("low")?,
            highs: columns.numbers("high")?,
            flags: columns.texts("flag")?,
            estimated: columns.truths("is_estimated")?,
            units: columns.texts("unit")?,
            sources: columns.texts("source_id")?,
            notes: columns.texts("note")?,
        })
    }

    /// The observation, and the tonnes per unit.
    fn at(&self, row: usize) -> Result<(Observation, Option<f64>), Error> {
        let observation = Observation::from_parts(
            number(self.values, row),
            number(self.lows, row),
            number(self.highs, row),
            self.flags.at(row).parse()?,
            self.estimated.value(row),
        )?;
        Ok((observation, crate::readers::usgs::tonnes_per_unit(self.units.at(row))))
    }
}

/// Country rows carry `country`; aggregate rows carry `area_kind` and `area`.
enum Areas<'a> {
    Countries(Texts<'a>),
    Aggregates(Texts<'a>, Texts<'a>),
}

impl<'a> Areas<'a> {
    fn new(columns: &Columns<'a>) -> Result<Self, Error> {
        match columns.texts("country") {
            Ok(countries) => Ok(Self::Countries(countries)),
            Err(_) => Ok(Self::Aggregates(columns.texts("area_kind")?, columns.texts("area")?)),
        }
    }

    fn at(&self, row: usize) -> Result<Area, Error> {
        match self {
            Self::Countries(countries) => Ok(Area::Country { country: CountryId::new(countries.at(row))? }),
            Self::Aggregates(kinds, names) => match kinds.at(row) {
                "world_total" => Ok(Area::WorldTotal),
                "other_countries" => Ok(Area::OtherCountries),
                "country_group" => Ok(Area::CountryGroup { name: names.at(row).to_owned() }),
                found => Err(unknown("area kind", found)),
            },
        }
    }
}

fn form_status(found: &str) -> Result<FormStatus, Error> {
    match found {
        "usable" => Ok(FormStatus::Usable),
        "mixed" => Ok(FormStatus::Mixed),
        "broken" => Ok(FormStatus::Broken),
        "absent" => Ok(FormStatus::Absent),
        _ => Err(unknown("status of an HS code", found)),
    }
}

fn production_statistic(found: &str) -> Result<ProductionStatistic, Error> {
    match found {
        "production" => Ok(ProductionStatistic::Production),
        "capacity" => Ok(ProductionStatistic::Capacity),
        "reserves" => Ok(ProductionStatistic::Reserves),
        _ => Err(unknown("statistic", found)),
    }
}

pub(super) fn grade(found: &str) -> Result<Grade, Error> {
    match found {
        "published" => Ok(Grade::Published),
        "literature" => Ok(Grade::Literature),
        "assumption" => Ok(Grade::Assumption),
        _ => Err(unknown("grade", found)),
    }
}

pub(super) fn unknown(kind: &'static str, found: &str) -> Error {
    Error::Core(critmin_core::Error::Unknown { kind, found: found.to_owned(), nearest: Vec::new() })
}
