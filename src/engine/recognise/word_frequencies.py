#!/usr/bin/env python3
"""Counts in how many of 100,000 sentences of everyday work a word stands; writes word_frequencies.tsv.

usage: word_frequencies.py SENTENCES.txt.gz... > word_frequencies.tsv

Made from two sets of sentences with clear licences; only counts are kept, never a line:
chat (jkkummerfeld/irc-disentanglement, CC BY 4.0) and company handbooks (Apache-2.0 and CC0).
"""
import collections
import gzip
import re
import sys

WORD = re.compile(r"[a-z0-9]+")
KEPT = 8_000

sentences = 0
counts = collections.Counter()
for path in sys.argv[1:]:
    with gzip.open(path, "rt", encoding="utf-8", errors="ignore") as lines:
        for line in lines:
            sentences += 1
            counts.update(set(WORD.findall(line.lower().replace("'", "").replace("\u2019", ""))))
ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:KEPT]
for word, count in ranked:
    print(f"{word}\t{count * 100_000 // sentences}")
