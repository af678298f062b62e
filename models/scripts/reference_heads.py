"""Reference numbers of the heads, from their formulae written out naively in double precision.

Run: python models/scripts/reference_heads.py > tests/data/heads_reference.json   (needs NumPy only)
The Rust test `heads_reference` compares the heads with them.
"""
import json

import numpy as np

rng = np.random.default_rng(20261123)
C, CLIP, AUX, QUERIES = 4, 6, 12, 5
counts = [5, 3, 0, 6]  # class 2 has no example
labels = [c for c, n in enumerate(counts) for _ in range(n)]
centres = rng.normal(size=(C, CLIP + AUX))
raw = np.array([centres[c] + 1.6 * rng.normal(size=CLIP + AUX) for c in labels])
queries = np.array([centres[i % C] + 1.6 * rng.normal(size=CLIP + AUX) for i in range(QUERIES)])
text = rng.normal(size=(C, CLIP))
# The numbers that the file gives are those that the reference uses.
raw, queries, text = (np.round(a, 4).astype(np.float32).astype(float) for a in (raw, queries, text))


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


X, Q = unit(raw[:, CLIP:]), unit(queries[:, CLIP:])
y = np.array(labels)


def zero_shot(scale=100.0):
    return scale * unit(queries[:, :CLIP]) @ unit(text).T


def prototype(X, y, Q, scale=100.0):
    out = np.full((len(Q), C), -np.inf)
    for c in set(y):
        mean = X[y == c].mean(axis=0)
        out[:, c] = scale * Q @ mean / np.linalg.norm(mean)
    return out


def naive_bayes(X, y, Q, nu=50.0, empirical=False):
    used = sorted(set(y))
    m2 = np.zeros(X.shape[1])
    for c in used:
        m2 += ((X[y == c] - X[y == c].mean(axis=0)) ** 2).sum(axis=0)
    v, spare = m2 / len(X), len(X) - len(used)
    eta = nu / (nu + spare) if spare else 1.0
    mean = v.mean() if v.mean() > 1e-12 else (X**2).mean()
    s = (1 - eta) * v + eta * mean + 1e-6 * mean
    out = np.full((len(Q), C), -np.inf)
    for c in used:
        prior = (y == c).mean() if empirical else 1 / len(used)
        density = -0.5 * np.log(2 * np.pi * s) - (Q - X[y == c].mean(axis=0)) ** 2 / (2 * s)
        out[:, c] = np.log(prior) + density.sum(axis=1)
    return out


def temperature(fit, prior):
    """The minimum of the penalised leave-one-out cross-entropy, by brute force on a fine grid."""
    rows = []
    for i in range(len(X)):
        keep = np.arange(len(X)) != i
        scores = fit(X[keep], y[keep], X[i : i + 1])[0]
        others = [scores[c] for c in range(C) if c != y[i] and np.isfinite(scores[c])]
        rows.append((scores[y[i]], np.array(others)))
    own_target = (len(rows) + 1) / (len(rows) + 2)  # Platt's smoothing
    best = (np.inf, None)
    for u in np.linspace(np.log(1 / 50), np.log(50), 200_001):
        t = prior * np.exp(u)
        loss = 0.0
        for own, others in rows:
            logits = np.append(others, own) / t
            log_p = logits - logits.max() - np.log(np.exp(logits - logits.max()).sum())
            loss -= own_target * log_p[-1] + (1 - own_target) * log_p[:-1].mean()
        best = min(best, (loss + u * u / (2 * 1.5**2), t))
    return best[1]


def finite(scores):
    return [[None if not np.isfinite(v) else float(v) for v in row] for row in scores]


print(
    json.dumps(
        {
            "made_by": f"models/scripts/reference_heads.py, numpy {np.__version__}",
            "clip": CLIP,
            "aux": AUX,
            "features": raw.ravel().tolist(),
            "labels": labels,
            "text": text.ravel().tolist(),
            "queries": queries.ravel().tolist(),
            "note": "naive Bayes is given up to one number a query, which all classes share",
            "zero_shot": finite(zero_shot()),
            "prototype": finite(prototype(X, y, Q)),
            "naive_bayes": finite(naive_bayes(X, y, Q)),
            "naive_bayes_published": finite(naive_bayes(X, y, Q, nu=0.0, empirical=True)),
            "prototype_temperature": temperature(prototype, 1.0),
            "naive_bayes_temperature": temperature(naive_bayes, 1.0),
        },
        indent=1,
    )
)
