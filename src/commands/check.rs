//! `kairos check`: reads a prompts folder and tells every mistake in it.

use std::{io::Write, path::PathBuf};

use serde::Serialize;

use super::Outcome;
use crate::library::{Diagnostic, Library, Reading, Source};

/// What can be asked of `kairos check`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The prompts folder; the configured one when left out
    pub dir: Option<PathBuf>,
    /// One JSON object, for programs
    #[arg(long)]
    pub json: bool,
}

/// Reads the folder that was asked for, or the usual one.
pub fn read(args: &Args, usual: &Source) -> Reading {
    Library::read(&args.dir.clone().map_or_else(|| usual.clone(), Source::Folder))
}

/// Writes every mistake and a closing line to `out`, in colours on a terminal. Warnings alone are a success.
pub fn report(reading: &Reading, args: &Args, colours: bool, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &Report::of(reading))?;
        writeln!(out)?;
    } else {
        for diagnostic in &reading.diagnostics {
            writeln!(out, "{}", diagnostic.render(colours))?;
        }
        writeln!(out, "{}", summary(reading))?;
    }
    Ok(if reading.errors() == 0 { Outcome::Well } else { Outcome::Found })
}

/// What `--json` writes.
#[derive(Serialize)]
struct Report<'r> {
    skills: usize,
    assets: usize,
    exercises: usize,
    scenarios: usize,
    triggers: usize,
    errors: usize,
    warnings: usize,
    diagnostics: &'r [Diagnostic],
}

impl<'r> Report<'r> {
    fn of(reading: &'r Reading) -> Self {
        let library = &reading.library;
        let exercises = library.assets.values().filter(|asset| !asset.answers.is_empty()).count();
        Self {
            skills: library.skills.len(),
            assets: library.assets.len() - exercises,
            exercises,
            scenarios: library.scenarios.len(),
            triggers: library.triggers.len(),
            errors: reading.errors(),
            warnings: reading.warnings(),
            diagnostics: &reading.diagnostics,
        }
    }
}

/// The closing line: what there is, and how many mistakes.
pub fn summary(reading: &Reading) -> String {
    let report = Report::of(reading);
    let things = [
        counted(report.skills, "skill"),
        counted(report.assets, "asset"),
        counted(report.exercises, "exercise"),
        counted(report.scenarios, "scenario"),
        counted(report.triggers, "trigger"),
    ];
    let mistakes = match (report.errors, report.warnings) {
        (0, 0) => "no mistakes".to_owned(),
        (0, warnings) => format!("no mistakes, {}", counted(warnings, "warning")),
        (errors, 0) => counted(errors, "mistake"),
        (errors, warnings) => format!("{}, {}", counted(errors, "mistake"), counted(warnings, "warning")),
    };
    format!("{}: {mistakes}", things.join(", "))
}

fn counted(count: usize, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn check(files: &[(&str, &str)], json: bool) -> (String, bool) {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let args = Args { dir: Some(folder.path().to_owned()), json };
        let mut out = Vec::new();
        let outcome = report(&read(&args, &Source::Starter), &args, false, &mut out).unwrap();
        (String::from_utf8(out).unwrap(), outcome == Outcome::Well)
    }

    const SKILL: (&str, &str) =
        ("asking/skill.md", "---\nkind: skill\nid: asking\ntitle: Asking\narea: leading\n---\nAsk first.\n");
    const TIP: &str = "---\nkind: tip\nid: ask\ntitle: Ask\nminutes: 1\nmoments: [apply]\n---\nAsk first.\n";

    #[test]
    fn without_a_mistake_the_closing_line_counts_what_there_is() {
        let (out, success) = check(&[SKILL, ("asking/ask.md", TIP)], false);
        assert_eq!(out, "1 skill, 1 asset, 0 exercises, 0 scenarios, 0 triggers: no mistakes\n");
        assert!(success);
    }

    #[test]
    fn a_mistake_is_drawn_and_fails_the_check() {
        let tip = TIP.replace("title", "titel");
        let (out, success) = check(&[SKILL, ("asking/ask.md", &tip)], false);
        assert!(out.contains("did you mean `title`?"), "{out}");
        assert!(out.ends_with("triggers: 2 mistakes\n"), "{out}");
        assert!(!out.contains('\u{1b}'), "{out}");
        assert!(!success);
    }

    #[test]
    fn programs_get_one_object_with_every_mistake() {
        let tip = TIP.replace("apply", "aply");
        let (out, success) = check(&[SKILL, ("asking/ask.md", &tip)], true);
        let report: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(report["errors"], 1);
        assert_eq!(report["diagnostics"][0]["file"], "asking/ask.md");
        assert_eq!(report["diagnostics"][0]["line"], 6);
        assert!(!success);
    }
}
