//! A card as a request body: components, the picture beside them, and the marks by which a repeated send is known.
//!
//! Invariants
//! - `nonce` comes from the delivery's key alone, so Discord itself drops a second try while it remembers the first.
//! - The same key stands in the message as the ids of its first two components, or as the shade of an embed, so that it
//!   is found later, edits or not.
//! - Both bodies say the same, with the same choices.

use chat::{Card, Key};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{card::components, embed::embeds, rest::File};

/// Characters of a nonce; Discord takes 25.
const NONCE: usize = 24;

/// What is sent.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    /// The body.
    pub(crate) body: Value,
    /// The body for where components of the second system can't be had; `None` for a card that only those can show.
    pub(crate) plainer: Option<Value>,
    /// What goes along.
    pub(crate) files: Vec<File>,
}

impl Outgoing {
    /// Says something more of the message, whichever body is sent.
    pub(crate) fn say(&mut self, name: &str, value: &Value) {
        for body in [Some(&mut self.body), self.plainer.as_mut()].into_iter().flatten() {
            body[name] = value.clone();
        }
    }

    /// Sets further flags of the message.
    pub(crate) fn flag(&mut self, flags: u64) {
        for body in [Some(&mut self.body), self.plainer.as_mut()].into_iter().flatten() {
            body["flags"] = json!(body["flags"].as_u64().unwrap_or_default() | flags);
        }
    }

    /// Writes `mark` into the message.
    pub(crate) fn put_mark(&mut self, mark: Mark) {
        let Mark { ids: [first, second], colour } = mark;
        self.body["components"][0]["id"] = json!(first);
        self.body["components"][0]["components"][0]["id"] = json!(second);
        if let Some(plainer) = &mut self.plainer {
            plainer["embeds"][0]["color"] = json!(colour);
        }
    }

    /// Bears the mark of the message that it replaces.
    pub(crate) fn keep_mark(&mut self, before: &Value) {
        if let Some([first, second]) = ids_of(before) {
            self.body["components"][0]["id"] = json!(first);
            self.body["components"][0]["components"][0]["id"] = json!(second);
        }
        if let (Some(plainer), Some(colour)) = (&mut self.plainer, before["embeds"][0]["color"].as_u64()) {
            plainer["embeds"][0]["color"] = json!(colour);
        }
    }
}

/// What a message of ours is known by: the ids of two components, or the shade of an embed, which need not have any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    ids: [u32; 2],
    colour: u32,
}

/// `card` ready to be sent; its picture goes along where `picture` has it.
pub(crate) fn outgoing(card: &Card, picture: &dyn Fn(&str) -> Option<Vec<u8>>) -> Outgoing {
    let file = card
        .image
        .as_ref()
        .and_then(|image| picture(&image.file).map(|bytes| File { name: file_name(&image.file), bytes }));
    let address = file.as_ref().map(|file| format!("attachment://{}", file.name));
    let body = components(card, |_| address.clone());
    let plainer = embeds(card, |_| address.clone());
    let mut out = Outgoing { body, plainer, files: Vec::new() };
    if let (Some(file), Some(image)) = (&file, &card.image) {
        let alt: String = image.alt.chars().take(1_024).collect();
        out.say("attachments", &json!([{ "id": "0", "filename": file.name, "description": alt }]));
    }
    Outgoing { files: file.into_iter().collect(), ..out }
}

/// The name of a file as an address can carry it.
fn file_name(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.chars().map(|sign| if sign.is_ascii_alphanumeric() || "-_.".contains(sign) { sign } else { '_' }).collect()
}

/// What Discord deduplicates by.
pub(crate) fn nonce(key: &Key) -> String {
    use std::fmt::Write as _;
    Sha256::digest(&key.0).iter().take(NONCE / 2).fold(String::new(), |mut nonce, byte| {
        // Writing to a String can't fail.
        let _ = write!(nonce, "{byte:02x}");
        nonce
    })
}

/// What a message is found by: two component ids of 31 bits, none so small that Discord would give it out itself, and a
/// shade of our blue, one of 262,144.
pub(crate) fn mark(key: &Key) -> Mark {
    let digest = Sha256::digest(&key.0);
    let number = |from: usize| {
        let bytes = [digest[from], digest[from + 1], digest[from + 2], digest[from + 3]];
        (u32::from_be_bytes(bytes) >> 1) | 0x0001_0000
    };
    let (first, second) = (number(16), number(20));
    let shade = |base: u8, from: usize| u32::from(base | (digest[from] & 0x3f));
    let colour = shade(0x40, 24) << 16 | shade(0x80, 25) << 8 | shade(0xc0, 26);
    // Two components of one id are refused.
    Mark { ids: [first, if first == second { second ^ 1 } else { second }], colour }
}

/// True for the message that was sent with the key of `mark`.
pub(crate) fn bears(message: &Value, mark: Mark) -> bool {
    let colour = &message["embeds"][0]["color"];
    ids_of(message) == Some(mark.ids) || colour.as_u64() == Some(u64::from(mark.colour))
}

fn ids_of(message: &Value) -> Option<[u32; 2]> {
    let container = &message["components"][0];
    let number = |value: &Value| value.as_u64().and_then(|id| u32::try_from(id).ok());
    Some([number(&container["id"])?, number(&container["components"][0]["id"])?])
}

#[cfg(test)]
mod tests {
    use chat::Text;

    use super::*;

    #[test]
    fn a_key_marks_its_message_and_no_other() {
        let (one, other) = (Key("a".to_owned()), Key("b".to_owned()));
        let mut out = outgoing(&Card::new("T", Text::default()), &|_| None);
        out.put_mark(mark(&one));
        for message in [out.body.clone(), out.plainer.clone().unwrap()] {
            assert!(bears(&message, mark(&one)) && !bears(&message, mark(&other)), "{message}");
            let mut changed = outgoing(&Card::new("U", Text::default()), &|_| None);
            changed.keep_mark(&message);
            let now = if message["embeds"].is_array() { changed.plainer.unwrap() } else { changed.body };
            assert!(bears(&now, mark(&one)), "{now}");
        }
        assert_eq!(nonce(&one).len(), NONCE);
        assert_ne!(nonce(&one), nonce(&other));
    }

    #[test]
    fn a_picture_goes_along_under_a_name_that_an_address_can_carry() {
        let image = chat::Image { file: "skill/a b&c.png".to_owned(), alt: "A".to_owned() };
        let card = Card { image: Some(image), ..Card::new("T", Text::default()) };
        let sent = outgoing(&card, &|_| Some(vec![1]));
        assert_eq!(sent.files[0].name, "a_b_c.png");
        assert!(sent.body.to_string().contains("attachment://a_b_c.png"));
        let unpublished = outgoing(&card, &|_| None);
        assert!(unpublished.files.is_empty() && !unpublished.body.to_string().contains("attachment"));
    }
}
