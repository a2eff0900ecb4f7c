//! Slack as Kairos sees it: the same port as Discord and the playground.

use std::sync::Arc;

use chat::{
    Card, Event, Field, Form, Identity, Key, MessageId, Pending, Place, Platform, PlatformKind, Profile, Refusal, Sent,
    ShownTo, Timestamp, Unreadable, UserId, WorkspaceId,
};
use serde_json::{Value, json};

use crate::{
    admins::Admins,
    api::{Api, Now},
    card::{Embeds, Picture, written},
    delivered::{Delivered, Trace, digest},
    fit,
    form::{Origin, modal},
    methods::{self, Method},
    past::{Pages, Reader},
    pictures::{Album, Pictures},
    refusal,
    standing::Standing,
    translate::{self, Opening, place, trigger_of},
    workspaces::Workspaces,
};

/// Messages that are read of a history.
const MOST: usize = 4_000;
/// Pages that are looked through for a delivery whose answer never came: it is among the newest.
const PAGES_TO_SEARCH: usize = 5;
/// What the metadata of our messages is called.
pub(crate) const DELIVERY: &str = "kairos_delivery";

/// Slack, in each of its workspaces. Clones are the same.
#[derive(Clone)]
pub struct SlackPlatform {
    pub(crate) api: Api,
    pub(crate) workspaces: Workspaces,
    pictures: Pictures,
    delivered: Arc<Delivered>,
    admins: Arc<Admins>,
    pub(crate) standing: Arc<Standing>,
}

impl SlackPlatform {
    /// Slack at the address `api_url`.
    pub(crate) fn new(api_url: &str, workspaces: Workspaces, album: Arc<dyn Album>, now: Now) -> Result<Self, Refusal> {
        let api = Api::new(api_url.to_owned(), now)?;
        let pictures = Pictures::new(album, api.clone());
        Ok(Self {
            api,
            workspaces,
            pictures,
            delivered: Arc::default(),
            admins: Arc::default(),
            standing: Arc::default(),
        })
    }

    pub(crate) async fn call(&self, method: Method, team: &WorkspaceId, body: &Value) -> Result<Value, Refusal> {
        let pipe = self.workspaces.pipe(team).await?;
        let answer = self.api.call(method, &pipe, body).await;
        match &answer {
            Ok(_) => self.standing.token(None),
            Err(refusal) if refusal::is_of_the_token(refusal) => {
                self.workspaces.doubt(team);
                if self.workspaces.is_one() {
                    self.standing.token(Some(refusal));
                }
            }
            Err(_) => {}
        }
        answer
    }

    /// Shows a card by `method`, with the rest of what it takes written into the message by `complete`.
    ///
    /// What Slack will not show (a picture that it has still to look at, a video that it may not play) is described.
    async fn show(
        &self,
        method: Method,
        team: &WorkspaceId,
        card: &Card,
        complete: impl Fn(Value) -> Value,
    ) -> Result<Value, Refusal> {
        let lying = match &card.image {
            Some(image) => self.pictures.of(image, team, &*self.workspaces.pipe(team).await?).await,
            None => None,
        };
        let picture = lying.as_ref().map(|lying| Picture::File(lying.id.clone()));
        let may_be_refused = picture.is_some() || card.video.is_some();
        let said = self.call(method, team, &complete(written(card, picture, Embeds::Shown))).await;
        let is_refused = may_be_refused && said.as_ref().is_err_and(refusal::is_of_the_blocks);
        if !is_refused {
            return said;
        }
        if let Some(lying) = lying {
            self.pictures.refused(&lying, team).await;
        }
        self.call(method, team, &complete(written(card, None, Embeds::Described))).await
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
        let opened = self.call(methods::OPEN_CONVERSATION, &who.workspace, &json!({ "users": who.user })).await?;
        let channel = opened["channel"]["id"].as_str();
        let channel = channel.ok_or_else(|| Refusal::Definite("conversations.open: no channel".to_owned()))?;
        Ok(place(&who.workspace, channel, Some("im")))
    }

    async fn say(&self, place: &Place, to: &ShownTo, card: &Card, key: &Key) -> Result<Sent, Refusal> {
        fits(card)?;
        let digest = digest(key);
        match self.delivered.trace(place, &digest) {
            Some(Trace::Arrived(sent)) => return Ok(sent),
            Some(Trace::Unclear) => {
                if let Some(sent) = self.look_up(place, &digest).await? {
                    return Ok(sent);
                }
            }
            Some(Trace::UnclearForOne) => return Err(gone_astray()),
            None => {}
        }
        let at = self.channel(place).await?;
        let (method, unclear) = match to {
            ShownTo::Everyone => (methods::POST_MESSAGE, Trace::Unclear),
            ShownTo::Only(_) => (methods::POST_EPHEMERAL, Trace::UnclearForOne),
        };
        let said = self.show(method, &at.workspace, card, |message| addressed(message, &at, to, &digest)).await;
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

    /// The message that bears a digest in its metadata; what was unclear is clear then.
    async fn look_up(&self, place: &Place, digest: &str) -> Result<Option<Sent>, Refusal> {
        let found = self.search(place, digest).await?;
        match &found {
            Some(sent) => self.delivered.note(place, digest, Trace::Arrived(sent.clone())),
            None => self.delivered.forget(place, digest),
        }
        Ok(found)
    }

    async fn search(&self, place: &Place, digest: &str) -> Result<Option<Sent>, Refusal> {
        let at = self.channel(place).await?;
        let bears = |entry: &Value| {
            let metadata = &entry["metadata"];
            metadata["event_type"] == DELIVERY && metadata["event_payload"]["key"] == digest
        };
        let mut pages = Pages::of(&at, json!({ "include_all_metadata": true }));
        for _ in 0..PAGES_TO_SEARCH {
            if pages.is_over {
                return Ok(None);
            }
            let answer = self.call(pages.method, &at.workspace, &pages.body).await?;
            let entries = pages.take(answer);
            if let Some(ts) = entries.iter().find(|entry| bears(entry)).and_then(|entry| entry["ts"].as_str()) {
                return Ok(Some(Sent { message: MessageId::new(ts), place: at }));
            }
        }
        Ok(None)
    }

    async fn read(&self, place: &Place, since: Timestamp) -> Result<Vec<Event>, Refusal> {
        let at = self.channel(place).await?;
        let pipe = self.workspaces.pipe(&at.workspace).await?;
        let entries = Reader { api: &self.api, pipe: &pipe }.entries(&at, since, MOST).await?;
        let mut events: Vec<_> = entries.iter().filter_map(|entry| translate::of_history(entry, &at)).collect();
        events.retain(|event| event.at >= since);
        events.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        Ok(events)
    }

    /// What Slack tells about somebody; `None` for somebody it does not know.
    async fn user(&self, who: &Identity) -> Result<Option<Value>, Refusal> {
        let asked = json!({ "user": who.user, "include_locale": true });
        match self.call(methods::USER, &who.workspace, &asked).await {
            Ok(mut answer) => Ok(Some(answer["user"].take())),
            Err(refusal) if refusal::has_code(&refusal, &["user_not_found", "user_not_visible"]) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    async fn is_admin(&self, who: &Identity) -> Result<bool, Refusal> {
        if let Some(known) = self.admins.lately(who, self.api.now()) {
            return Ok(known);
        }
        Ok(runs(&self.user(who).await?.unwrap_or_default()))
    }

    /// Until when somebody wants to be left in peace, where they do now. Not knowing it is no reason to know nothing,
    /// unless it is known when to ask again.
    async fn peace(&self, who: &Identity) -> Result<Option<Timestamp>, Refusal> {
        match self.call(methods::DO_NOT_DISTURB, &who.workspace, &json!({ "user": who.user })).await {
            Ok(told) => Ok(peace(&told, self.api.now())),
            Err(refusal @ Refusal::Transient { retry_after: Some(_), .. }) => Err(refusal),
            Err(_) => Ok(None),
        }
    }

    /// Opens the form behind a pressed button.
    pub(crate) async fn open_form(&self, opening: Opening) -> Result<(), Refusal> {
        let field = Field { id: "text".to_owned(), label: opening.label.clone(), value: String::new(), long: true };
        let form = Form { id: opening.form, title: opening.label, fields: vec![field] };
        let body = json!({ "trigger_id": opening.trigger, "view": modal(&form, &opening.origin) });
        self.call(methods::OPEN_VIEW, &opening.team, &body).await.map(drop)
    }
}

/// Refuses a card that Slack can't show whole.
fn fits(card: &Card) -> Result<(), Refusal> {
    let misfits = fit(card);
    if misfits.is_empty() {
        return Ok(());
    }
    let parts: Vec<_> = misfits.iter().map(|misfit| misfit.part.as_str()).collect();
    Err(Refusal::Definite(format!("the card is over a limit of Slack: {}", parts.join(", "))))
}

/// A message with whom it is for, and where.
fn addressed(mut message: Value, at: &Place, to: &ShownTo, digest: &str) -> Value {
    message["channel"] = json!(at.channel);
    if let Some(thread) = &at.thread {
        message["thread_ts"] = json!(thread);
    }
    match to {
        ShownTo::Everyone => {
            message["unfurl_links"] = json!(false);
            message["unfurl_media"] = json!(false);
            message["metadata"] = json!({ "event_type": DELIVERY, "event_payload": { "key": digest } });
        }
        ShownTo::Only(who) => message["user"] = json!(who.user),
    }
    message
}

/// A message for one person can't be looked up, and is never said twice.
fn gone_astray() -> Refusal {
    Refusal::Definite("chat.postEphemeral: no answer, and nobody can look it up".to_owned())
}

/// True for whoever runs the workspace.
fn runs(user: &Value) -> bool {
    ["is_admin", "is_owner", "is_primary_owner"].iter().any(|flag| user[*flag] == true)
}

fn peace(told: &Value, now: Timestamp) -> Option<Timestamp> {
    let at = |field: &str| Some(Timestamp::from_ms(told[field].as_i64()?.checked_mul(1_000)?));
    let (start, end) = (at("next_dnd_start_ts")?, at("next_dnd_end_ts")?);
    (told["dnd_enabled"] == true && start <= now && now < end).then_some(end)
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
        do_not_disturb_until: None,
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
            fits(card)?;
            let channel = self.channel(&sent.place).await?.channel;
            let complete = |mut message: Value| {
                message["channel"] = json!(channel);
                message["ts"] = json!(sent.message);
                message
            };
            self.show(methods::UPDATE, &sent.place.workspace, card, complete).await.map(drop)
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
            self.call(methods::OPEN_VIEW, &event.place.workspace, &body).await.map(drop)
        })
    }

    fn describe<'a>(&'a self, who: &'a Identity) -> Pending<'a, Option<Profile>> {
        Box::pin(async move {
            let pipe = self.workspaces.pipe(&who.workspace).await?;
            let _turn = pipe.profiles.acquire().await;
            let Some(user) = self.user(who).await? else { return Ok(None) };
            self.admins.note(who, runs(&user), self.api.now());
            let do_not_disturb_until = self.peace(who).await?;
            Ok(Some(Profile { do_not_disturb_until, ..profile(&user) }))
        })
    }

    fn person_with<'a>(
        &'a self,
        email: &'a str,
        workspaces: Option<&'a [WorkspaceId]>,
    ) -> Pending<'a, Option<Identity>> {
        Box::pin(self.whoever_has(email, workspaces))
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
            fits(card)?;
            let complete = |mut message: Value| json!({ "user_id": who.user, "view": { "type": "home", "blocks": message["blocks"].take() } });
            self.show(methods::PUBLISH_VIEW, &who.workspace, card, complete).await.map(drop)
        })
    }

    fn may_steer<'a>(&'a self, who: &'a Identity, place: &'a Place) -> Pending<'a, bool> {
        Box::pin(async move {
            if self.is_admin(who).await? {
                return Ok(true);
            }
            let asked = json!({ "channel": place.channel });
            let channel = self.call(methods::CONVERSATION, &place.workspace, &asked).await?;
            Ok(channel["channel"]["creator"].as_str() == Some(who.user.as_str()))
        })
    }

    fn runs_workspace<'a>(&'a self, who: &'a Identity) -> Pending<'a, bool> {
        Box::pin(self.is_admin(who))
    }

    fn name_of<'a>(&'a self, place: &'a Place) -> Pending<'a, Option<String>> {
        Box::pin(async move {
            let asked = json!({ "channel": place.channel });
            let channel = self.call(methods::CONVERSATION, &place.workspace, &asked).await?;
            Ok(channel["channel"]["name"].as_str().map(ToOwned::to_owned))
        })
    }
}
