"""Writes and reads the binary files of FORMAT.md; not run by itself."""
import hashlib
import pathlib
import struct

import numpy as np

from minilm import HERE, INNER, LAYERS, POSITIONS, WIDTH, HEADS, Tokenizer, MiniLM

KEPT_POSITIONS, ALIGN = 128, 64


def vocabulary():
    return "".join(piece + "\n" for piece in Tokenizer().vocab).encode()


def vocabulary_digest():
    return hashlib.sha256(vocabulary()).digest()


def write(path, head, sections):
    content = bytearray(head)
    for section in sections:
        content += bytes(-len(content) % ALIGN)
        content += np.ascontiguousarray(section).tobytes()
    content += hashlib.sha256(content).digest()
    pathlib.Path(path).write_bytes(content)
    print(f"{path}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


class Sections:
    """Reads a file's sections in order."""

    def __init__(self, path, head_len):
        self.content = pathlib.Path(path).read_bytes()
        assert hashlib.sha256(self.content[:-32]).digest() == self.content[-32:], f"{path} is damaged"
        self.at = head_len

    def next(self, kind, *shape):
        self.at += -self.at % ALIGN
        kind = np.dtype(kind)
        found = np.frombuffer(self.content, kind, int(np.prod(shape)), self.at).reshape(shape)
        self.at += found.nbytes
        return found


def read_static(path):
    """The table as f32."""
    file = Sections(path, 56)
    _, _, rows, dims, scale = struct.unpack("<8sIIIf", file.content[:24])
    return file.next("i1", rows, dims).astype(np.float32) * np.float32(scale)


def static_vector(table, ids):
    """The normalised sum of a text's rows; `ids` with [CLS] and [SEP]."""
    total = table[ids[1:-1][:256]].sum(0)
    return total / max(float(np.linalg.norm(total)), 1e-12) if total.any() else total


def rounded(weights):
    """Int8 rows and their scales: of several cuts the one with the least squared error."""
    largest = np.abs(weights).max(1, keepdims=True).clip(1e-12)
    best_error, best, best_scale = np.full((len(weights), 1), np.inf), None, None
    for cut in [1.0, 0.95, 0.9, 0.85, 0.8, 0.7]:
        scale = (largest * cut / 127).astype(np.float32)
        small = np.clip(np.rint(weights / scale), -127, 127)
        error = ((small * scale - weights) ** 2).sum(1, keepdims=True)
        if best is None:
            best, best_scale, best_error = small, scale, error
        else:
            better = error < best_error
            best, best_scale = np.where(better, small, best), np.where(better, scale, best_scale)
            best_error = np.minimum(error, best_error)
    return best.astype(np.int8), best_scale[:, 0].astype(np.float32)


def _dense(state, name, rows=slice(None)):
    small, scale = rounded(state[name + ".weight"][rows])
    return [scale, state[name + ".bias"][rows].astype(np.float32), small]


def write_encoder(path, model):
    state = {name: value.detach().float().numpy() for name, value in model.state_dict().items()}
    head = struct.pack("<8s7If", b"KAIROSEN", 1, 30522, KEPT_POSITIONS, WIDTH, LAYERS, HEADS, INNER, 1e-12)
    small, scale = rounded(state["words.weight"])
    sections = [scale, small, state["positions.weight"][:KEPT_POSITIONS] + state["types"],
                state["norm.weight"], state["norm.bias"]]
    for i in range(LAYERS):
        here = f"layers.{i}."
        for part in range(3):
            sections += _dense(state, here + "qkv", slice(part * WIDTH, (part + 1) * WIDTH))
        sections += _dense(state, here + "out")
        sections += [state[here + "out_norm.weight"], state[here + "out_norm.bias"]]
        sections += _dense(state, here + "up") + _dense(state, here + "down")
        sections += [state[here + "down_norm.weight"], state[here + "down_norm.bias"]]
    write(path, head + vocabulary_digest(), sections)


def read_encoder(path):
    """The encoder with the dequantised weights of a file."""
    import torch
    file, state = Sections(path, 72), {}

    def dense(out, inner):
        scale, bias = file.next("<f4", out), file.next("<f4", out)
        return file.next("i1", out, inner).astype(np.float32) * scale[:, None], bias

    def norm(name):
        state[name + ".weight"], state[name + ".bias"] = file.next("<f4", WIDTH), file.next("<f4", WIDTH)

    scale = file.next("<f4", 30522)
    state["words.weight"] = file.next("i1", 30522, WIDTH).astype(np.float32) * scale[:, None]
    state["positions.weight"] = np.zeros((POSITIONS, WIDTH), np.float32)
    state["positions.weight"][:KEPT_POSITIONS] = file.next("<f4", KEPT_POSITIONS, WIDTH)
    state["types"] = np.zeros(WIDTH, np.float32)
    norm("norm")
    for i in range(LAYERS):
        here = f"layers.{i}."
        parts = [dense(WIDTH, WIDTH) for _ in range(3)]
        state[here + "qkv.weight"] = np.concatenate([weight for weight, _ in parts])
        state[here + "qkv.bias"] = np.concatenate([bias for _, bias in parts])
        state[here + "out.weight"], state[here + "out.bias"] = dense(WIDTH, WIDTH)
        norm(here + "out_norm")
        state[here + "up.weight"], state[here + "up.bias"] = dense(INNER, WIDTH)
        state[here + "down.weight"], state[here + "down.bias"] = dense(WIDTH, INNER)
        norm(here + "down_norm")
    model = MiniLM()
    model.load_state_dict({name: torch.tensor(np.array(value)) for name, value in state.items()})
    return model


if __name__ == "__main__":
    (HERE / "vocab.txt").write_bytes(vocabulary())
