//! A delivery and its row; how deliveries are found.

use chat::{AssetId, ChannelId, DeliveryId, EventId, MessageId, PersonId, PlatformKind, Timestamp, WorkspaceId};
use sqlx::FromRow;

use super::{
    Delivery, DeliveryKey, DeliveryState, Offer, Settlement, Store, StoreError,
    backend::{Tx, execute, fetch_all, fetch_optional},
    columns::{
        read_format, read_instant, read_json, read_name, read_optional_json, read_small, write_instant, write_json,
        write_optional_json,
    },
};
use crate::library::TriggerId;

/// The columns of [`DeliveryRow`]. Named one by one: a statement that says `*` fails on PostgreSQL when a newer Kairos
/// adds a column beside us.
macro_rules! delivery_columns {
    () => {
        "id, tenant, event_id, trigger_id, person_id, step, state, action, card, offer, due_at, expires_at, created_at, \
         fence, attempts, sent_message, sent_place, sent_at, last_error, format"
    };
}
pub(super) use delivery_columns;

#[derive(FromRow)]
pub(super) struct DeliveryRow {
    pub(super) id: String,
    tenant: String,
    event_id: String,
    trigger_id: String,
    person_id: String,
    step: i64,
    pub(super) state: String,
    action: String,
    card: Option<String>,
    offer: Option<String>,
    pub(super) due_at: i64,
    expires_at: i64,
    pub(super) created_at: i64,
    pub(super) fence: i64,
    pub(super) attempts: i64,
    sent_message: Option<String>,
    sent_place: Option<String>,
    sent_at: Option<i64>,
    last_error: Option<String>,
    format: i64,
}

impl DeliveryRow {
    pub(super) fn into_delivery(self) -> Result<Delivery, StoreError> {
        read_format(self.format)?;
        let sent_place = read_optional_json(self.sent_place.as_deref(), "sent_place")?;
        Ok(Delivery {
            id: DeliveryId::new(self.id),
            key: DeliveryKey {
                tenant: self.tenant,
                event: EventId::new(self.event_id),
                trigger: TriggerId::new(self.trigger_id),
                person: PersonId::new(self.person_id),
                step: read_small(self.step, "step")?,
            },
            state: read_name(&self.state, "state")?,
            action: read_json(&self.action, "action")?,
            card: read_optional_json(self.card.as_deref(), "card")?,
            offer: read_optional_json(self.offer.as_deref(), "offer")?,
            due_at: Timestamp::from_ms(self.due_at),
            expires_at: Timestamp::from_ms(self.expires_at),
            created_at: Timestamp::from_ms(self.created_at),
            sent: sent_place.zip(self.sent_message.map(MessageId::new)),
            sent_at: read_instant(self.sent_at),
            last_error: self.last_error,
        })
    }
}

/// Inserts a delivery; false when its key (or its id) exists already, and then nothing changes.
pub(super) async fn insert(tx: &mut Tx, delivery: &Delivery) -> Result<bool, StoreError> {
    let sql = "INSERT INTO deliveries
             (id, tenant, event_id, trigger_id, person_id, step, state, action, card, offer,
              heard_platform, heard_workspace, heard_channel, due_at, expires_at, created_at,
              sent_platform, sent_workspace, sent_channel, sent_message, sent_place, sent_at, last_error,
              asset_id, unasked, rank, lane, seq)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
              $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27,
              (SELECT COALESCE(MAX(seq), 0) + 1 FROM deliveries))
         ON CONFLICT DO NOTHING";
    let key = &delivery.key;
    let action = write_json(&delivery.action)?;
    let card = write_optional_json(delivery.card.as_ref())?;
    let offer = write_optional_json(delivery.offer.as_ref())?;
    let heard = delivery.offer.as_ref().map(|offer| &offer.place);
    let (sent, message) = delivery.sent.as_ref().map(|(place, message)| (place, message.as_str())).unzip();
    let sent_place = write_optional_json(sent.as_ref())?;
    let inserted = execute!(
        tx.on(),
        sql,
        delivery.id.as_str(),
        &key.tenant,
        key.event.as_str(),
        key.trigger.as_str(),
        key.person.as_str(),
        i64::from(key.step),
        delivery.state.as_str(),
        action,
        card,
        offer,
        heard.map(|place| place.platform.as_str()),
        heard.map(|place| place.workspace.as_str()),
        heard.map(|place| place.channel.as_str()),
        delivery.due_at.as_ms(),
        delivery.expires_at.as_ms(),
        delivery.created_at.as_ms(),
        sent.map(|place| place.platform.as_str()),
        sent.map(|place| place.workspace.as_str()),
        sent.map(|place| place.channel.as_str()),
        message,
        sent_place,
        write_instant(delivery.sent_at),
        delivery.last_error.as_deref(),
        delivery.offer.as_ref().map(first_asset),
        delivery.offer.as_ref().map(|offer| offer.plan.unasked),
        i64::from(delivery.offer.as_ref().is_some_and(|offer| offer.plan.unasked)),
        delivery.action.lane(),
    )?;
    Ok(inserted == 1)
}

/// What an offer shows first; empty for practice alone, which counts against a budget too.
fn first_asset(offer: &Offer) -> &str {
    offer.plan.molecule.assets.first().map_or("", AssetId::as_str)
}

/// Settles what is held or pending; false when it is neither any more, and then nothing changes.
pub(super) async fn settle(tx: &mut Tx, id: &DeliveryId, settlement: &Settlement) -> Result<bool, StoreError> {
    let (state, card, offer, why) = match settlement {
        Settlement::Send { card, offer, .. } => {
            (DeliveryState::Pending, Some(write_json(card)?), Some(write_json(offer)?), None)
        }
        Settlement::Tell { card } => (DeliveryState::Pending, Some(write_json(card)?), None, None),
        Settlement::PutBy { offer, .. } => (DeliveryState::Held, None, Some(write_json(offer)?), None),
        Settlement::Hold { .. } => (DeliveryState::Held, None, None, None),
        Settlement::Cancel { reason } => {
            (DeliveryState::Cancelled, None, None, Some(format!("{}: {}", reason.rule, reason.value)))
        }
    };
    let (due_at, expires_at) = match settlement {
        Settlement::Send { due_at, .. } | Settlement::Hold { until: due_at } => (Some(*due_at), None),
        Settlement::PutBy { until, .. } => (Some(*until), Some(*until)),
        Settlement::Tell { .. } | Settlement::Cancel { .. } => (None, None),
    };
    let sql = "UPDATE deliveries
         SET state = $2, card = $3, offer = COALESCE($4, offer), due_at = COALESCE($5, due_at),
             expires_at = COALESCE($6, expires_at), last_error = $7, asset_id = COALESCE($8, asset_id)
         WHERE id = $1 AND state IN ('held', 'pending')";
    let (due_at, expires_at) = (write_instant(due_at), write_instant(expires_at));
    let asset = match settlement {
        Settlement::Send { offer, .. } | Settlement::PutBy { offer, .. } => Some(first_asset(offer)),
        _ => None,
    };
    Ok(execute!(tx.on(), sql, id.as_str(), state.as_str(), card, offer, due_at, expires_at, why, asset)? == 1)
}

impl Store {
    /// The delivery with this id.
    pub async fn delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>, StoreError> {
        let sql = concat!("SELECT ", delivery_columns!(), " FROM deliveries WHERE id = $1");
        let row: Option<DeliveryRow> = fetch_optional!(self.pools.read(), sql, id.as_str())?;
        row.map(DeliveryRow::into_delivery).transpose()
    }

    /// The delivery that became this message: the one that posted it, not those that changed it later.
    pub async fn delivery_at(
        &self,
        platform: PlatformKind,
        workspace: &WorkspaceId,
        channel: &ChannelId,
        message: &MessageId,
    ) -> Result<Option<Delivery>, StoreError> {
        let sql = concat!(
            "SELECT ",
            delivery_columns!(),
            " FROM deliveries
              WHERE sent_message = $1 AND sent_channel = $2 AND sent_workspace = $3 AND sent_platform = $4
              ORDER BY sent_at, created_at, id LIMIT 1"
        );
        let row: Option<DeliveryRow> = fetch_optional!(
            self.pools.read(),
            sql,
            message.as_str(),
            channel.as_str(),
            workspace.as_str(),
            platform.as_str()
        )?;
        row.map(DeliveryRow::into_delivery).transpose()
    }

    /// Offers that nobody asked for and that are held, or not sent yet, because of what was heard in this channel, its
    /// threads included; the oldest first.
    pub async fn held_in(
        &self,
        platform: PlatformKind,
        workspace: &WorkspaceId,
        channel: &ChannelId,
    ) -> Result<Vec<Delivery>, StoreError> {
        let sql = concat!(
            "SELECT ",
            delivery_columns!(),
            " FROM deliveries
              WHERE heard_channel = $1 AND heard_workspace = $2 AND heard_platform = $3
                AND state IN ('held', 'pending') AND (state = 'held' OR unasked = TRUE)
              ORDER BY created_at, id"
        );
        let rows = fetch_all!(self.pools.read(), sql, channel.as_str(), workspace.as_str(), platform.as_str())?;
        self.readable_deliveries(rows).await
    }

    /// What was offered about one event, whatever became of it; the oldest first.
    pub async fn offers_about(&self, tenant: &str, event: &EventId) -> Result<Vec<Delivery>, StoreError> {
        let sql = concat!(
            "SELECT ",
            delivery_columns!(),
            " FROM deliveries WHERE tenant = $1 AND event_id = $2 AND offer IS NOT NULL ORDER BY created_at, id"
        );
        self.readable_deliveries(fetch_all!(self.pools.read(), sql, tenant, event.as_str())?).await
    }

    /// Holds again what nobody asked for and should have been sent two minutes ago, after a standstill say: by now it may
    /// be evening, or answered. How many there were.
    pub async fn hold_late(&self, now: Timestamp) -> Result<u64, StoreError> {
        let sql = "UPDATE deliveries SET state = 'held'
             WHERE state = 'pending' AND unasked = TRUE AND due_at < $1 - 120000 AND expires_at >= $1";
        Ok(execute!(self.pools.write(), sql, now.as_ms())?)
    }

    /// Up to `limit` held deliveries whose hour has come, to be decided again; those that are due longest first.
    pub async fn due_holds(&self, now: Timestamp, limit: u32) -> Result<Vec<Delivery>, StoreError> {
        let sql = concat!(
            "SELECT ",
            delivery_columns!(),
            " FROM deliveries WHERE state = 'held' AND due_at <= $1 ORDER BY due_at, id LIMIT CAST($2 AS BIGINT)"
        );
        self.readable_deliveries(fetch_all!(self.pools.read(), sql, now.as_ms(), i64::from(limit))?).await
    }
}

impl DeliveryState {
    /// Every state, from its beginning to its ends.
    pub const ALL: [Self; 8] = [
        Self::Held,
        Self::Pending,
        Self::Sending,
        Self::Ambiguous,
        Self::Sent,
        Self::Dead,
        Self::Cancelled,
        Self::Expired,
    ];

    /// True once it was sent, or is about to be: nothing but the platform can stop it any more.
    pub const fn is_said(self) -> bool {
        matches!(self, Self::Pending | Self::Sending | Self::Ambiguous | Self::Sent)
    }

    /// The name as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Pending => "pending",
            Self::Sending => "sending",
            Self::Ambiguous => "ambiguous",
            Self::Sent => "sent",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }
}

impl std::str::FromStr for DeliveryState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}
