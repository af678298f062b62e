"""Reference numbers of the heads, from their formulae written out naively in double precision.

Run: python models/scripts/reference_heads.py > tests/data/heads_reference.json   (needs NumPy and SciPy)
The Rust test `heads_reference` compares the heads with them.
"""
import json

import numpy as np
import scipy
from scipy.optimize import minimize

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


def image(rows):
    """Both streams, trusted alike."""
    return np.hstack([unit(rows[:, :CLIP]), unit(rows[:, CLIP:])]) / np.sqrt(2)


X, Q = image(raw), image(queries)
y = np.array(labels)


def zero_shot(scale=100.0):
    return scale * unit(queries[:, :CLIP]) @ unit(text).T


def prototype(X, y, Q, scale=100.0):
    out = np.full((len(Q), C), -np.inf)
    for c in set(y):
        mean = X[y == c].mean(axis=0)
        out[:, c] = scale * Q @ mean / np.linalg.norm(mean)
    return out


def naive_bayes(
    X, y, Q, nu=50.0, prior="uniform", eta=None, floor=1e-6, dof="examples", minmax=False, text=0.0, center=1.0
):
    n = np.bincount(y, minlength=C).astype(float)
    used = [c for c in range(C) if n[c]]
    means = np.array([X[y == c].mean(axis=0) if n[c] else np.zeros(X.shape[1]) for c in range(C)])
    m2 = sum(((X[y == c] - means[c]) ** 2).sum(axis=0) for c in used)
    if text:
        for c, row in pseudo(means, used).items():
            means[c] = (n[c] * means[c] + text * row) / (n[c] + text)
            n[c] += text
    if minmax:
        low, width = X.min(axis=0), X.max(axis=0) - X.min(axis=0)
        width[width == 0] = 1
        X, Q, means, m2 = (X - low) / width, (Q - low) / width, (means - low) / width, m2 / width**2
    spare = len(X) - len(used)
    v = m2 / max(len(X) if dof == "examples" else spare, 1)
    eta = eta if eta is not None else nu / (nu + spare)
    eta = eta if spare else 1.0
    mean = v.mean() if v.mean() > 1e-12 else (X**2).mean()
    s = (1 - eta) * v + eta * mean + floor * mean
    scored = n > 0
    p = {"uniform": scored, "empirical": n, "smoothed": (n + 1) * scored}[prior]
    out = np.full((len(Q), C), -np.inf)
    far = means - means[used].mean(axis=0)
    for c in np.flatnonzero(scored):
        noise = center / (n[c] + center) * (far[c] ** 2 / (2 * s)).sum()
        density = -0.5 * np.log(2 * np.pi * s) - (Q - means[c]) ** 2 / (2 * s)
        out[:, c] = np.log(p[c] / p.sum()) + density.sum(axis=1) + noise
    return out


def pseudo(means, used):
    """Texts moved to where images lie, in the clip columns; the mean of the class, or of all, in the others."""
    directions = {c: unit(means[c][:CLIP]) for c in used}
    shift = np.mean(list(directions.values()), axis=0) - unit(text)[used].mean(axis=0)
    rows = {}
    for c in range(C):
        rows[c] = np.array(means[c] if c in used else means[used].mean(axis=0))
        rows[c][:CLIP] = unit(unit(text)[c] + shift) * np.sqrt(0.5)
    return rows


def prototype_switched(X, y, Q, centre=False, text=0.0, scale=100.0):
    origin = X.mean(axis=0) if centre else np.zeros(X.shape[1])
    seen = (lambda x: unit(x - origin)) if centre else (lambda x: x)
    sums = np.array([seen(X[y == c]).sum(axis=0) for c in range(C)])
    n = np.bincount(y, minlength=C).astype(float)
    if text:
        used = [c for c in range(C) if n[c]]
        means = np.array([X[y == c].mean(axis=0) if n[c] else np.zeros(X.shape[1]) for c in range(C)])
        for c, row in pseudo(means, used).items():
            sums[c] += text * seen(row)
            n[c] += text
    out = np.full((len(Q), C), -np.inf)
    for c in np.flatnonzero(n):
        out[:, c] = scale * unit(Q - origin) @ unit(sums[c])
    return out


def half_gap(X, y, P):
    """Mean over pairs of classes of half the squared Mahalanobis distance of their means."""
    means = [X[y == c].mean(axis=0) for c in sorted(set(y))]
    return np.mean([0.5 * (a - b) @ P @ (a - b) for i, a in enumerate(means) for b in means[:i]])


def cosine_gap(X, y, scale=100.0):
    """Mean over pairs of classes of what their prototypes' scores differ by."""
    means = [unit(X[y == c].mean(axis=0)) for c in sorted(set(y))]
    return np.mean([scale * (1 - a @ b) for i, a in enumerate(means) for b in means[:i]])


def naive_bayes_variance(X, y, nu=50.0):
    v = sum(((X[y == c] - X[y == c].mean(axis=0)) ** 2).sum(axis=0) for c in set(y)) / len(X)
    eta = nu / (nu + len(X) - len(set(y)))
    return (1 - eta) * v + (eta + 1e-6) * v.mean()


def precision(X, y, ridge):
    """Inverse covariance in the primal, with an inverse."""
    n, d = X.shape
    Z = np.array([x - X[y == c].mean(axis=0) for x, c in zip(X, y)])
    S = Z.T @ Z
    if ridge == "ks":
        return d * np.linalg.inv(S + np.trace(S) / (n - 1) * np.eye(d))
    if ridge == "ledoit_wolf":
        mu = np.trace(S) / (n * d)
        delta = ((S / n - mu * np.eye(d)) ** 2).sum() / d
        beta = sum(((np.outer(z, z) - S / n) ** 2).sum() for z in Z) / (n * n * d)
        rho = min(max(beta / delta, 1e-3), 1.0)
        return np.linalg.inv((1 - rho) * S / n + rho * mu * np.eye(d))
    return np.linalg.inv(S / max(n - len(set(y)), 1) + ridge * np.eye(d))


def naive_bayes_full(X, y, Q, ridge="ks", prior="uniform", center=1.0):
    P = precision(X, y, ridge)
    out = np.full((len(Q), C), -np.inf)
    means = {c: X[y == c].mean(axis=0) for c in sorted(set(y))}
    middle = np.mean(list(means.values()), axis=0)
    for c, m in means.items():
        n, u = (y == c).sum(), m - middle
        share = n / len(y) if prior == "empirical" else 1 / len(means)
        out[:, c] = np.log(share) + (Q - middle) @ P @ u - 0.5 * n / (n + center) * u @ P @ u
    return out


def standardised(rows, y, asked):
    """Images of rows of features, and those of queries twice: at unit length, and scaled as the examples are on average."""
    parts, exact, scaled, kept = [], [], [], []
    for columns in (slice(CLIP), slice(CLIP, None)):
        X, Q = unit(rows[:, columns]), unit(asked[:, columns])
        common = np.clip((X @ X.T)[y[:, None] != y[None]].mean(), 0, 1)
        strength = min(1.5 * common, 1)
        kept.append(1 - strength * (2 - strength) * common)
        share = 10 / (10 + len(X))
        variance = X.var(axis=0)
        scale = ((1 - share) * variance / variance.mean() + share) ** (-strength / 2)
        shift = strength * X.mean(axis=0)
        X, Q = (X - shift) * scale, (Q - shift) * scale
        parts.append(unit(X))
        exact.append(unit(Q))
        scaled.append(Q * (1 / np.linalg.norm(X, axis=1)).mean())
    roots = np.sqrt(np.array(kept) / sum(kept))
    return [np.hstack([root * side for root, side in zip(roots, sides)]) for sides in (parts, exact, scaled)]


def cross_entropy(scores, labels):
    top = scores.max(axis=1, keepdims=True)
    total = np.log(np.exp(scores - top).sum(axis=1)) + top[:, 0]
    return (total - scores[np.arange(len(labels)), labels]).mean()


def without_each(fit):
    """Leave-one-out scores by brute force."""
    keep = [np.arange(len(X)) != i for i in range(len(X))]
    return np.vstack([fit(X[k], y[k], X[i : i + 1]) for i, k in enumerate(keep)])


def with_text(scores, raw_rows, alpha):
    """A class with a text and without examples has the mean of the others."""
    rows = 100 * unit(raw_rows[:, :CLIP]) @ unit(text).T
    filled = np.array([np.where(np.isfinite(s), s, s[np.isfinite(s)].mean()) for s in scores])
    return rows + alpha * filled


def folds(y, most=5):
    """Whether each example is in each fold, every class spread over the folds in turn."""
    fold = np.empty(len(y), dtype=int)
    fold[np.argsort(y, kind="stable")] = np.arange(len(y)) % min(most, np.bincount(y).max())
    return [fold == f for f in range(fold.max() + 1)]


def chosen_alpha(fit):
    """By scores over folds, each in units of the typical gap between the classes of what is left."""
    gap = half_gap(X, y, precision(X, y, "ks"))
    held_out = np.empty((len(X), C))
    for fold in folds(y):
        rest = X[~fold], y[~fold]
        held_out[fold] = fit(*rest, X[fold]) * gap / half_gap(*rest, precision(*rest, "ks"))
    return min([10.0**p for p in range(-4, 3)], key=lambda a: cross_entropy(with_text(held_out, raw, a), y))


def kernel(A, B, beta):
    return np.exp(-beta * (1 - A @ B.T))


def ridges(y, lam, balance=2.0):
    """Of each example: proportional to a power of how many its class has, with lam as their harmonic mean."""
    power = np.bincount(y)[y] ** balance
    return lam * power * (1 / power).mean()


def kernel_ridge(X, y, Q, f0, q0, beta, ridge, w):
    Y = np.eye(C)[y]
    coefficients = np.linalg.inv(kernel(X, X, beta) + np.diag(ridge)) @ (Y - f0)
    return q0 + w * kernel(Q, X, beta) @ coefficients


def kernel_ridge_bare(X, y, Q, beta, lam, **switches):
    ridge = ridges(y, lam, **switches)
    out = kernel_ridge(X, y, Q, np.full((len(X), C), 1 / C), np.full((len(Q), C), 1 / C), beta, ridge, 1.0)
    out[:, [c for c in range(C) if c not in y]] = -np.inf
    return out


def published(shots):
    logs = np.log2([1, 2, 4, 8, 16])
    beta, lam = [3, 2.6, 1.5, 1.66, 1.7], [0.05, 0.05, 0.05, 0.07, 0.1]
    return np.interp(np.log2(shots), logs, beta), np.interp(np.log2(shots), logs, lam)


def kernel_ridge_without_text(shots):
    """Beta and lambda where there is no text."""
    return np.interp(np.log2(shots), [0, 3], [0.8, 1.7]), 0.1


def kernel_ridge_text(Q, q0):
    beta, lam = published(len(X) / len(set(labels)))
    ridge = ridges(y, lam)
    f0 = unit(raw[:, :CLIP]) @ unit(text).T

    def loss(w):
        rows = []
        for i in range(len(X)):
            k = np.arange(len(X)) != i
            rows.append(kernel_ridge(X[k], y[k], X[i : i + 1], f0[k], f0[i : i + 1], beta, ridge[k], w))
        return min(cross_entropy(np.vstack(rows) / (0.02 * 2.0**p), y) for p in range(-4, 4))

    w = min([1.0, 0.3, lam], key=loss)
    return kernel_ridge(X, y, Q, f0, q0, beta, ridge, w)


def knn(X, y, Q, k=5, tau=0.07, centre=False):
    k = 1 if len(X) <= 2 * len(set(y)) else k
    if centre:
        X, Q = unit(X - X.mean(axis=0)), unit(Q - X.mean(axis=0))
    out = np.full((len(Q), C), -np.inf)
    for row, s in zip(out, Q @ X.T):
        w = np.where(s >= np.sort(s)[-min(k, len(s))], np.exp((s - s.max()) / tau), 0)
        for c in set(y):
            row[c] = np.log(w[y == c].sum() / w.sum() + 1e-6)
    return out


def tip_adapter(X, y, Q, q0, alpha=1.17, beta=1.0, mean=True):
    out = 100.0 * q0
    for c in set(y):
        a = kernel(Q, X[y == c], beta)
        out[:, c] += alpha * (a.mean(axis=1) if mean else a.sum(axis=1))
    return out


def logistic(X, y, Q, scale=10.0, c_inverse=1.0):
    used = sorted(set(y))
    A, Y = scale * X, np.array([[c == l for c in used] for l in y], float)
    size = len(used) * A.shape[1]

    def objective(p):
        W, b = p[:size].reshape(len(used), -1), p[size:]
        Z = A @ W.T + b
        Z -= Z.max(axis=1, keepdims=True)
        G = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
        loss = -(Y * (Z - np.log(np.exp(Z).sum(axis=1, keepdims=True)))).sum() + (W**2).sum() / (2 * c_inverse)
        return loss, np.concatenate([((G - Y).T @ A + W / c_inverse).ravel(), (G - Y).sum(axis=0)])

    start = np.zeros(size + len(used))
    options = {"maxiter": 10_000, "ftol": 1e-16, "gtol": 1e-10}
    p = minimize(objective, start, jac=True, method="L-BFGS-B", options=options).x
    out = np.full((len(Q), C), -np.inf)
    out[:, used] = scale * Q @ p[:size].reshape(len(used), -1).T + p[size:]
    return out, objective(p)[0]


def temperature(fit, prior):
    """The minimum of the penalised leave-one-out cross-entropy, by brute force on a fine grid."""
    rows = []
    for i in range(len(X)):
        keep = np.arange(len(X)) != i
        scores = fit(X[keep], y[keep], X[i : i + 1])[0]
        others = [scores[c] for c in range(C) if c != y[i] and np.isfinite(scores[c])]
        rows.append((scores[y[i]], np.array(others)))
    own_target = (len(rows) + 0.5) / (len(rows) + 1)  # Jeffreys' prior
    best = (np.inf, None)
    for u in np.linspace(np.log(1 / 50), np.log(50), 100_001):
        t = prior * np.exp(u)
        loss = 0.0
        for own, others in rows:
            logits = np.append(others, own) / t
            log_p = logits - logits.max() - np.log(np.exp(logits - logits.max()).sum())
            loss -= own_target * log_p[-1] + (1 - own_target) * log_p[:-1].mean()
        # A normal prior of spread 0.06 in the middle, which costs three nats at most.
        best = min(best, (loss + 3 * u * u / (6 * 0.06**2 + u * u), t))
    return best[1]


def finite(scores):
    return [[None if not np.isfinite(v) else float(v) for v in row] for row in scores]


SHIFT = 1.5  # what all examples have in common
SHIFTED, SHIFTED_EXACT, SHIFTED_SCALED = standardised(raw + SHIFT, y, queries + SHIFT)
ALPHA = chosen_alpha(naive_bayes_full)
print(
    json.dumps(
        {
            "made_by": f"models/scripts/reference_heads.py, numpy {np.__version__}, scipy {scipy.__version__}",
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
            "naive_bayes_published": finite(naive_bayes(X, y, Q, nu=0.0, prior="empirical", center=0.0)),
            "naive_bayes_minmax": finite(naive_bayes(X, y, Q, minmax=True, dof="classes", prior="smoothed")),
            "naive_bayes_text": finite(naive_bayes(X, y, Q, eta=0.5, floor=0.01, prior="smoothed", text=1.5)),
            "prototype_centred": finite(prototype_switched(X, y, Q, centre=True)),
            "prototype_text": finite(prototype_switched(X, y, Q, text=1.5)),
            "naive_bayes_full": finite(naive_bayes_full(X, y, Q)),
            "naive_bayes_full_ledoit_wolf": finite(naive_bayes_full(X, y, Q, "ledoit_wolf")),
            "naive_bayes_full_fixed": finite(naive_bayes_full(X, y, Q, 0.05, "empirical")),
            "naive_bayes_full_published": finite(naive_bayes_full(X, y, Q, center=0.0)),
            "naive_bayes_full_narrow": finite(naive_bayes_full(unit(raw[:, :CLIP]), y, unit(queries[:, :CLIP]))),
            "shift": SHIFT,
            "naive_bayes_full_standardised": finite(naive_bayes_full(SHIFTED, y, SHIFTED_SCALED)),
            "kernel_ridge_standardised": finite(
                kernel_ridge_bare(SHIFTED, y, SHIFTED_EXACT, *kernel_ridge_without_text(len(X) / len(set(labels))))
            ),
            "naive_bayes_full_text": finite(with_text(naive_bayes_full(X, y, Q), queries, ALPHA)),
            "kernel_ridge": finite(kernel_ridge_bare(X, y, Q, *kernel_ridge_without_text(len(X) / len(set(labels))))),
            "kernel_ridge_published": finite(kernel_ridge_bare(X, y, Q, 3.0, 0.05, balance=0.0)),
            "kernel_ridge_text": finite(kernel_ridge_text(Q, zero_shot(1.0))),
            "knn": finite(knn(X, y, Q)),
            "knn_centred": finite(knn(X, y, Q, k=3, centre=True)),
            "tip_adapter": finite(tip_adapter(X, y, Q, zero_shot(1.0))),
            "tip_adapter_published": finite(tip_adapter(X, y, Q, zero_shot(1.0), mean=False)),
            "logistic": finite(logistic(X, y, Q)[0]),
            "logistic_objective": logistic(X, y, Q)[1],
            "prototype_temperature": temperature(prototype, 0.07 * cosine_gap(X, y)),
            "naive_bayes_temperature": temperature(
                naive_bayes, 0.07 * half_gap(X, y, np.diag(1 / naive_bayes_variance(X, y)))
            ),
            "naive_bayes_full_temperature": temperature(
                naive_bayes_full, 0.07 * half_gap(X, y, precision(X, y, "ks"))
            ),
        },
        indent=1,
    )
)
