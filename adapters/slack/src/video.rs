//! Videos that can be watched where the card stands.
//!
//! Invariants
//! - Only what [`DOMAINS`] plays becomes a player; everything else stays a link, and the link is there either way.

use chat::Video;
use serde_json::{Value, json};

use crate::writing::{one_line, plain_text};

/// Where videos are played: the manifest names these, or Slack refuses the player.
pub(crate) const DOMAINS: &[&str] = &["youtube.com"];
/// What Slack lets an app put a player into a message by.
pub(crate) const SCOPE: &str = "links.embed:write";
/// How long a title may be; the link below the player has the whole of it.
const TITLE: usize = 199;

/// The player of a video, where there is one.
pub(crate) fn player(video: &Video) -> Option<Value> {
    let id = youtube(&video.url)?;
    let label = one_line(&video.label);
    let title =
        if label.chars().count() > TITLE { label.chars().take(TITLE - 1).chain(['…']).collect() } else { label };
    Some(json!({
        "type": "video",
        "video_url": format!("https://www.youtube.com/embed/{id}"),
        "thumbnail_url": format!("https://i.ytimg.com/vi/{id}/hqdefault.jpg"),
        "alt_text": title,
        "title": plain_text(&title),
        "title_url": video.url,
    }))
}

/// The id of a video of `youtube.com`: eleven letters, digits, `-` and `_`.
fn youtube(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://")?;
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    let id = if let Some(id) = rest.strip_prefix("youtu.be/") {
        id.split(['?', '#']).next()?
    } else {
        let query = rest.strip_prefix("youtube.com/watch?")?;
        query.split(['&', '#']).find_map(|pair| pair.strip_prefix("v="))?
    };
    let is_id = id.len() == 11 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    is_id.then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_video_of_youtube_is_played_and_everything_else_is_a_link() {
        for url in [
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
            "https://youtube.com/watch?t=4s&v=dQw4w9WgXcQ#now",
            "https://youtu.be/dQw4w9WgXcQ?si=abc",
        ] {
            assert_eq!(youtube(url), Some("dQw4w9WgXcQ"), "{url}");
        }
        for url in [
            "http://www.youtube.com/watch?v=dQw4w9WgXcQ",
            "https://www.youtube.com/watch?v=dQw4w9WgXc",
            "https://youtu.be/../../../etc",
            "https://evil.example/youtube.com/watch?v=dQw4w9WgXcQ",
            "https://vimeo.com/76979871",
        ] {
            assert_eq!(youtube(url), None, "{url}");
        }
    }
}
