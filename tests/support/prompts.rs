//! A small library of one skill, for rules that the starter library has no case of.
//!
//! Every trigger hears its own id, with blanks for dashes, as a keyword: that does not depend on how well anybody
//! recognises.

use std::fs;

use tempfile::TempDir;

/// The skill that everything here belongs to.
pub(crate) const SKILL: &str =
    "---\nkind: skill\nid: selling\ntitle: Selling\narea: selling\n---\nHear what stands behind it.\n";

/// A trigger that is heard by likeness to its examples, in place of `too-expensive` with its keyword.
pub(crate) const BY_EXAMPLES_ALONE: &str = "\
---
kind: trigger
id: too-expensive
title: A buyer says it is too expensive
need: Someone does not know what to say about the price.
offer: [tip-1, tip-2, tip-3]
moments: [solve]
mode: live
owner: Sales
---
## Examples
- how do I answer when they say we're too expensive?
- the buyer says our quote is over their budget
- client pushes back on the price, what now
- they want it cheaper and I have no reply
- what do you say to a customer who finds it too pricey
- prospect says the competitor costs half, help
- buyer told me the number is too high
- how to react when they ask for a lower price
- lost for words, they said it costs too much
- the customer balks at our rates

## Unlike
- the flights are too expensive this week
- lunch got more expensive again
";

/// A whole scenario of three turns.
pub(crate) const SCENARIO: &str = "\
# kind: scenario
# id: the-talk
# title: The talk
# minutes: 5

A buyer writes that the price is high.
* [Ask]
    You learn something. # feedback
    -> second
* [Offer]
    They want more. # feedback
    -> second

=== second
The buyer answers.
* [Show worth]
    It stands there. # feedback
    -> third
* [Hold on]
    The line holds. # feedback
    -> third

=== third
The buyer thinks.
* [Wait]
    Silence works. # feedback
    -> debrief
* [Talk]
    The moment is gone. # feedback
    -> debrief

=== debrief
Ask first. # debrief
-> END
";

/// The same scenario as somebody rewrote it: other turns, fewer ways.
const REWRITTEN: &str = "\
# kind: scenario
# id: the-talk
# title: The talk
# minutes: 5

A buyer calls instead.
* [Listen]
    You hear the reason. # feedback
    -> middle
* [Speak]
    They wait for you to end. # feedback
    -> middle

=== middle
The buyer asks for proof.
* [Bring it]
    It convinces. # feedback
    -> close
* [Promise it]
    They note it down. # feedback
    -> close

=== close
The buyer looks at the clock.
* [End on time]
    They thank you. # feedback
    -> debrief
* [Go on]
    They leave. # feedback
    -> debrief

=== debrief
Listen first. # debrief
-> END
";

/// Prompts that are being written.
pub(crate) struct Prompts {
    folder: TempDir,
}

/// The folder with six tips (`tip-1` to `tip-6`), a reflection, an exercise and a scenario; no trigger yet.
pub(crate) fn prompts() -> Prompts {
    let prompts = Prompts { folder: TempDir::new().unwrap() };
    fs::create_dir(prompts.folder.path().join("selling")).unwrap();
    prompts.write("skill.md", SKILL);
    prompts.write("the-talk.ink", SCENARIO);
    for n in 1..=6 {
        let text = format!(
            "---\nkind: tip\nid: tip-{n}\ntitle: Tip number {n}\nminutes: 1\nmoments: [solve]\n---\nAsk question {n}.\n"
        );
        prompts.write(&format!("tip-{n}.md"), &text);
    }
    prompts.write(
        "think-back.md",
        "---\nkind: reflection\nid: think-back\ntitle: Think back\nminutes: 2\nmoments: [solve]\ninput: What I would ask\n---\nWhat stood behind it?\n",
    );
    prompts.write(
        "first-words.md",
        "---\nkind: retrieval\nid: first-words\ntitle: The first words\nminutes: 0.5\nmoments: [more]\n---\nWhat comes first?\n\n\
         - [ ] An offer\n      It comes later.\n- [x] A question\n      Yes: it opens the talk.\n",
    );
    prompts
}

impl Prompts {
    /// With a trigger that offers `offer` and has these further lines in its front matter.
    pub(crate) fn trigger(self, id: &str, offer: &str, lines: &str) -> Self {
        let words = id.replace('-', " ");
        let mode = if lines.contains("mode:") { "" } else { "mode: live\n" };
        let examples = (1..=10).fold(String::new(), |examples, n| examples + &format!("- {words} in case {n}\n"));
        let text = format!(
            "---\nkind: trigger\nid: {id}\ntitle: The need {words}\nneed: Someone needs {words}.\noffer: [{offer}]\n\
             moments: [solve]\nkeywords: [{words}]\n{mode}owner: Sales\n{lines}\n---\n## Examples\n{examples}\n\
             ## Unlike\n- the weather of {id}\n"
        );
        self.write(&format!("{id}.trigger.md"), &text);
        self
    }

    /// With the scenario as somebody rewrote it.
    pub(crate) fn rewritten(self) -> Self {
        self.write("the-talk.ink", REWRITTEN);
        self
    }

    /// With a file of its own.
    pub(crate) fn with(self, file: &str, text: &str) -> Self {
        self.write(file, text);
        self
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.path().join("selling").join(file), text).unwrap();
    }

    /// The folder, once it is clear that Kairos reads all of it.
    pub(crate) fn folder(self) -> TempDir {
        use kairos::library::{Library, Source};
        let reading = Library::read(&Source::Folder(self.folder.path().to_owned()));
        let mistakes: Vec<_> =
            reading.diagnostics.iter().map(|found| format!("{}:{} {}", found.file, found.line, found.found)).collect();
        assert_eq!(reading.errors(), 0, "{mistakes:?}");
        self.folder
    }
}
