//! What a text sounds like, topic by topic: for people who want to see why something is recognised, and what is near it.
//!
//! Invariants
//! - A topic counts as recognised here exactly where [`Engine::hear`] recognises it.

use super::{
    Conversation, Engine,
    recognise::{AlarmBudget, shown},
};
use crate::library::TriggerId;

/// How strongly a text sounds like one topic.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicScore {
    /// The topic.
    pub trigger: TriggerId,
    /// The likelihood that it is meant, from 0 to 1.
    pub score: f32,
    /// The likelihood from which on it counts.
    pub threshold: f32,
    /// True where it counts.
    pub heard: bool,
}

impl Engine {
    /// Every topic that is recognised in text, the likeliest first.
    pub fn topics(&self, text: &str, said: &Conversation<'_>) -> Vec<TopicScore> {
        let recogniser = self.recogniser(said.learnt);
        let needs = self.hear(text, said);
        let scores = if text.trim().is_empty() { Vec::new() } else { recogniser.scores(text) };
        let threshold = |id: &TriggerId| {
            if said.addressed {
                return recogniser.threshold_addressed();
            }
            let own = self.library.triggers.get(id).and_then(|trigger| trigger.hearing);
            recogniser.threshold(AlarmBudget::of(own.unwrap_or(said.hearing)), said.traffic)
        };
        let topic = |(number, id): (usize, &TriggerId)| {
            let trigger = id.clone();
            if let Some(need) = needs.iter().find(|need| need.trigger == *id) {
                return TopicScore { trigger, score: need.score, threshold: need.threshold, heard: need.is_heard() };
            }
            let threshold = shown(threshold(id));
            let score = scores.get(number).map_or(0.0, |odds| shown(*odds));
            // Near misses may reach the threshold where another topic took their place.
            TopicScore { trigger, score: score.min(threshold), threshold, heard: false }
        };
        let mut topics: Vec<TopicScore> = recogniser.triggers().iter().enumerate().map(topic).collect();
        topics.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.trigger.cmp(&b.trigger)));
        topics
    }
}
