//! "What I quote, paste or point at is not what I ask."

use crate::support::app::{TestApp, each_app, hours};

#[tokio::test]
async fn quotes_code_logs_and_links_are_left_alone() {
    each_app(|app: TestApp| async move {
        let question = "how do I answer when they say we're too expensive?";
        let link = format!("https://wiki.test/{}", question.replace(' ', "-"));
        let mut said = Vec::new();
        for text in [
            &format!("> {question}\nagreed"),
            &format!("&gt; {question}\n+1"),
            &format!("`{question}`"),
            &format!("```\n{question}\n```"),
            &format!("2026-11-18T10:00:01Z ERROR {question}"),
            &format!("    at com.acme.Price.objection({question}:12)"),
            &format!("{{\"text\": \"{question}\";}}"),
            &link,
        ] {
            said.push((app.person("ana").says(text).await, text.clone()));
            app.advance(hours(1)).await;
        }
        app.advance(hours(72)).await;
        for (message, text) in &said {
            assert_eq!(app.answers(message).len(), 0, "{text}: {:?}", app.decisions(message).last());
        }
        let own = app.person("ana").says(&format!("> see {link}\n{question}")).await;
        app.advance(hours(72)).await;
        app.answer(&own);
    })
    .await;
}
