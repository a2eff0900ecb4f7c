//! What names a person in rows that are about something else: the ids of events, what was set aside unread, what adapters
//! wrote down, and the decisions about others.
//!
//! Invariants
//! - A name is found as a word of its own: to forget U1 says nothing about U17.
//! - Rows of others stay, without what named the forgotten.

use chat::PersonId;

use super::{
    StoreError,
    backend::{Tx, execute, fetch_all},
};

/// What stands for the id of an event whose id named somebody.
const FORGOTTEN: &str = "forgotten";

/// Erases them; how many arrivals went.
pub(super) async fn erase(tx: &mut Tx, person: &PersonId) -> Result<u64, StoreError> {
    let names = "SELECT user_id FROM identities WHERE person_id = $1
         UNION SELECT value FROM person_keys WHERE person_id = $1";
    let names: Vec<(String,)> = fetch_all!(tx.on(), names, person.as_str())?;
    let mut arrivals = 0;
    for (name,) in names.iter().filter(|(name,)| !name.is_empty()) {
        let like = pattern(name);
        // Where its text is, it holds their words; where only its id is left, that names them.
        let finding = "SELECT id, COALESCE(raw, '') FROM arrivals WHERE state IN ('done', 'parked')
             AND (LOWER(id) LIKE $1 ESCAPE '!' OR LOWER(raw) LIKE $1 ESCAPE '!')";
        let rows: Vec<(String, String)> = fetch_all!(tx.on(), finding, &like)?;
        for (id, _) in rows.iter().filter(|(id, raw)| is_named(id, name) || is_named(raw, name)) {
            arrivals += execute!(tx.on(), "DELETE FROM arrivals WHERE id = $1", id)?;
        }
        let finding = "SELECT id, event_id FROM decisions WHERE LOWER(event_id) LIKE $1 ESCAPE '!'";
        let rows: Vec<(i64, String)> = fetch_all!(tx.on(), finding, &like)?;
        for (id, _) in rows.iter().filter(|(_, event)| is_named(event, name)) {
            execute!(tx.on(), "UPDATE decisions SET event_id = $2 WHERE id = $1", id, FORGOTTEN)?;
        }
        let finding = "SELECT id, event_id FROM deliveries WHERE LOWER(event_id) LIKE $1 ESCAPE '!'";
        let rows: Vec<(String, String)> = fetch_all!(tx.on(), finding, &like)?;
        for (id, _) in rows.iter().filter(|(_, event)| is_named(event, name)) {
            // The key of a delivery stays its own.
            let event = format!("{FORGOTTEN}:{id}");
            execute!(tx.on(), "UPDATE deliveries SET event_id = $2 WHERE id = $1", id, event)?;
        }
        let finding = "SELECT platform, name, text FROM notes
             WHERE LOWER(name) LIKE $1 ESCAPE '!' OR LOWER(text) LIKE $1 ESCAPE '!'";
        let rows: Vec<(String, String, String)> = fetch_all!(tx.on(), finding, &like)?;
        for (platform, note, _) in rows.iter().filter(|(_, note, text)| is_named(note, name) || is_named(text, name)) {
            execute!(tx.on(), "DELETE FROM notes WHERE platform = $1 AND name = $2", platform, note)?;
        }
    }
    let unread = "DELETE FROM quarantine WHERE
         kind = 'delivery' AND id IN (SELECT id FROM deliveries WHERE person_id = $1)
         OR kind = 'signal' AND id IN (SELECT id FROM signals WHERE person_id = $1)
         OR kind = 'decision' AND id IN (SELECT CAST(id AS TEXT) FROM decisions WHERE person_id = $1)";
    execute!(tx.on(), unread, person.as_str())?;
    Ok(arrivals)
}

/// What `LIKE` finds a name by, anywhere in a text in small letters.
fn pattern(name: &str) -> String {
    let mut pattern = String::from("%");
    for letter in name.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// True where `name` stands in `text` with neither a letter nor a digit right before or behind it.
fn is_named(text: &str, name: &str) -> bool {
    let (text, name) = (text.to_lowercase(), name.to_lowercase());
    let is_of_a_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    text.match_indices(&name).any(|(at, _)| {
        !is_of_a_word(text[..at].chars().next_back()) && !is_of_a_word(text[at + name.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_word_of_its_own() {
        assert!(is_named("slack:T1:C1:reaction:U1", "U1"));
        assert!(is_named(r#"{"email":"Ana@Example.com"}"#, "ana@example.com"));
        assert!(!is_named("slack:T1:C1:reaction:U17", "U1"));
        assert!(!is_named("xU1", "U1"));
        assert_eq!(pattern("a_b%"), "%a!_b!%%");
    }
}
