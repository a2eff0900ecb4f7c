//! "I write in my own language: I am met by its words, or left alone, and never by chance."

use std::fs;

use crate::support::app::{Setup, TestApp, each_app, each_app_with, hours};

const HERE: &str = "Wie beantrage ich Urlaub für den Sommer?";

fn in_german() -> Setup {
    let folder = tempfile::tempdir().unwrap();
    let skill = folder.path().join("leave");
    fs::create_dir(&skill).unwrap();
    let write = |name: &str, text: &str| fs::write(skill.join(name), text).unwrap();
    write("skill.md", "---\nkind: skill\nid: leave\ntitle: Urlaub\narea: people\n---\nUrlaub beantragen.\n");
    write(
        "leave-tip.md",
        "---\nkind: tip\nid: leave-tip\ntitle: Urlaub beantragen\nminutes: 1\nmoments: [apply]\nlanguage: de\n---\nSchreib der Teamleitung zwei Wochen vorher.\n",
    );
    write(
        "leave.trigger.md",
        "---\nkind: trigger\nid: leave\ntitle: Jemand möchte Urlaub\nneed: Jemand weiß nicht, wie man Urlaub beantragt.\noffer: [leave-tip]\nmoments: [apply]\nmode: live\nowner: Personal\n---\n## Examples\n- Wie beantrage ich Urlaub?\n- Wo reiche ich meinen Urlaubsantrag ein?\n- Wie bekomme ich frei im Sommer?\n- Wie viele Urlaubstage habe ich noch?\n- Wer genehmigt meinen Urlaub?\n- Bis wann muss ich Urlaub einreichen?\n- Ich möchte Urlaub nehmen, was muss ich tun?\n- Wie trage ich Urlaub ein?\n- Muss ich Urlaub für den Sommer früh anmelden?\n- Gibt es ein Formular für Urlaub?\n",
    );
    Setup::default().prompts(folder)
}

#[tokio::test]
async fn a_question_in_german_is_met_by_german_examples() {
    each_app_with(
        |_| in_german(),
        |app: TestApp| async move {
            let question = app.person("ana").says(HERE).await;
            assert!(app.decision(&question).reasons.iter().any(|reason| {
                reason.rule == "Language" && reason.text == "not English (de): matched by its words only"
            }));
            app.advance(hours(24)).await;
            assert!(app.answer(&question).card.title.contains("Urlaub"));
        },
    )
    .await;
}

#[tokio::test]
async fn english_triggers_hear_nothing_in_it() {
    each_app(|app: TestApp| async move {
        for text in [
            HERE,
            "der Kunde findet unser Angebot zu teuer und ich weiß nicht, was ich sagen soll",
            "値引きを求められました、どうしよう",
        ] {
            let question = app.person("ana").says(text).await;
            app.advance(hours(24)).await;
            app.is_left_alone(&question);
        }
        let asked = app.person("ana").says(&format!("@Kairos {HERE}")).await;
        assert!(app.answer(&asked).card.title.contains("don’t have a card for that"), "asked, it says so");
    })
    .await;
}
