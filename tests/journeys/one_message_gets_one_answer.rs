//! "One message gets one answer, also where it means several things."

use crate::support::{
    app::{Setup, TestApp, each_app_with, minutes},
    prompts::prompts,
};

fn two_skills(setup: Setup) -> Setup {
    let urgent =
        "---\nkind: skill\nid: selling\ntitle: Selling\narea: selling\npriority: 20\n---\nHear what is behind it.\n";
    setup.prompts(
        prompts()
            .with("skill.md", urgent)
            .trigger("price-talk", "tip-1, tip-2", "priority: 60")
            .trigger("angry-call", "tip-3, tip-4", "priority: 70")
            .folder(),
    )
}

#[tokio::test]
async fn the_higher_priority_answers_alone_and_the_reasons_say_so() {
    each_app_with(two_skills, |app: TestApp| async move {
        let both = app.person("ana").says("price talk in an angry call").await;
        app.advance(minutes(10)).await;
        assert_eq!(app.answer(&both).card.title, "Tip number 3");
        let first = app.decisions(&both).remove(0);
        let order = first.reasons.iter().find(|reason| reason.rule == "Chosen").expect("a reason");
        assert_eq!(order.text, "best of 2 matches");
    })
    .await;
}
