//! Pictures of the library are shown without any public address, once uploaded to each workspace.

use serde_json::{Value, json};

use super::{
    checks::seen,
    peer::Mode,
    stage::{ALICE, BOB, GENERAL, QUESTION, Stage},
    standin::Wrong,
};

const PICTURE: &str = "price-value-map";

/// Somebody is shown the asset with a picture, in private.
async fn is_shown(stage: &Stage, user: &str) -> Value {
    let before = stage.standin.calls("chat.postMessage").len();
    stage.says(user, GENERAL, &format!("<@U0BOT> {QUESTION}")).await;
    stage.called("chat.postMessage", before + 1).await;
    let mut card = stage.sees(GENERAL, "Useful").await;
    card["blocks"] = json!([{ "type": "actions", "block_id": "choices", "elements": [
        { "type": "button", "action_id": "choice-0", "text": { "text": "More" }, "value": format!("show:{PICTURE}") }] }]);
    stage.presses(user, &card, "More").await;
    stage.sees_privately(user, alt().split('.').next().unwrap()).await
}

/// What the picture shows, in words.
fn alt() -> String {
    let library = kairos::library::Library::read(&kairos::library::Source::Starter).library;
    let asset = library.assets.values().find(|asset| asset.id.as_str() == PICTURE).unwrap();
    asset.image.as_ref().unwrap().alt.clone()
}

fn image(message: &Value) -> Option<&Value> {
    message["blocks"].as_array()?.iter().find(|block| block["type"] == "image")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_uploaded_once_and_shown_with_its_description() {
    let mut stage = Stage::open(Mode::Http).await;
    let card = is_shown(&stage, ALICE).await;
    let shown = image(&card).expect("a picture");
    assert_eq!(shown["alt_text"], json!(alt()));
    let file = stage.peer.call("files.info", &json!({ "file": shown["slack_file"]["id"] })).await;
    assert_eq!(file["file"]["mimetype"], "image/png", "{file}");
    stage.house.kill_and_restart().await;
    let again = is_shown(&stage, BOB).await;
    assert_eq!(image(&again).expect("a picture")["slack_file"], shown["slack_file"], "it lies there already");
    assert_eq!(stage.standin.calls("files.getUploadURLExternal").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_can_not_be_shown_is_described() {
    let stage = Stage::open(Mode::Http).await;
    stage.standin.next("files.getUploadURLExternal", [Wrong::Status(500)]);
    let card = is_shown(&stage, ALICE).await;
    assert!(image(&card).is_none() && seen(&card).contains("Picture: "), "{}", seen(&card));
    // Slack has still to look at what was uploaded just now.
    stage.standin.next("chat.postMessage", [Wrong::Done, Wrong::Error("invalid_blocks")]);
    let card = is_shown(&stage, BOB).await;
    assert!(image(&card).is_none() && seen(&card).contains("Picture: "), "{}", seen(&card));
}
