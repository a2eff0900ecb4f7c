#!/usr/bin/env python3
"""Distils a sentence encoder into a table with one row for each word piece; writes static.bin (see FORMAT.md).

usage: static_table.py --data DIR [--teacher TUNED.pt] [--also NEEDS.json...] [--out static.bin]

--data     holds background/{irc,handbooks}.txt.gz (see README.md)
--teacher  an encoder that encoder.py has tuned; otherwise all-MiniLM-L6-v2 as it comes
--also     files of written moments, whose texts are added to the sentences; no label is used

Every word piece is encoded alone, projected to 256 dimensions by the PCA of the teacher's sentence vectors and weighted
by a/(a+p) with Zipf's p; then the table is trained so that normalised sums of rows are where the teacher puts the
sentence. About two minutes on two cores.
"""
import argparse
import random
import struct
import time

from minilm import CLS, SEP, MiniLM, Tokenizer, background, clean, encode, needs
import numpy as np
import torch

import pack

SEED, SENTENCES, SHORTEST, LONGEST = 20_20, 60_000, 3, 24
DIMS, ZIPF_A, EPOCHS, BATCH, RATE, FALL, ALIKE = 256, 1e-4, 8, 512, 3e-3, 0.8, 20.0


def sentences(data, also):
    texts = {clean(line) for name in ["irc", "handbooks"] for line in background(data, name)}
    texts = sorted(text for text in texts if SHORTEST <= len(text.split()) <= LONGEST)
    texts = random.Random(SEED).sample(texts, min(SENTENCES, len(texts)))
    triggers, chatter = needs(also)
    own = {clean(text) for t in triggers for text in
           [t["need"], *t["examples"], *t["positives"], *t["hard_negatives"]]} | {clean(text) for text in chatter}
    return texts + sorted(own)


def is_special(piece):
    return piece.startswith("[") and piece.endswith("]") and len(piece) > 2


def first_table(model, tokenizer, basis):
    """Every piece alone, in the teacher's directions, the rare ones heavier."""
    alone = encode(model, [[CLS, i, SEP] for i in range(len(tokenizer.vocab))], half=True)
    ranks = np.cumsum([not is_special(piece) for piece in tokenizer.vocab]).clip(1)
    p = 1.0 / ranks / np.sum(1.0 / np.arange(1, ranks[-1] + 1))
    return (alone - alone.mean(0)) @ basis * (ZIPF_A / (ZIPF_A + p))[:, None]


def train(table, rows, wanted):
    """The table as a bag of word pieces, moved towards the teacher's vectors."""
    torch.manual_seed(SEED)
    bag = torch.nn.EmbeddingBag.from_pretrained(torch.tensor(table, dtype=torch.float32), freeze=False, mode="sum")
    adam = torch.optim.Adam(bag.parameters(), lr=RATE)
    wanted = torch.nn.functional.normalize(torch.tensor(wanted, dtype=torch.float32), dim=1)
    for epoch in range(EPOCHS):
        for group in adam.param_groups:
            group["lr"] = RATE * FALL ** epoch
        total, order = 0.0, torch.randperm(len(rows))
        for chunk in order.split(BATCH):
            ids = torch.tensor([i for at in chunk for i in rows[at]])
            starts = torch.tensor(np.cumsum([0] + [len(rows[at]) for at in chunk[:-1]]))
            has = torch.nn.functional.normalize(bag(ids, starts), dim=1)
            to = wanted[chunk]
            loss = (1 - (has * to).sum(1)).mean() + ALIKE * ((has @ has.T - to @ to.T) ** 2).mean()
            adam.zero_grad(set_to_none=True)
            loss.backward()
            adam.step()
            total += loss.item() * len(chunk)
        print(f"epoch {epoch + 1}: loss {total / len(rows):.4f}", flush=True)
    return bag.weight.detach().numpy()


def rounded(table, tokenizer):
    """One scale for all rows; outliers are cut where the squared error is least."""
    table = table.copy()
    table[[is_special(piece) for piece in tokenizer.vocab]] = 0.0
    best = None
    for cut in [99.9, 99.99, 99.999, 100.0]:
        scale = np.float32(np.percentile(np.abs(table), cut) / 127)
        small = np.clip(np.rint(table / scale), -127, 127).astype(np.int8)
        error = float(((small * scale - table) ** 2).mean())
        if best is None or error < best[0]:
            best = error, small, scale
    return best[1], best[2]


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--data", required=True)
    args.add_argument("--teacher")
    args.add_argument("--also", nargs="*", default=[])
    args.add_argument("--out", default="static.bin")
    args.add_argument("--threads", type=int, default=2)
    args = args.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(SEED)
    began, tokenizer = time.time(), Tokenizer()
    model = MiniLM.original()
    if args.teacher:
        model.load_state_dict(torch.load(args.teacher, weights_only=True))
    texts = sentences(args.data, args.also)
    vectors = encode(model, [tokenizer(text, 64) for text in texts], half=True)
    centred = vectors - vectors.mean(0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    basis = directions[:, ::-1][:, :DIMS]
    basis = basis * np.sign(basis[np.abs(basis).argmax(0), np.arange(DIMS)])
    print(f"{len(texts)} sentences encoded, {time.time() - began:.0f} s", flush=True)
    table = train(first_table(model, tokenizer, basis), [tokenizer(text, 258)[1:-1] for text in texts],
                  vectors @ basis)
    small, scale = rounded(table, tokenizer)
    head = struct.pack("<8sIIIf", b"KAIROSST", 1, *small.shape, scale) + pack.vocabulary_digest()
    pack.write(args.out, head, [small])
    print(f"{args.out}: {time.time() - began:.0f} s")


if __name__ == "__main__":
    main()
