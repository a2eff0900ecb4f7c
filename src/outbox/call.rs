//! What a delivery asks of its platform: to be made, or to be looked up.

use chat::{Card, ChannelId, DeliveryId, HOME, Identity, MessageId, Place, Platform, Privacy, Refusal, Sent, ShownTo};

use crate::store::{Action, Delivery};

/// What is said in the open where a private message can't be delivered: that something is there, never what.
pub type Notice = fn(&DeliveryId) -> Card;

/// Makes it.
pub(super) async fn attempt(
    platform: &dyn Platform,
    delivery: &Delivery,
    notice: Option<Notice>,
) -> Result<Sent, Refusal> {
    let Some(card) = &delivery.card else {
        return Err(Refusal::Definite("it has no card".to_owned()));
    };
    let key = delivery.key.to_key();
    match &delivery.action {
        Action::Post { place, shown_to } => {
            let sent = platform.send(place, shown_to, card, &key).await;
            match (sent, shown_to) {
                // What they did there can't be answered there any more.
                (Err(Refusal::Expired(_)), ShownTo::Only(who)) => {
                    let private = platform.open_private(who).await?;
                    platform.send(&private, &ShownTo::Everyone, card, &key).await
                }
                (sent, _) => sent,
            }
        }
        Action::PostPrivately { who } => {
            let sent = match platform.open_private(who).await {
                Ok(place) => platform.send(&place, &ShownTo::Everyone, card, &key).await,
                Err(refusal) => Err(refusal),
            };
            match (sent, where_asked(delivery), notice) {
                (Err(Refusal::Closed(_)), Some(place), Some(notice)) => {
                    platform.send(&place, &ShownTo::Everyone, &notice(&delivery.id), &key).await
                }
                (sent, ..) => sent,
            }
        }
        Action::ShowHome { who } => platform.show_home(who, card).await.map(|()| home_of(who)),
        Action::Edit { place, message } => {
            let sent = Sent { place: place.clone(), message: message.clone() };
            platform.edit(&sent, card).await.map(|()| sent)
        }
    }
}

/// Looks for what an earlier attempt left.
pub(super) async fn find(
    platform: &dyn Platform,
    delivery: &Delivery,
    notice: Option<Notice>,
) -> Result<Option<Sent>, Refusal> {
    let key = delivery.key.to_key();
    match &delivery.action {
        Action::Post { place, .. } | Action::Edit { place, .. } => platform.find(place, &key).await,
        Action::ShowHome { who } => Ok(Some(home_of(who))),
        Action::PostPrivately { who } => {
            let place = platform.open_private(who).await?;
            match (platform.find(&place, &key).await?, where_asked(delivery), notice) {
                (None, Some(place), Some(_)) => platform.find(&place, &key).await,
                (found, ..) => Ok(found),
            }
        }
    }
}

/// The thread of the question that a delivery answers, where others read along; of a command the channel.
fn where_asked(delivery: &Delivery) -> Option<Place> {
    let offer = delivery.offer.as_ref().filter(|offer| !offer.place.is_private())?;
    if offer.message.as_str() == offer.heard_in.as_str() {
        return Some(offer.place.clone());
    }
    let opening = offer.place.thread.as_ref().unwrap_or(&offer.message);
    Some(offer.place.in_thread(opening))
}

/// The page that a platform keeps for somebody, as if it were a message.
fn home_of(who: &Identity) -> Sent {
    let place = Place {
        platform: who.platform,
        workspace: who.workspace.clone(),
        channel: ChannelId::new(who.user.as_str()),
        thread: None,
        privacy: Privacy::Private,
    };
    Sent { place, message: MessageId::new(HOME) }
}
