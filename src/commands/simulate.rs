//! `kairos simulate dips`: how often a rule cries wolf, and how soon it sees one.

use std::io::{self, IsTerminal, Write};

use anyhow::Result;

use super::{Outcome, screen};
use crate::{
    engine::dip::{Trial, false_alarms, found_within, promise},
    library::{Better, Counted, Dip, DipMethod, Measure, MeasureId, MeasureKind, SkillId},
};

/// What can be tried out.
#[derive(Clone, Copy, Debug, clap::Subcommand)]
pub enum Simulate {
    /// The rules for numbers that move, on people who don't exist
    Dips {
        /// How many people for each line of the table
        #[arg(long, default_value_t = 200)]
        people: u32,
        /// For how many years each
        #[arg(long, default_value_t = 10)]
        years: u32,
    },
}

/// How many people share one false alarm, where a rule counts for a team.
const TEAM: u32 = 20;
/// Cases a month.
const CASES: [u32; 4] = [10, 20, 40, 100];

/// Tries every rule and prints a table. `Found` when a rule breaks what it promises.
pub fn run(Simulate::Dips { people, years }: Simulate, out: &mut dyn Write) -> Result<Outcome> {
    let (people, years) = (people.clamp(1, 100_000), years.clamp(1, 100));
    writeln!(out, "Usually 25 %; one number a month. {people} people for {years} years a cell; fixed seeds.\n")?;
    // A pipe gets the table whole, for a file; on a terminal each rule is a few lines that fit.
    let is_narrow = io::stdout().is_terminal();
    if !is_narrow {
        writeln!(
            out,
            "| rule | promise | false alarms per person and year at 10, 20, 40, 100 cases a month \
                       | 25 % to 15 % at 40 cases: found within two months |"
        )?;
        writeln!(out, "|---|---|---|---|")?;
    }
    let mut is_kept = true;
    for (name, measure, dip) in rules() {
        let together = if dip.counted == Counted::Team { TEAM } else { 1 };
        let trial = |cases| Trial { cases, truth: 0.25, days: 30, people, years, together };
        let rates = CASES.map(|cases| false_alarms(&measure, &dip, &trial(cases), u64::from(cases)));
        let found = found_within(&measure, &dip, &Trial { people: people * 10, ..trial(40) }, 0.15, 60, 7);
        let is_promised = matches!(dip.method, DipMethod::Exact | DipMethod::Change);
        // Three standard errors of a count: a rule that keeps its promise exactly must not fail by chance.
        let years_watched = f64::from(people * years) / f64::from(together);
        let most = dip.false_alarms + 3.0 * (dip.false_alarms / years_watched).sqrt();
        is_kept &= !is_promised || rates.iter().all(|rate| *rate <= most);
        let rates = rates.map(|rate| format!("{rate:.2}")).join(", ");
        if !is_narrow {
            writeln!(out, "| {name} | {} | {rates} | {:.0} % |", promise(&dip), found * 100.0)?;
            continue;
        }
        let text = format!(
            "{}. False alarms per person and year at 10, 20, 40, 100 cases a month: {rates}. A fall from 25 % to 15 % \
             is found within two months in {:.0} % of cases.",
            promise(&dip),
            found * 100.0
        );
        writeln!(out, "{name}")?;
        screen::paragraph(out, "  ", &text, screen::width())?;
    }
    Ok(if is_kept { Outcome::Well } else { Outcome::Found })
}

fn rules() -> Vec<(&'static str, Measure, Dip)> {
    let measure = Measure {
        id: MeasureId::new("negotiation-close-rate"),
        skill: SkillId::new("value-based-selling"),
        title: "Negotiations that close".to_owned(),
        unit: "negotiations".to_owned(),
        kind: MeasureKind::Proportion,
        better: Better::Higher,
        minimum: 20,
        baseline: Some(0.25),
    };
    let unknown = Measure { baseline: None, ..measure.clone() };
    let rule = |method, false_alarms| Dip {
        measure: Some(measure.id.clone()),
        alert: None,
        method,
        false_alarms,
        counted: Counted::Person,
        window_days: 60,
        look_days: 30,
        threshold: (method == DipMethod::Threshold).then_some(0.2),
        message: String::new(),
    };
    let alone = |method| Dip { window_days: 30, ..rule(method, 1.0) };
    vec![
        ("exact, two months", measure.clone(), rule(DipMethod::Exact, 1.0)),
        ("exact, two months, careful", measure.clone(), rule(DipMethod::Exact, 0.5)),
        (
            "exact, two months, twenty people share the false alarms",
            measure.clone(),
            Dip { counted: Counted::Team, ..rule(DipMethod::Exact, 1.0) },
        ),
        ("exact, usual from a person's own past", unknown, rule(DipMethod::Exact, 1.0)),
        ("control chart, run rules", measure.clone(), alone(DipMethod::Chart)),
        ("change (cumulated sum)", measure.clone(), alone(DipMethod::Change)),
        ("threshold 20 %", measure.clone(), alone(DipMethod::Threshold)),
    ]
}
