#!/usr/bin/env python3
"""Teaches all-MiniLM-L6-v2 what a need sounds like; writes the state of the tuned encoder.

usage: tune.py --data DIR --out TUNED.pt [--training DIR] [--all] [--start TUNED.pt] [--steps N] [--seed N]

Without --all the areas of held_out.py stay out, with whatever resembles them; that run is the measured one. With --start it
goes on from an encoder tuned before.

A step draws needs, a few examples and messages of each, near misses, chatter and background. A message is compared with
each need's sentence, the middle of its examples and single examples; it shall choose its own need among all, and a near
miss, chatter or background shall choose none; and each need shall choose its own messages among all. Two terms hold the
rest in place: background and intents stay where all-MiniLM-L6-v2 put them, and sentences of one CLINC150 intent (the
half of the intents that held_out.py does not keep back) stay together.
"""
import argparse
import copy
import csv
import math
import pathlib
import random
import re
import time

from minilm import HERE, MiniLM, Tokenizer, background, clean, encode, needs, pad
import numpy as np
import torch
from torch.nn.functional import cross_entropy, normalize

from held_out import is_held_out, unseen_intent

NEEDS, EXAMPLES, MESSAGES, UNLIKE, QUIET, INTENTS, EACH = 24, 3, 4, 2, 56, 12, 3
FROZEN, MOST_PIECES, TEMPERATURE, RATE, WARM = 2, 40, 0.05, 6e-5, 0.08
STAY, SAME_INTENT, NONE_WEIGHT, RESEMBLES = 2.0, 0.3, 0.5, 0.72


def dedupe(triggers):
    return list({(t["area"], t["id"]): t for t in triggers}.values())


def without_held_out(triggers, model, tokenizer):
    """Triggers of areas that are neither held out nor near one that is."""
    held = [t for t in triggers if is_held_out(t["area"])]
    rest = [t for t in triggers if not is_held_out(t["area"])]
    vector = lambda some: encode(model, [tokenizer(clean(t["need"]), 64) for t in some])
    near = (vector(rest) @ vector(held).T).max(1) > RESEMBLES
    for trigger, is_near in zip(rest, near):
        if is_near:
            print(f"left out, since it resembles a held-out need: {trigger['area']}: {trigger['id']}")
    return [t for t, is_near in zip(rest, near) if not is_near]


def varied(text, chance):
    """The same message without the marks that give its kind away."""
    if chance.random() < 0.5:
        text = re.sub(r"\?+\s*$", "", text)
    if chance.random() < 0.3:
        text = text.replace("'", "").replace("\u2019", "")
    if chance.random() < 0.15:
        text = re.sub(r"[.,;:!?]", "", text)
    words = text.split()
    if len(words) > 8 and chance.random() < 0.3:
        drop = chance.randrange(len(words))
        words = words[:drop] + words[drop + 1:]
    return " ".join(words)


class Deck:
    """Draws from a list without repeating until it is used up."""

    def __init__(self, items, chance):
        self.items, self.chance, self.left = list(items), chance, []

    def draw(self, n):
        found = []
        while len(found) < n:
            if not self.left:
                self.left = self.chance.sample(self.items, len(self.items))
            found.append(self.left.pop())
        return found


class Teacher:
    def __init__(self, args):
        self.chance = random.Random(args.seed)
        self.tokenizer, self.model = Tokenizer(), MiniLM.original()
        triggers, chatter = needs(sorted(pathlib.Path(args.training).glob("*.json")))
        triggers = dedupe(triggers)
        if not args.all:
            triggers = without_held_out(triggers, self.model, self.tokenizer)
        print(f"{len(triggers)} needs in {len({t['area'] for t in triggers})} areas, {len(chatter)} lines of chatter")
        self.by_area = {}
        for t in triggers:
            self.by_area.setdefault(t["area"], []).append(t)
        self.areas = Deck(sorted(self.by_area), self.chance)
        lines = {name: sorted({clean(line) for line in background(args.data, name)}) for name in ["irc", "handbooks"]}
        lines = {name: [line for line in some if 3 <= len(line.split()) <= 30] for name, some in lines.items()}
        self.background = {name: Deck(some, self.chance) for name, some in lines.items()}
        self.chatter = Deck(sorted(map(clean, chatter)), self.chance) if chatter else None
        with open(pathlib.Path(args.data) / "clinc150" / "train-full.csv", encoding="utf-8") as f:
            intents = {}
            for row in csv.DictReader(f):
                if row["label"] != "oos" and not unseen_intent(row["label"]):
                    intents.setdefault(row["label"], []).append(clean(row["text"]))
        self.intents = {label: Deck(texts, self.chance) for label, texts in sorted(intents.items())}
        self.none = torch.nn.Parameter(torch.full([3], 0.4 if args.start else 0.3))
        for part in [self.model.words, self.model.positions, self.model.norm, *self.model.layers[:FROZEN]]:
            part.requires_grad_(False)
        self.model.types.requires_grad_(False)
        # Sums in bf16 are several times faster; the exact weights are kept beside and take the steps.
        self.exact = copy.deepcopy(self.model)
        first = copy.deepcopy(self.model).bfloat16().eval().requires_grad_(False)
        if args.start:
            self.exact.load_state_dict(torch.load(args.start, weights_only=True))
            self.model.load_state_dict(self.exact.state_dict())
        self.model.bfloat16()
        self.original = first
        self.hard = []

    def pairs(self):
        """What is learnt: exact and quick parameters."""
        return [(e, q) for e, q in zip(self.exact.parameters(), self.model.parameters()) if e.requires_grad]

    def vectors(self, texts, model=None):
        """Normalised vectors, in the order of the texts; short and long ones go through in batches of their own."""
        rows = [self.tokenizer(text, MOST_PIECES) for text in texts]
        order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        found, model = [], model or self.model
        for part in np.array_split(order, 4):
            ids, mask = pad([rows[i] for i in part])
            with torch.no_grad():
                low = self.original.through(self.original.embed(ids), mask, 0, FROZEN)
            found.append(model.pool(model.through(low, mask, FROZEN).float(), mask))
        back = torch.empty(len(order), dtype=torch.long)
        back[torch.tensor(np.array(order))] = torch.arange(len(order))
        return torch.cat(found)[back]

    def drawn(self):
        """Needs of one step: two or three of an area, so that neighbours tell each other apart."""
        found = []
        while len(found) < NEEDS:
            some = self.by_area[self.areas.draw(1)[0]]
            found += self.chance.sample(some, min(len(some), 3))
        return found[:NEEDS]

    def mine(self, size=6000):
        """Background that lies nearest to the needs: the part of the quiet that is hardest to leave alone."""
        lines = self.background["irc"].draw(size * 2 // 3) + self.background["handbooks"].draw(size // 3)
        triggers = [t for some in self.by_area.values() for t in some]
        wanted = encode(self.model, [self.tokenizer(clean(t["need"]), 64) for t in triggers])
        have = encode(self.model, [self.tokenizer(line, MOST_PIECES) for line in lines])
        self.model.train()
        near = (have @ wanted.T).max(1)
        order = np.argsort(-near)
        # The very nearest may be real needs.
        self.hard = [lines[i] for i in order[size // 300:size // 12]]

    def loss(self):
        drawn = self.drawn()
        said, examples, messages, owners, unlike = [], [], [], [], []
        for i, t in enumerate(drawn):
            said.append(clean(t["need"]))
            examples += [clean(text) for text in self.chance.sample(t["examples"], min(EXAMPLES, len(t["examples"])))]
            # An example is a message too, now and then.
            pool = t["positives"] if self.chance.random() < 0.85 or len(t["examples"]) < 8 else t["examples"]
            some = [clean(text) for text in self.chance.sample(pool, min(MESSAGES, len(pool)))]
            messages += [varied(text, self.chance) for text in some]
            owners += [i] * len(some)
            unlike += [clean(text) for text in self.chance.sample(t["hard_negatives"], min(UNLIKE, len(t["hard_negatives"])))]
        quiet = self.background["irc"].draw(QUIET // 2) + self.background["handbooks"].draw(QUIET // 4)
        if self.hard:
            quiet += self.chance.sample(self.hard, QUIET // 2)
        chatter = self.chatter.draw(QUIET // 4) if self.chatter else []
        labels = self.chance.sample(list(self.intents), INTENTS)
        intents = [text for label in labels for text in self.intents[label].draw(EACH)]
        unlike = [varied(text, self.chance) for text in unlike]
        parts = [said, examples, messages, unlike, chatter, quiet, intents]
        sizes = list(map(len, parts))
        texts = [text or "." for part in parts for text in part]
        said, examples, messages, unlike, chatter, calm, intents = self.vectors(texts).split(sizes)
        with torch.no_grad():
            before = self.vectors([text or "." for text in quiet] + parts[-1], self.original)

        middles = normalize(torch.stack([e.mean(0) for e in examples.split(EXAMPLES)]), dim=-1)
        single = examples.view(len(drawn), EXAMPLES, -1)[:, self.chance.randrange(EXAMPLES)]
        heard = torch.cat([messages, unlike, chatter, calm])
        owners = torch.tensor(owners)
        wanted = torch.cat([owners, torch.full((len(heard) - len(messages),), len(drawn))])
        weight = torch.ones(len(drawn) + 1)
        weight[-1] = NONE_WEIGHT
        total = 0.0
        for target, none in zip([said, middles, single], self.none):
            z = heard @ target.T / TEMPERATURE
            total = total + cross_entropy(torch.cat([z, (none / TEMPERATURE).expand(len(z), 1)], 1), wanted, weight)
            # Each need among all messages.
            z = z.T.log_softmax(1)
            own = torch.nn.functional.one_hot(owners, len(drawn)).T.bool()
            own = torch.cat([own, torch.zeros(len(drawn), len(heard) - len(messages), dtype=torch.bool)], 1)
            total = total - 0.5 * (z * own).sum() / own.sum()
        total = total / 3
        stay = (1 - (torch.cat([calm, intents]) * before).sum(1)).mean()
        z = intents @ intents.T / 0.07
        z.fill_diagonal_(-1e4)
        group = torch.arange(INTENTS).repeat_interleave(EACH)
        same = (group[:, None] == group) & ~torch.eye(len(group), dtype=torch.bool)
        together = -(z.log_softmax(1) * same).sum() / same.sum()
        return total + STAY * stay + SAME_INTENT * together, (total.item(), stay.item(), together.item())


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--data", required=True)
    args.add_argument("--out", required=True)
    args.add_argument("--training", default=str(HERE.parent / "training"))
    args.add_argument("--all", action="store_true")
    args.add_argument("--start")
    args.add_argument("--steps", type=int, default=400)
    args.add_argument("--seed", type=int, default=11)
    args.add_argument("--threads", type=int, default=2)
    args = args.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    teacher, began = Teacher(args), time.time()
    pairs = teacher.pairs()
    learnt = [exact for exact, _ in pairs]
    adam = torch.optim.AdamW([{"params": learnt, "lr": RATE, "weight_decay": 0.01},
                              {"params": [teacher.none], "lr": RATE * 20, "weight_decay": 0.0}])
    base = [group["lr"] for group in adam.param_groups]
    teacher.model.train()
    seen, warm = np.zeros(3), max(1, int(args.steps * WARM))
    for step in range(args.steps):
        if step and step % (args.steps // 4) == 0:
            teacher.mine()
        share = min((step + 1) / warm, 0.5 + 0.5 * math.cos(math.pi * max(0, step - warm) / (args.steps - warm)))
        for group, rate in zip(adam.param_groups, base):
            group["lr"] = rate * max(share, 0.02)
        loss, parts = teacher.loss()
        loss.backward()
        for exact, quick in pairs:
            exact.grad, quick.grad = quick.grad.float(), None
        torch.nn.utils.clip_grad_norm_(learnt, 1.0)
        adam.step()
        adam.zero_grad(set_to_none=True)
        with torch.no_grad():
            for exact, quick in pairs:
                quick.copy_(exact)
        seen += parts
        if (step + 1) % 10 == 0:
            print(f"{step + 1}: need {seen[0] / 10:.3f} stay {seen[1] / 10:.4f} intents {seen[2] / 10:.3f}"
                  f" none {[round(x, 3) for x in teacher.none.tolist()]} {time.time() - began:.0f} s", flush=True)
            seen[:] = 0
    torch.save(teacher.exact.state_dict(), args.out)


if __name__ == "__main__":
    main()
