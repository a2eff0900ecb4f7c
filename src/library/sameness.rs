//! Which moments of a scenario are the same, however the story came there.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// What makes a state the same as another one, and where its choices are written.
pub(super) fn key(saved: &str, history: bool) -> ([u8; 32], Vec<String>) {
    let mut state: Value = serde_json::from_str(saved).unwrap_or_default();
    let mut sites = Vec::new();
    if let Some(state) = state.as_object_mut() {
        state.remove("turnIdx");
        if !history {
            for past in ["visitCounts", "turnIndices", "previousRandom", "storySeed"] {
                state.remove(past);
            }
        }
        for flow in
            state.get_mut("flows").and_then(Value::as_object_mut).into_iter().flat_map(|flows| flows.values_mut())
        {
            let Some(flow) = flow.as_object_mut() else { continue };
            // What was said last changes nothing of what comes.
            flow.remove("outputStream");
            without_numbers(flow);
            for choice in flow.get("currentChoices").and_then(Value::as_array).into_iter().flatten() {
                sites.push(choice.get("originalChoicePath").and_then(Value::as_str).unwrap_or_default().to_owned());
            }
        }
    }
    // Objects keep their keys in order, so the same state is the same text.
    (Sha256::digest(state.to_string().as_bytes()).into(), sites)
}

/// Puts each choice's thread beside it: threads are numbered on and on, and the number means nothing.
fn without_numbers(flow: &mut Map<String, Value>) {
    let mut threads = flow.remove("choiceThreads");
    if let Some(stack) = flow.get_mut("callstack").and_then(Value::as_object_mut) {
        stack.remove("threadCounter");
        for thread in stack.get_mut("threads").and_then(Value::as_array_mut).into_iter().flatten() {
            thread.as_object_mut().and_then(|thread| thread.remove("threadIndex"));
        }
    }
    for choice in flow.get_mut("currentChoices").and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(choice) = choice.as_object_mut() else { continue };
        let number = choice.remove("originalThreadIndex").map(|number| number.to_string()).unwrap_or_default();
        let thread = threads.as_mut().and_then(Value::as_object_mut).and_then(|threads| threads.remove(&number));
        if let Some(Value::Object(mut thread)) = thread {
            thread.remove("threadIndex");
            choice.insert("thread".to_owned(), Value::Object(thread));
        }
    }
}
