"""Reference numbers of the UER stream, from its formulae written out naively in double precision.

Run: python models/scripts/reference_uer.py > tests/data/uer_reference.json   (needs NumPy only)
The Rust test `uer_stream` compares the stream with them. The random numbers are those of `src/numerics/random.rs`.
"""
import json

import numpy as np

MASK = 2**64 - 1
rng = np.random.default_rng(20261123)
C, CLIP, AUX, BATCH, BATCHES, QUERIES, MEMORY = 4, 5, 8, 4, 9, 3, 12
centres = rng.normal(size=(C, CLIP + AUX))
# Classes come one after the other, and overlap.
labels = [[min(b // 2, C - 1) if k < 3 else rng.integers(min(b // 2, C - 1) + 1) for k in range(BATCH)] for b in range(BATCHES)]
labels = np.array(labels)
raw = centres[labels] + 2.5 * rng.normal(size=(BATCHES, BATCH, CLIP + AUX))
queries = centres[np.arange(QUERIES)] + 2.5 * rng.normal(size=(QUERIES, CLIP + AUX))
raw, queries = (np.round(a, 4).astype(np.float32).astype(float) for a in (raw, queries))


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def image(rows):
    """Both streams, trusted alike."""
    return np.concatenate([unit(rows[..., :CLIP]), unit(rows[..., CLIP:])], axis=-1) / np.sqrt(2)


class Random:
    """xorshift64*, seeded by one step of splitmix64."""

    def __init__(self, seed):
        z = (seed + 0x9E3779B97F4A7C15) & MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        self.state = max(z ^ (z >> 31), 1)

    def uniform(self):
        s = self.state
        s ^= s >> 12
        s = (s ^ (s << 25)) & MASK
        s ^= s >> 27
        self.state = s
        return (((s * 0x2545F4914F6CDD1D) & MASK) >> 11) / 2**53

    def below(self, n):
        return int(self.uniform() * n)

    def draw(self, stored, n):
        left, drawn = list(range(stored)), []
        for i in range(min(n, stored)):
            j = i + self.below(stored - i)
            left[i], left[j] = left[j], left[i]
            drawn.append(left[i])
        return drawn


def run(current, replayed, inference, iterations=1, scale=32.0, lr=0.03, gamma=1 / 0.09, replay=5, seed=3):
    random = Random(seed)
    W = np.zeros((C, CLIP + AUX))
    seen = np.zeros(C, bool)
    kept, observed = [], 0  # (id, image, label)
    losses, scores = [], []

    def logits(X, factor):
        if factor == "dot":
            return X @ (scale * W).T
        norms = np.linalg.norm(W, axis=1, keepdims=True)
        return gamma * X @ np.divide(W, norms, where=norms > 1e-6, out=np.zeros_like(W)).T

    def loss_and_gradient(X, y, factor):
        """The gradient of the logits with respect to the weights, by the chain rule, one class at a time."""
        z = np.where(seen, logits(X, factor), -np.inf)
        p = np.exp(z - z.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        loss = -np.log(p[np.arange(len(y)), y]).mean()
        G = np.zeros_like(W)
        for x, p_x, label in zip(X, p, y):
            for c in np.flatnonzero(seen):
                if factor == "dot":
                    dz = scale * x
                else:
                    n = np.linalg.norm(W[c])
                    dz = gamma * (np.eye(len(x)) / n - np.outer(W[c], W[c]) / n**3) @ x
                G[c] += (p_x[c] - (c == label)) * dz / len(y)
        return loss, G

    for X, y in zip(image(raw), labels):
        for c in sorted(set(y.tolist())):
            if not seen[c]:
                W[c] = unit(X[y == c].mean(axis=0))
        seen[y] = True
        for i in range(iterations):
            drawn = random.draw(len(kept), replay)
            loss, G = loss_and_gradient(X, y, current)
            loss_memory = None
            if drawn:
                loss_memory, G_memory = loss_and_gradient(
                    np.array([kept[j][1] for j in drawn]), np.array([kept[j][2] for j in drawn]), replayed
                )
                G = G + G_memory
            if i == 0:
                losses.append([loss, loss_memory])
            W = W - lr * G
        for x, label in zip(X, y):
            entry = (observed, x, label)
            observed += 1
            if len(kept) < MEMORY:
                kept.append(entry)
            else:
                slot = random.below(observed)
                if slot < MEMORY:
                    kept[slot] = entry
        z = np.where(seen, logits(image(queries), inference), np.inf)
        scores.append([[None if np.isinf(v) else float(v) for v in row] for row in z])
    return {
        "current": current,
        "replayed": replayed,
        "inference": inference,
        "iterations": iterations,
        "losses": losses,
        "scores": scores,
        "memory": [int(entry[0]) for entry in kept],
    }


print(
    json.dumps(
        {
            "made_by": f"models/scripts/reference_uer.py, numpy {np.__version__}",
            "clip": CLIP,
            "aux": AUX,
            "memory": MEMORY,
            "replay": 5,
            "seed": 3,
            "labels": labels.tolist(),
            "features": [batch.ravel().tolist() for batch in raw],
            "queries": queries.ravel().tolist(),
            "runs": [
                run("angle", "dot", "dot"),
                run("dot", "dot", "dot", iterations=2),
                run("angle", "angle", "angle", iterations=3),
            ],
        }
    )
)
