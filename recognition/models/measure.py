#!/usr/bin/env python3
"""Measures an encoder the way Kairos uses it, with a Python copy of the heads, on meaning alone (no lexical features).

usage: measure.py --data DIR [--tuned TUNED.pt | --file encoder.bin | --static static.bin] [--training DIR] [--clinc validation|test]
                  [--chatter NEEDS.json...] [--json OUT]

Prints, for the needs of the held-out areas and for workplace-triggers.json: the right need among all, and at budgets of
1, 2, 5 false alarms a thousand real messages the messages found (and found with the right need), hard negatives and
chatter that fired, false alarms realised. The threshold comes from the first 40 % of the history, the rest is measured.
For CLINC150: 10-shot accuracy, area under the curve and out-of-scope recall, for all intents and for those that tuning
never sees.
"""
import argparse
import csv
import json
import pathlib
import random

from minilm import HERE, MiniLM, Tokenizer, background, clean, encode, history, needs
import numpy as np
import torch

import pack
from held_out import is_held_out, unseen_intent

SEED, MOST_PIECES, BUDGETS, NONE_WEIGHT, C = 7, 64, (1, 2, 5), 0.25, 20.0
CUES = """how do i|how do you|how do we|how can i|how can we|how to |how should|how would you|how does one|what do i|what do you
what should|what can i|what would you|what now|anyone |any tips|any idea|any advice|anybody|is there a way|is it ok|am i allowed
are we allowed|can i |can we |should i |should we|do i have to|not sure|no idea|don't know|dont know|stuck|struggling|help|advice
keep getting|what's the best|whats the best|where do i|who can|need to |trying to|at a loss""".replace("\n", "|").split("|")


def asks(text):
    return "?" in text or any(cue in text for cue in CUES)


def regression(x, y, weight, classes, c=C):
    """Multinomial logistic regression; weights (classes, dims + 1)."""
    x = torch.tensor(np.hstack([x, np.ones((len(x), 1), np.float32)]))
    y, weight = torch.tensor(y), torch.tensor(weight, dtype=torch.float32)
    w = torch.zeros(classes, x.shape[1], requires_grad=True)
    step = torch.optim.LBFGS([w], max_iter=60, history_size=8, line_search_fn="strong_wolfe")

    def loss():
        step.zero_grad()
        each = torch.nn.functional.cross_entropy(x @ w.T, y, reduction="none")
        total = (each * weight).sum() + (w[:, :-1] ** 2).sum() / (2 * c)
        total.backward()
        return total

    step.step(loss)
    return w.detach().numpy()


def log_odds(w, x):
    """Against the none class, which stands last."""
    z = x @ w[:, :-1].T + w[:, -1]
    return z[:, :-1] - z[:, -1:]


def nearest_three(x, examples):
    """Mean of the three nearest examples' cosines for each need."""
    return np.stack([np.sort(x @ e.T, 1)[:, -3:].mean(1) for e in examples], 1)


class Eye:
    """Turns texts into vectors, each text once."""

    def __init__(self, model):
        self.model, self.tokenizer, self.known = model, Tokenizer(), {}

    def __call__(self, texts):
        texts = [clean(text) for text in texts]
        new = sorted(set(texts) - set(self.known))
        if new:
            rows = [self.tokenizer(text, MOST_PIECES) for text in new]
            self.known.update(zip(new, encode(self.model, rows, half=True)))
        return np.stack([self.known[text] for text in texts])


class TableEye(Eye):
    """The same for static.bin."""

    def __init__(self, path):
        super().__init__(None)
        self.table = pack.read_static(path)

    def __call__(self, texts):
        return np.stack([pack.static_vector(self.table, self.tokenizer(clean(text), 258)) for text in texts]).astype(np.float32)


def auroc(inside, outside):
    order = np.argsort(np.concatenate([inside, outside]), kind="stable")
    ranks = np.empty(len(order))
    ranks[order] = np.arange(1, len(order) + 1)
    return (ranks[:len(inside)].sum() - len(inside) * (len(inside) + 1) / 2) / (len(inside) * len(outside))


def moments(eye, triggers, chatter, past, quiet):
    """The heads on one set of needs. `past`: real messages in order; `quiet`: background lines."""
    index = {t["id"]: i for i, t in enumerate(triggers)}
    positives = [(text, index[t["id"]]) for t in triggers for text in t["positives"]]
    unlike = [text for t in triggers for text in t["hard_negatives"]]
    early, late = past[:len(past) * 2 // 5], past[len(past) * 2 // 5:]
    shuffled = random.Random(SEED).sample(range(len(early)), len(early))
    none, early = [early[i] for i in shuffled[:2000]], [early[i] for i in sorted(shuffled[2000:])]
    examples = [eye(t["examples"]) for t in triggers]
    said = eye([t.get("need") or " ".join(t["examples"][:1]) for t in triggers])
    still = eye(quiet + none)
    x = np.concatenate([*examples, said, still])
    y = [i for i, e in enumerate(examples) for _ in e] + list(range(len(triggers))) + [len(triggers)] * len(still)
    weight = [1.0] * (len(y) - len(still)) + [NONE_WEIGHT] * len(still)
    w = regression(x, y, weight, len(triggers) + 1)
    groups = {"positives": [t for t, _ in positives], "unlike": unlike, "chatter": chatter, "early": early, "late": late}
    vectors = {name: eye(texts) for name, texts in groups.items() if texts}
    bonus = {name: np.array([asks(clean(t)) for t in texts], np.float32)[:, None] for name, texts in groups.items()}

    def near(v):
        return 0.6 * nearest_three(v, examples) + 0.4 * v @ said.T

    base = near(still)
    centre, spread = base.mean(0), base.std(0)
    heads = {
        "regression": lambda v, b: log_odds(w, v) + 1.5 * b,
        "nearest+need": lambda v, b: near(v) + 0.05 * b,
        "nearest+need, normed": lambda v, b: (near(v) - centre) / spread + 0.5 * b,
        "both": lambda v, b: log_odds(w, v) + (near(v) - centre) / spread + 2.0 * b,
    }
    right = np.array([i for _, i in positives])
    found = {}
    for name, head in heads.items():
        scores = {group: head(vectors[group], bonus[group]) for group in vectors}
        best = {group: s.max(1) for group, s in scores.items()}
        hit = scores["positives"].argmax(1) == right
        result = {"right_need": hit.mean()}
        for budget in BUDGETS:
            bar = np.quantile(best["early"], 1 - budget / 1000)
            fired = best["positives"] > bar
            result[f"at_{budget}"] = {"found": fired.mean(), "found_right": (fired & hit).mean(),
                                      "hard_negatives": (best["unlike"] > bar).mean(),
                                      "chatter": (best["chatter"] > bar).mean() if chatter else None,
                                      "realised": 1000 * (best["late"] > bar).mean()}
        found[name] = result
    return found


def clinc(eye, data, part, shots=10):
    """Few-shot intents: accuracy, area under the curve, out-of-scope recall at 95 and 90 % coverage."""
    def rows(name):
        with open(pathlib.Path(data) / "clinc150" / f"{name}.csv", encoding="utf-8") as f:
            return [(row["text"], row["label"]) for row in csv.DictReader(f)]
    quiet = eye(random.Random(SEED).sample(background(data, "irc"), 1000) + random.Random(SEED).sample(background(data, "handbooks"), 1000))
    tested, result = rows(part), {}
    for scope, kept in [("all", lambda label: True), ("unseen", lambda label: unseen_intent(label))]:
        seeds = []
        for seed in (1, 2, 3):
            train = [(t, l) for t, l in rows(f"train-{shots}-seed{seed}") if l != "oos" and kept(l)]
            labels = sorted({l for _, l in train})
            x = np.concatenate([eye([t for t, _ in train]), quiet])
            y = [labels.index(l) for _, l in train] + [len(labels)] * len(quiet)
            w = regression(x, y, [1.0] * len(train) + [NONE_WEIGHT] * len(quiet), len(labels) + 1)
            inside = [(t, labels.index(l)) for t, l in tested if l != "oos" and kept(l)]
            scores = log_odds(w, eye([t for t, _ in inside]))
            out = log_odds(w, eye([t for t, l in tested if l == "oos"])).max(1)
            best = scores.max(1)
            seeds.append([(scores.argmax(1) == [i for _, i in inside]).mean(), auroc(best, out),
                          (out < np.quantile(best, 0.05)).mean(), (out < np.quantile(best, 0.10)).mean()])
        result[scope] = dict(zip(["accuracy", "auroc", "oos_recall_95", "oos_recall_90"], np.mean(seeds, 0)))
    return result


def show(title, result):
    print(title)
    for head, r in result.items():
        if "right_need" not in r:
            print(f"  {head:22s} " + "  ".join(f"{k} {100 * v:.1f}" for k, v in r.items()))
            continue
        print(f"  {head:22s} right need {100 * r['right_need']:.1f}")
        for budget in BUDGETS:
            a = r[f"at_{budget}"]
            print(f"    at {budget}: found {100 * a['found']:.1f} (right {100 * a['found_right']:.1f})  hard negatives {100 * a['hard_negatives']:.1f}"
                  f"  chatter {100 * (a['chatter'] or 0):.1f}  realised {a['realised']:.2f}")
    print(flush=True)


def load(args):
    if args.static:
        return TableEye(args.static)
    if args.file:
        return Eye(pack.read_encoder(args.file))
    model = MiniLM.original()
    if args.tuned:
        model.load_state_dict(torch.load(args.tuned, weights_only=True))
    return Eye(model)


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--data", required=True)
    args.add_argument("--training", default=str(HERE.parent / "training"))
    args.add_argument("--tuned")
    args.add_argument("--file")
    args.add_argument("--static")
    args.add_argument("--clinc", choices=["validation", "test"])
    args.add_argument("--shots", type=int, default=10)
    args.add_argument("--chatter", nargs="*", help="files whose chatter is measured; default: of the held-out files")
    args.add_argument("--json")
    args = args.parse_args()
    torch.set_num_threads(2)
    eye, data = load(args), pathlib.Path(args.data)
    triggers, chatter = needs(sorted(pathlib.Path(args.training).glob("moments-*.json")))
    triggers = [t for t in triggers if is_held_out(t["area"])]
    if args.chatter:
        chatter = needs(args.chatter)[1]
    past = history(data / "slack-export-elm-2019.zip")
    quiet = random.Random(SEED).sample(background(data, "irc"), 1000) + random.Random(SEED).sample(background(data, "handbooks"), 1000)
    result = {"held out": moments(eye, triggers, chatter, past, quiet)}
    show(f"held-out areas: {len(triggers)} needs", result["held out"])
    work = json.loads((data / "workplace-triggers.json").read_text())["triggers"]
    result["workplace"] = moments(eye, work, [], past, quiet)
    show(f"workplace-triggers.json: {len(work)} needs", result["workplace"])
    if args.clinc:
        result["clinc"] = clinc(eye, data, args.clinc, args.shots)
        show(f"CLINC150 {args.clinc}, {args.shots} shots, three seeds", result["clinc"])
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(result, indent=1, default=float))


if __name__ == "__main__":
    main()
