//! Slack as Kairos sees it: the same port as Discord and the playground.

use std::sync::Arc;

use chat::{
    Card, Event, Field, Form, Identity, Key, MessageId, Pending, Place, Platform, PlatformKind, Profile, Refusal, Sent,
    ShownTo, Timestamp, Unreadable, UserId, WorkspaceId,
};
use serde_json::{Value, json};

use crate::{
    api::{self, Api, Method, Now, Token},
    blocks,
    delivered::{Delivered, Trace, digest},
    fit,
    form::{Origin, modal},
    translate::{self, Opening, place, trigger_of},
};

/// Messages of one page; Slack recommends no more.
const PAGE: u32 = 200;
/// Pages that are read of a history.
const PAGES: usize = 20;
/// Pages that are looked through for a delivery whose answer never came: it is among the newest.
const PAGES_TO_SEARCH: usize = 5;
/// What the metadata of our messages is called.
pub(crate) const DELIVERY: &str = "kairos_delivery";

/// Gives the public https address of a picture of the library, where it has one.
pub type PictureUrl = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Slack, as one workspace's token opens it.
#[derive(Clone)]
pub struct SlackPlatform {
    pub(crate) api: Api,
    token: Token,
    picture_url: PictureUrl,
    delivered: Arc<Delivered>,
}

impl SlackPlatform {
    /// Slack at the address `api_url`, as the bot whose token is `bot_token`.
    pub fn new(api_url: &str, bot_token: &str, picture_url: PictureUrl, now: Now) -> Result<Self, Refusal> {
        let api = Api::new(api_url.to_owned(), now)?;
        Ok(Self { api, token: Token(bot_token.to_owned()), picture_url, delivered: Arc::default() })
    }

    /// The token for a workspace.
    fn token(&self, _team: &WorkspaceId) -> &Token {
        &self.token
    }

    async fn call(&self, method: Method, team: &WorkspaceId, body: &Value) -> Result<Value, Refusal> {
        self.api.call(method, self.token(team), body).await
    }

    fn message(&self, card: &Card) -> Result<Value, Refusal> {
        let misfits = fit(card);
        if misfits.is_empty() {
            return Ok(blocks(card, |file| (self.picture_url)(file)));
        }
        let parts: Vec<_> = misfits.iter().map(|misfit| misfit.part.as_str()).collect();
        Err(Refusal::Definite(format!("the card is over a limit of Slack: {}", parts.join(", "))))
    }

    /// The place as a channel that Slack knows: a person's own id leads to the private conversation.
    async fn channel(&self, place: &Place) -> Result<Place, Refusal> {
        if !place.channel.as_str().starts_with(['U', 'W']) {
            return Ok(place.clone());
        }
        let user = UserId::new(place.channel.as_str());
        let who = Identity { platform: place.platform, workspace: place.workspace.clone(), user };
        let opened = self.open(&who).await?;
        Ok(Place { thread: place.thread.clone(), ..opened })
    }

    async fn open(&self, who: &Identity) -> Result<Place, Refusal> {
        let opened = self.call(api::OPEN_CONVERSATION, &who.workspace, &json!({ "users": who.user })).await?;
        let channel = opened["channel"]["id"].as_str();
        let channel = channel.ok_or_else(|| Refusal::Definite("conversations.open: no channel".to_owned()))?;
        Ok(place(&who.workspace, channel, Some("im")))
    }

    async fn say(&self, place: &Place, to: &ShownTo, card: &Card, key: &Key) -> Result<Sent, Refusal> {
        let mut body = self.message(card)?;
        let digest = digest(key);
        match self.delivered.trace(place, &digest) {
            Some(Trace::Arrived(sent)) => return Ok(sent),
            Some(Trace::Unclear) => {
                if let Some(sent) = self.look_up(place, &digest).await? {
                    self.delivered.note(place, &digest, Trace::Arrived(sent.clone()));
                    return Ok(sent);
                }
            }
            Some(Trace::UnclearForOne) => return Err(gone_astray()),
            None => {}
        }
        let at = self.channel(place).await?;
        body["channel"] = json!(at.channel);
        if let Some(thread) = &at.thread {
            body["thread_ts"] = json!(thread);
        }
        let (method, unclear) = match to {
            ShownTo::Everyone => {
                body["unfurl_links"] = json!(false);
                body["unfurl_media"] = json!(false);
                body["metadata"] = json!({ "event_type": DELIVERY, "event_payload": { "key": digest } });
                (api::POST_MESSAGE, Trace::Unclear)
            }
            ShownTo::Only(who) => {
                body["user"] = json!(who.user);
                (api::POST_EPHEMERAL, Trace::UnclearForOne)
            }
        };
        let said = self.call(method, &at.workspace, &body).await;
        if matches!(said, Err(Refusal::Unknown(_))) {
            self.delivered.note(place, &digest, unclear);
        }
        let said = said?;
        let ts = said["ts"].as_str().or_else(|| said["message_ts"].as_str());
        let ts = ts.ok_or_else(|| Refusal::Unknown(format!("{}: no ts", method.name())))?;
        let sent = Sent { place: at, message: MessageId::new(ts) };
        self.delivered.note(place, &digest, Trace::Arrived(sent.clone()));
        Ok(sent)
    }

    /// The message that bears a digest in its metadata.
    async fn look_up(&self, place: &Place, digest: &str) -> Result<Option<Sent>, Refusal> {
        let at = self.channel(place).await?;
        let bears = |entry: &Value| {
            let metadata = &entry["metadata"];
            metadata["event_type"] == DELIVERY && metadata["event_payload"]["key"] == digest
        };
        let mut pages = Pages::of(&at, json!({ "include_all_metadata": true }));
        for _ in 0..PAGES_TO_SEARCH {
            let Some(entries) = self.page(&mut pages).await? else { return Ok(None) };
            if let Some(ts) = entries.iter().find(|entry| bears(entry)).and_then(|entry| entry["ts"].as_str()) {
                return Ok(Some(Sent { message: MessageId::new(ts), place: at }));
            }
        }
        Ok(None)
    }

    /// The next page of a conversation; `None` after the last.
    async fn page(&self, pages: &mut Pages) -> Result<Option<Vec<Value>>, Refusal> {
        if pages.is_over {
            return Ok(None);
        }
        let mut answer = self.call(pages.method, &pages.team, &pages.body).await?;
        let next = answer["response_metadata"]["next_cursor"].as_str().filter(|next| !next.is_empty());
        pages.is_over = next.is_none();
        pages.body["cursor"] = json!(next);
        Ok(Some(answer["messages"].as_array_mut().map(std::mem::take).unwrap_or_default()))
    }

    async fn read(&self, place: &Place, since: Timestamp) -> Result<Vec<Event>, Refusal> {
        let at = self.channel(place).await?;
        let ms = since.as_ms().max(0);
        // Slack leaves out what is exactly as old, unless asked.
        let oldest = format!("{}.{:03}000", ms / 1_000, ms % 1_000);
        let mut pages = Pages::of(&at, json!({ "oldest": oldest, "inclusive": true }));
        let mut events = Vec::new();
        for _ in 0..PAGES {
            let Some(entries) = self.page(&mut pages).await? else { break };
            events.extend(entries.iter().filter_map(|entry| translate::of_history(entry, &at)));
        }
        events.retain(|event| event.at >= since);
        events.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        Ok(events)
    }

    /// What Slack tells about somebody; `None` for somebody it does not know.
    async fn user(&self, who: &Identity) -> Result<Option<Value>, Refusal> {
        let asked = json!({ "user": who.user, "include_locale": true });
        match self.call(api::USER, &who.workspace, &asked).await {
            Ok(mut answer) => Ok(Some(answer["user"].take())),
            Err(Refusal::Definite(reason))
                if ["user_not_found", "user_not_visible"].iter().any(|code| reason.ends_with(code)) =>
            {
                Ok(None)
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Who has this address; nobody where the app was not given leave to read addresses.
    async fn user_with(&self, email: &str) -> Result<Option<Identity>, Refusal> {
        match self.call(api::USER_BY_EMAIL, &WorkspaceId::new(""), &json!({ "email": email })).await {
            Ok(answer) => {
                let user = &answer["user"];
                let (team, id) = (user["team_id"].as_str(), user["id"].as_str());
                Ok(team.zip(id).map(|(team, id)| Identity {
                    platform: PlatformKind::Slack,
                    workspace: WorkspaceId::new(team),
                    user: UserId::new(id),
                }))
            }
            Err(Refusal::Definite(reason))
                if ["users_not_found", "missing_scope"].iter().any(|code| reason.ends_with(code)) =>
            {
                Ok(None)
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Opens the form behind a pressed button.
    pub(crate) async fn open_form(&self, opening: Opening) -> Result<(), Refusal> {
        let field = Field { id: "text".to_owned(), label: opening.label.clone(), value: String::new(), long: true };
        let form = Form { id: opening.form, title: opening.label, fields: vec![field] };
        let body = json!({ "trigger_id": opening.trigger, "view": modal(&form, &opening.origin) });
        self.call(api::OPEN_VIEW, &opening.team, &body).await.map(drop)
    }
}

/// A conversation, page by page.
struct Pages {
    method: Method,
    team: WorkspaceId,
    body: Value,
    is_over: bool,
}

impl Pages {
    fn of(at: &Place, mut body: Value) -> Self {
        body["channel"] = json!(at.channel);
        body["limit"] = json!(PAGE);
        let method = match &at.thread {
            Some(thread) => {
                body["ts"] = json!(thread);
                api::REPLIES
            }
            None => api::HISTORY,
        };
        Self { method, team: at.workspace.clone(), body, is_over: false }
    }
}

/// A message for one person can't be looked up, and is never said twice.
fn gone_astray() -> Refusal {
    Refusal::Definite("chat.postEphemeral: no answer, and nobody can look it up".to_owned())
}

fn profile(user: &Value) -> Profile {
    let about = &user["profile"];
    let names = [&about["display_name"], &about["real_name"], &user["real_name"], &user["name"]];
    let name = names.iter().find_map(|name| name.as_str().filter(|name| !name.is_empty()));
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(ToOwned::to_owned);
    Profile {
        name: name.unwrap_or_default().to_owned(),
        zone: text(&user["tz"]),
        language: text(&user["locale"]).and_then(|locale| locale.get(..2).map(str::to_lowercase)),
        roles: text(&about["title"]).map(|title| title.to_lowercase()).into_iter().collect(),
        email: text(&about["email"]),
    }
}

impl Platform for SlackPlatform {
    fn kind(&self) -> PlatformKind {
        PlatformKind::Slack
    }

    fn translate(&self, raw: &str) -> Result<Vec<Event>, Unreadable> {
        translate::events(raw)
    }

    fn send<'a>(&'a self, place: &'a Place, to: &'a ShownTo, card: &'a Card, key: &'a Key) -> Pending<'a, Sent> {
        Box::pin(self.say(place, to, card, key))
    }

    fn edit<'a>(&'a self, sent: &'a Sent, card: &'a Card) -> Pending<'a, ()> {
        Box::pin(async move {
            let mut body = self.message(card)?;
            body["channel"] = json!(self.channel(&sent.place).await?.channel);
            body["ts"] = json!(sent.message);
            self.call(api::UPDATE, &sent.place.workspace, &body).await.map(drop)
        })
    }

    fn open_private<'a>(&'a self, who: &'a Identity) -> Pending<'a, Place> {
        Box::pin(self.open(who))
    }

    fn ask<'a>(&'a self, event: &'a Event, form: &'a Form) -> Pending<'a, ()> {
        Box::pin(async move {
            let trigger = trigger_of(&event.id)
                .ok_or_else(|| Refusal::Definite("a form can only answer a click or a command".to_owned()))?;
            let origin = Origin::of(&event.place, None);
            let body = json!({ "trigger_id": trigger, "view": modal(form, &origin) });
            self.call(api::OPEN_VIEW, &event.place.workspace, &body).await.map(drop)
        })
    }

    fn describe<'a>(&'a self, who: &'a Identity) -> Pending<'a, Option<Profile>> {
        Box::pin(async move { Ok(self.user(who).await?.as_ref().map(profile)) })
    }

    fn person_with<'a>(&'a self, email: &'a str) -> Pending<'a, Option<Identity>> {
        Box::pin(self.user_with(email))
    }

    fn history<'a>(&'a self, place: &'a Place, since: Timestamp) -> Pending<'a, Option<Vec<Event>>> {
        Box::pin(async move { self.read(place, since).await.map(Some) })
    }

    fn find<'a>(&'a self, place: &'a Place, key: &'a Key) -> Pending<'a, Option<Sent>> {
        Box::pin(async move {
            let digest = digest(key);
            match self.delivered.trace(place, &digest) {
                Some(Trace::UnclearForOne) => Err(gone_astray()),
                _ => self.look_up(place, &digest).await,
            }
        })
    }

    fn has_home(&self) -> bool {
        true
    }

    fn show_home<'a>(&'a self, who: &'a Identity, card: &'a Card) -> Pending<'a, ()> {
        Box::pin(async move {
            let mut message = self.message(card)?;
            let view = json!({ "type": "home", "blocks": message["blocks"].take() });
            let body = json!({ "user_id": who.user, "view": view });
            self.call(api::PUBLISH_VIEW, &who.workspace, &body).await.map(drop)
        })
    }

    fn may_steer<'a>(&'a self, who: &'a Identity, place: &'a Place) -> Pending<'a, bool> {
        Box::pin(async move {
            let user = self.user(who).await?.unwrap_or_default();
            if ["is_admin", "is_owner", "is_primary_owner"].iter().any(|flag| user[*flag] == true) {
                return Ok(true);
            }
            let asked = json!({ "channel": place.channel });
            let channel = self.call(api::CONVERSATION, &place.workspace, &asked).await?;
            Ok(channel["channel"]["creator"].as_str() == Some(who.user.as_str()))
        })
    }

    fn name_of<'a>(&'a self, place: &'a Place) -> Pending<'a, Option<String>> {
        Box::pin(async move {
            let asked = json!({ "channel": place.channel });
            let channel = self.call(api::CONVERSATION, &place.workspace, &asked).await?;
            Ok(channel["channel"]["name"].as_str().map(ToOwned::to_owned))
        })
    }
}
