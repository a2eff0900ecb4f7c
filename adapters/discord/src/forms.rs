//! Forms that are offered after somebody did something.
//!
//! Discord opens a form only as the very first answer, and ours is given at once. So a form is offered by a button that
//! one person sees; pressing it opens the form.

use chat::{Event, Form};
use serde_json::json;
use serenity::http::{LightMethod, Route};

use crate::{
    Discord,
    fault::Fault,
    wire::{EPHEMERAL, id},
};

impl Discord {
    pub(crate) async fn offer_form(&self, event: &Event, form: &Form) -> Result<(), Fault> {
        let live = self.memory().answered_by(event.id.as_str(), self.now());
        let live = live.ok_or(Fault::Refused { status: 404, code: crate::fault::code::UNKNOWN_INTERACTION })?;
        self.memory().keep_form(form.clone());
        let label: String = form.title.chars().take(80).collect();
        let button = json!({ "type": 2, "style": 1, "label": label, "custom_id": format!("ask:{}", form.id) });
        let body = json!({
            "flags": EPHEMERAL,
            "content": "There is something to fill in:",
            "components": [{ "type": 1, "components": [button] }],
            "allowed_mentions": { "parse": [] },
        });
        self.wait_for_first_answer(&live).await?;
        let route = Route::WebhookFollowupMessages { application_id: id(&live.application)?, token: &live.token };
        self.rest.send(LightMethod::Post, route, &body).await?;
        Ok(())
    }
}
