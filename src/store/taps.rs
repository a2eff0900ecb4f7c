//! What people tapped on cards.

use chat::{AssetId, DeliveryId, PersonId, Tenant, Timestamp};
use sqlx::FromRow;

use super::{
    Offer, Store, StoreError,
    backend::{Tx, execute, fetch_all, fetch_optional},
    columns::read_json,
};
use crate::library::TriggerId;

/// What a person tapped on a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tap {
    /// The card's workspace.
    pub tenant: Tenant,
    /// The card.
    pub delivery: DeliveryId,
    /// Who.
    pub person: PersonId,
    /// What was tapped: `useful`, `not_for_me`, `know`, `practise`, `snooze`, `stop`; by a manager `right`,
    /// `wrong`.
    pub tap: String,
    /// The card's first asset.
    pub asset: Option<AssetId>,
    /// The card's trigger.
    pub trigger: Option<TriggerId>,
    /// When.
    pub at: Timestamp,
}

#[derive(FromRow)]
struct TapRow {
    delivery_id: String,
    person_id: String,
    tap: String,
    asset_id: Option<String>,
    trigger_id: Option<String>,
    tapped_at: i64,
    tenant: String,
}

impl From<TapRow> for Tap {
    fn from(row: TapRow) -> Self {
        Self {
            delivery: DeliveryId::new(row.delivery_id),
            person: PersonId::new(row.person_id),
            tap: row.tap,
            asset: row.asset_id.map(AssetId::new),
            trigger: row.trigger_id.map(TriggerId::new),
            at: Timestamp::from_ms(row.tapped_at),
            tenant: Tenant::stored(row.tenant),
        }
    }
}

/// Keeps a tap; the same one a second time changes nothing.
pub(super) async fn insert(tx: &mut Tx, tap: &Tap) -> Result<(), StoreError> {
    // What the card was about, so that weighing thousands of taps reads no offers.
    let about = "SELECT offer FROM deliveries WHERE id = $1 AND offer IS NOT NULL";
    let offer: Option<(String,)> = fetch_optional!(tx.on(), about, tap.delivery.as_str())?;
    let offer: Option<Offer> = offer.and_then(|(offer,)| read_json(&offer, "offer").ok());
    let example = offer.and_then(|offer| offer.need.evidence.example().map(ToOwned::to_owned));
    let sql = "INSERT INTO taps (delivery_id, person_id, tap, asset_id, trigger_id, tapped_at, tenant, example)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (delivery_id, person_id, tap) DO NOTHING";
    execute!(
        tx.on(),
        sql,
        tap.delivery.as_str(),
        tap.person.as_str(),
        &tap.tap,
        tap.asset.as_ref().map(AssetId::as_str),
        tap.trigger.as_ref().map(TriggerId::as_str),
        tap.at.as_ms(),
        tap.tenant.as_str(),
        example
    )?;
    Ok(())
}

/// Removes a tap that was taken back.
pub(super) async fn remove(tx: &mut Tx, delivery: &DeliveryId, person: &PersonId, tap: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM taps WHERE delivery_id = $1 AND person_id = $2 AND tap = $3";
    execute!(tx.on(), sql, delivery.as_str(), person.as_str(), tap)?;
    Ok(())
}

impl Store {
    /// What was tapped on a card, the oldest first.
    pub async fn taps_on(&self, delivery: &DeliveryId) -> Result<Vec<Tap>, StoreError> {
        let sql = "SELECT delivery_id, person_id, tap, asset_id, trigger_id, tapped_at, tenant FROM taps
             WHERE delivery_id = $1 ORDER BY tapped_at, person_id, tap";
        let rows: Vec<TapRow> = fetch_all!(self.pools.read(), sql, delivery.as_str())?;
        Ok(rows.into_iter().map(Tap::from).collect())
    }

    /// What a person tapped, the oldest first.
    pub async fn taps_of(&self, person: &PersonId) -> Result<Vec<Tap>, StoreError> {
        let sql = "SELECT delivery_id, person_id, tap, asset_id, trigger_id, tapped_at, tenant FROM taps
             WHERE person_id = $1 ORDER BY tapped_at, delivery_id, tap";
        let rows: Vec<TapRow> = fetch_all!(self.pools.read(), sql, person.as_str())?;
        Ok(rows.into_iter().map(Tap::from).collect())
    }
}
