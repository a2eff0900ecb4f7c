//! Files of people, shifts and numbers as systems and spreadsheets write them.

use super::*;

fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn tried(folder: &tempfile::TempDir, import: &Import) -> String {
    let url = format!("sqlite:{}", folder.path().join("kairos.sqlite").display());
    let config = Config::load(None, [("KAIROS_STORE_URL".to_owned(), url)].into_iter(), None).unwrap();
    let mut out = Vec::new();
    match run(import, &config, &mut out) {
        Ok(_) => String::from_utf8(out).unwrap(),
        Err(error) => format!("{error:#}"),
    }
}

/// mautic/mautic#12277 and its like: files of people as a CRM exports them.
#[test]
fn a_column_that_is_not_known_is_refused_by_its_name_and_nobody_is_taken_in() {
    for (text, told) in [
        ("email,crm,department\nana@example.org,1,Sales\n", "\"department\" is not known"),
        ("First Name,Email,Slack\nAna,ana@example.org,T1/U1\n", "\"first name\" is not known"),
        ("email,email,slack\nana@example.org,a@example.com,T1/U1\n", "\"email\" is there twice"),
    ] {
        let folder = folder_with(&[("people.csv", text)]);
        let said = tried(&folder, &Import::People { file: folder.path().join("people.csv") });
        assert!(said.contains(told), "{said}");
    }
}

#[test]
fn semicolons_tabs_and_a_byte_order_mark_are_read() {
    for text in
        ["\u{feff}email;crm;slack\nana@example.org;0055;T1/U1\n", "email\tid:hr\tslack\nana@example.org\t0055\tT1/U1\n"]
    {
        let folder = folder_with(&[("people.csv", text)]);
        let said = tried(&folder, &Import::People { file: folder.path().join("people.csv") });
        assert!(said.contains("1 rows taken in, 0 known before, 0 refused"), "{said}");
    }
}

#[test]
fn two_people_never_become_one() {
    let people = "email,crm,slack\nana@example.org,0055,T1/U1\nben@example.org,0056,T1/U2\n\
                  cleo@example.org,0055,T1/U3\nana@example.org,0056,T1/U1\n";
    let folder = folder_with(&[("people.csv", people)]);
    let said = tried(&folder, &Import::People { file: folder.path().join("people.csv") });
    assert!(said.contains("line 4: `crm` belongs to somebody with another `email`"), "{said}");
    assert!(said.contains("line 5: `crm` and `email` belong to two different people"), "{said}");
    assert!(said.contains("2 rows taken in"), "{said}");
    let again = tried(&folder, &Import::People { file: folder.path().join("people.csv") });
    assert!(again.contains("2 rows taken in"), "the same file twice is no mistake: {again}");
}

/// firefly-iii/firefly-iii#8404, oliexdev/openScale#1475: thousands, and a time of day that was dropped silently.
#[test]
fn a_number_or_a_time_that_may_mean_two_things_is_refused_with_its_value() {
    let numbers = "person,measure,numerator,denominator,value,from,until,baseline\n\
                   crm:1,close-rate,9,\"1,200\",,2026-01-01,2026-02-28,\n\
                   crm:1,close-rate,9,60,,2026-01-01,2026-02-28,n/a\n\
                   crm:1,close-rate,9,60,,45900,45981,\n\
                   crm:1,close-rate,7,60,,2026,2027,\n\
                   crm:1,close-rate,9,60,,2026-01-01 18:00,2026-01-02 08:00,\n\
                   crm:1,close-rate,9,60,,2026-01-01,2026-02-28,\"25,5 %\"\n";
    let duties = "person,team,from,until\n\
                  slack:T1/U1,support,2026-12-01 18:00,2026-12-02 08:00\n\
                  slack:T1/U1,support,46357.75,46358.33\n\
                  slack:T1/U1,sales,2026-12-01T18:00:00+01:00,2026-12-02T08:00:00+01:00\n";
    let folder = folder_with(&[("numbers.csv", numbers), ("duties.csv", duties)]);
    let said =
        tried(&folder, &Import::Observations { file: folder.path().join("numbers.csv"), workspaces: Vec::new() });
    for told in [
        "line 2: `denominator` is \"1,200\": a comma before three digits",
        "line 3: `baseline` is \"n/a\":",
        "line 4: `from` is \"45900\": looks like a spreadsheet's serial date",
        "line 5: `from` is \"2026\": looks like a year",
        "line 6: `from` is \"2026-01-01 18:00\": a time without its zone",
        "1 rows taken in, 0 known before, 5 refused",
    ] {
        assert!(said.contains(told), "{told}\n{said}");
    }
    let said = tried(&folder, &Import::Duties { file: folder.path().join("duties.csv") });
    assert!(said.contains("line 2: `from` is “2026-12-01 18:00”: a time without its zone"), "{said}");
    assert!(said.contains("line 3: `from` is “46357.75”: looks like a spreadsheet's serial date"), "{said}");
    assert!(said.contains("1 rows taken in"), "{said}");
}

fn imported(store_file: &Path, import: &Import) -> (Outcome, String) {
    let url = format!("sqlite:{}", store_file.display());
    let config = Config::load(None, [("KAIROS_STORE_URL".to_owned(), url)].into_iter(), None).unwrap();
    let mut out = Vec::new();
    let outcome = run(import, &config, &mut out).unwrap();
    (outcome, String::from_utf8(out).unwrap())
}

#[test]
fn every_row_that_is_refused_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let (people, numbers) = (folder.path().join("people.csv"), folder.path().join("numbers.csv"));
    std::fs::write(&people, "email,crm,slack\nana@example.org,0055,T1/U1\nben@example.org,0056,U2\n,,\n").unwrap();
    std::fs::write(
        &numbers,
        "person,measure,numerator,denominator,from,until,baseline\n\
         crm:0055,close-rate,9,60,2026-01-01,2026-02-28,25 %\n\
         crm:0099,close-rate,9,60,2026-01-01,2026-02-28,\n\
         somebody,close-rate,9,60,2026-01-01,2026-02-28,\n\
         crm:0055,close-rate,,60,2026-01-01,2026-02-28,\n\
         crm:0055,close-rate,9,60,2026-03-01,2026-02-28,\n",
    )
    .unwrap();
    let store = folder.path().join("kairos.sqlite");
    let (outcome, told) = imported(&store, &Import::People { file: people });
    assert_eq!(outcome, Outcome::Found);
    insta::assert_snapshot!(told);
    let import = Import::Observations { file: numbers, workspaces: Vec::new() };
    insta::assert_snapshot!(imported(&store, &import).1);
    let again = imported(&store, &import).1;
    assert!(again.contains("0 rows taken in, 2 known before, 3 refused"), "{again}");
}
