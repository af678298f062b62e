"""From a class name to a point in the space of CLIP: what `encoder/src/words.rs` does, in NumPy.

A name is cut into words. Each word is looked up whole and by the pieces of three to five letters that it is made of;
the name is looked up once more as one word, so that "sea horse" and "seahorse" are the same thing.
Letters beyond ASCII are told from other characters by Python's Unicode tables here and by Rust's there: nearly the same.
"""

import json

import numpy as np

FILLERS = {"a", "an", "and", "for", "in", "of", "on", "the", "with"}
PICTURES = {"image", "photo", "picture"}
MOST_CHARS = 200  # the longest label that a class can have
SLOTS = 3  # the name as one word, its head noun, the mean of its other words
LEAST = 2  # place of the least known word in the evidence


def split(name):
    """The words of a name, lower case, without fillers and without "a photo of"; the last is the head noun."""
    text = "".join(c.lower() if c.isalnum() else " " for c in name[:MOST_CHARS])
    words = [word for word in text.split(" ") if word]
    for i in range(len(words) - 2):
        if words[i] in PICTURES and words[i + 1] == "of":
            words = words[i + 2 :]
            break
    return [word for word in words if word not in FILLERS]


def forms(word):
    """The word, then what it may be the plural of."""
    yield word
    if word.endswith("ies"):
        yield word[:-3] + "y"
    if word.endswith("es"):
        yield word[:-2]
    if word.endswith("s"):
        yield word[:-1]


def pieces(word):
    """All pieces of three to five letters of `<word>`, less than all of it, each once."""
    marked = f"<{word}>"
    found = (marked[i : i + n] for n in (3, 4, 5) for i in range(len(marked) - n + 1) if n < len(marked))
    return list(dict.fromkeys(found))


def key(text):
    """FNV-1a of the UTF-8 bytes, 32 bits."""
    h = 0x811C9DC5
    for byte in text.encode():
        h = (h ^ byte) * 0x01000193 & 0xFFFFFFFF
    return h


class Lookup:
    """Which texts have a row: their keys, ascending; the place of a key is its row."""

    def __init__(self, keys):
        self.rows = {int(k): row for row, k in enumerate(keys)}

    def row(self, text):
        return self.rows.get(key(text))

    def singular(self, word):
        """The first form that is known whole, or the word."""
        return next((form for form in forms(word) if self.row(f"<{form}>") is not None), word)

    def find(self, name):
        """The words of a name as (row of it whole, rows of its known pieces, share of its pieces known), and the row of
        the name as one word; None where there is no row."""
        words = [self.singular(word) for word in split(name)]
        found = []
        for word in words:
            every = pieces(word)
            rows = [row for row in map(self.row, every) if row is not None]
            found.append((self.row(f"<{word}>"), rows, len(rows) / max(len(every), 1)))
        return found, self.row(f"<{''.join(words)}>")

    def evidence(self, name):
        """What speaks for a name being understood; None for a name without words. See `Known::evidence` in Rust."""
        words, whole = self.find(name)
        if not words:
            return None
        known = [row is not None for row, _, _ in words]
        shares = [1.0 if row is not None else share for row, _, share in words]
        return [float(whole is not None), float(all(known)), min(shares), float(known[-1])]


def slots(words, whole):
    """Rows and weights that make up each of the three parts of the network's input."""

    def parts(word, weight):
        row, rows, _ = word
        return [(row, weight)] * (row is not None) + [(r, weight / len(rows)) for r in rows]

    before = words[:-1]
    return (
        [(whole, 1.0)] * (whole is not None),
        parts(words[-1], 1.0) if words else [],
        [part for word in before for part in parts(word, 1 / len(before))],
    )


class Words:
    """The shipped file, and names through it."""

    def __init__(self, path):
        tensors, _ = read(path)
        self.lookup = Lookup(tensors["keys"])
        self.tensors = tensors

    def weights(self, name):
        return self.tensors[name] * self.tensors[f"{name}_scale"][:, None]

    def encode(self, name):
        """Features and confidence."""
        table = self.weights("table")
        x = np.zeros((SLOTS, table.shape[1]), np.float32)
        for part, rows in zip(x, slots(*self.lookup.find(name))):
            for row, weight in rows:
                part += np.float32(weight) * table[row]
        hidden = np.maximum(self.weights("hidden") @ x.ravel() + self.tensors["hidden_bias"], 0)
        features = self.weights("out") @ hidden + self.tensors["out_bias"]
        evidence = self.lookup.evidence(name)
        if evidence is None:
            return features, 0.0
        return features, float(confidence(self.tensors["confidence"], evidence))


def confidence(weights, evidence):
    """How likely a name is understood; never above the share that is known of its least known word."""
    evidence = np.asarray(evidence)
    return np.minimum(1 / (1 + np.exp(-(evidence @ weights[:-1] + weights[-1]))), evidence[..., LEAST])


TYPES = {"F32": "<f4", "F16": "<f2", "I8": "|i1", "U32": "<u4"}


def read(path):
    """Tensors and metadata of a safetensors file."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header, data = json.loads(data[8 : 8 + length]), data[8 + length :]
    metadata = header.pop("__metadata__", {})

    def tensor(entry):
        start, end = entry["data_offsets"]
        return np.frombuffer(data[start:end], TYPES[entry["dtype"]]).reshape(entry["shape"])

    return {name: tensor(entry) for name, entry in header.items()}, metadata


def write(path, tensors, metadata):
    """A safetensors file."""
    header, at = {"__metadata__": metadata}, 0
    for name, values in tensors.items():
        dtype = next(d for d, code in TYPES.items() if np.dtype(code) == values.dtype)
        header[name] = {"dtype": dtype, "shape": values.shape, "data_offsets": [at, at + values.nbytes]}
        at += values.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(v.tobytes() for v in tensors.values()))
