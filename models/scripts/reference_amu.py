"""Reference numbers of AMU-Tuning, from its formulae written out naively in double precision.

Run: python models/scripts/reference_amu.py > tests/data/amu_reference.json   (needs NumPy, SciPy, PyTorch)
`cases`: the published training, with PyTorch's own gradient, AdamW and cosine schedule. `convex`: the recommended form,
minimised by SciPy's L-BFGS-B from far away until nothing moves. The Rust test `heads_amu` compares the heads with them.
"""
import json

import numpy as np
import torch
from scipy.optimize import minimize

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(20261124)
KINDS = ["none", "moment", "entropy", "energy", "max", "max-min", "var", "top5",
         "moment_rel", "logit_energy", "max_logit", "margin", "moment_logit"]


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def softmax(s):
    e = np.exp(s - s.max())
    return e / e.sum()


def m4(v):
    return np.mean(((v - v.mean()) / v.std(ddof=1)) ** 4)


def factor(kind, s, power, norm):
    """The factor of one image with the zero-shot logits s."""
    p, C = softmax(s), len(s)
    sorted_p = np.sort(p)[::-1]
    certain = np.eye(C)[0]
    if kind == "none":
        return 1.0
    if kind == "entropy":
        return np.exp(power * -(p * np.log(p)).sum() / np.log(C))
    if kind == "var":
        return p.std(ddof=1)
    if kind == "moment_rel" and C < 4:
        kind = "max"
    measure = {
        "moment": lambda: m4(p) / norm,
        "energy": lambda: 2 * (np.log(np.exp((p - p.max()) / 2).sum()) + p.max()),
        "max": lambda: p.max(),
        "max-min": lambda: p.max() - p.min(),
        "top5": lambda: sorted_p[0] - sorted_p[min(C, 5) - 1],
        "moment_rel": lambda: m4(p) / (m4(certain) / 4),
        "logit_energy": lambda: np.log(np.exp(s - s.mean()).sum()),
        "max_logit": lambda: s.max() - s.mean(),
        "margin": lambda: sorted_p[0] - sorted_p[1],
        "moment_logit": lambda: m4(s),
    }[kind]()
    return measure ** -power


def draw(labels, C, D, A, queries, noise=0.6):
    centres = rng.normal(size=(C, D + A))
    rows = lambda y: np.array([centres[c] for c in y]) + noise * rng.normal(size=(len(y), D + A))
    test_labels = [i % C for i in range(queries)]
    both, test = rows(labels), rows(test_labels)
    both[:, D:], test[:, D:] = np.abs(both[:, D:]), np.abs(test[:, D:])
    text = centres[:, :D] + 1.2 * rng.normal(size=(C, D))
    # Cosines of real texts and images lie close together: the common part does that here.
    for x in (both, test):
        x[:, 0] += 9.0
    text[:, 0] += 9.0
    keep = lambda x: np.round(x, 3)
    return dict(clip_features=keep(both[:, :D]), aux_features=keep(both[:, D:]), text=np.round(unit(text), 6),
                labels=labels, test_clip_features=keep(test[:, :D]), test_aux_features=keep(test[:, D:]),
                test_labels=test_labels)


def standardise(u):
    return (u - u.mean(1, keepdim=True)) / u.std(1, keepdim=True)


def published(name, kind, counts, alpha=0.5, lam=0.35, power=0.4, norm=250.0, lr=1e-3, epochs=2, batch=4):
    C, D, A, M = len(counts), 4, 5, 2
    labels = [c for c, n in enumerate(counts) for _ in range(n)]
    x = draw(labels, C, D, A, M)
    N = len(labels)
    f, a, tf, ta = (unit(x[k]) for k in ("clip_features", "aux_features", "test_clip_features", "test_aux_features"))
    t = unit(x["text"])
    y = np.array(labels)
    batches = []
    for _ in range(epochs):
        order = rng.permutation(N)
        batches += [order[i:i + batch].tolist() for i in range(0, N, batch)]
    s0 = 100 * f @ t.T
    kappa = np.array([[factor(kind, s, power, norm)] for s in s0])
    initial = np.array([a[y == c].sum(0) for c in range(C)]) / (N / C)
    W = torch.tensor(initial, requires_grad=True)
    optimiser = torch.optim.AdamW([W], lr=lr, weight_decay=0.01, betas=(0.9, 0.999), eps=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=len(batches))
    tt = torch.tensor
    ce = torch.nn.functional.cross_entropy

    def losses(W, s0, kappa, a, y):
        z = standardise(tt(a) @ W.T)
        fused = tt(s0) + alpha * tt(kappa) * z
        return ce(fused, tt(y)), ce(z, tt(y)), z, fused

    steps = []
    for b in batches:
        merge, aux, _, _ = losses(W, s0[b], kappa[b], a[b], y[b])
        loss = lam * merge + (1 - lam) * aux
        optimiser.zero_grad()
        loss.backward()
        if not steps:
            first_gradient = W.grad.clone()
        rate = schedule.get_last_lr()[0]
        norm_g = float(W.grad.norm())
        optimiser.step()
        schedule.step()
        steps.append(dict(lr=rate, loss=loss.item(), loss_merge=merge.item(), loss_aux=aux.item(), grad_norm=norm_g,
                          weight_sum=W.sum().item()))
        if len(steps) == 1:
            after_first = W.detach().clone()
    test_s0 = 100 * tf @ t.T
    test_kappa = np.array([[factor(kind, s, power, norm)] for s in test_s0])
    _, _, z, fused = losses(W, test_s0, test_kappa, ta, np.array(x["test_labels"]))
    return dict(
        name=name, shapes=dict(C=C, N=N, A=A, D=D, M=M),
        hyper=dict(alpha=alpha, lambda_merge=lam, uncertainty=kind, power=power, moment_norm=norm, lr=lr,
                   weight_decay=0.01, epochs=epochs, batch_size=batch),
        inputs=x | dict(batches=batches),
        expected=dict(initial_weights=initial, steps=steps, first_gradient=first_gradient.numpy(),
                      weights_after_first_step=after_first.numpy(), final_weights=W.detach().numpy(),
                      test_clip_logits=test_s0, test_aux_logits=z.detach().numpy(), test_logits=fused.detach().numpy(),
                      test_uncertainty={k: [factor(k, s, power, norm) for s in test_s0] for k in KINDS}))


def convex(name, counts, alpha, lam=0.35, mu=1.0, kind="moment_rel", balance=False, with_text=True, A=7):
    C, D, M = len(counts), 5, 4
    labels = [c for c, n in enumerate(counts) for _ in range(n)]
    x = draw(labels, C, D, A, M)
    y, N = np.array(labels), len(labels)
    f, a, tf, ta = (unit(x[k]) for k in ("clip_features", "aux_features", "test_clip_features", "test_aux_features"))
    s0, ts0 = (100 * v @ unit(x["text"]).T for v in (f, tf))
    limit = lambda k: min(max(k, 0.1), 10.0)
    kappa, tkappa = (np.array([[limit(factor(kind, s, 0.4, 250.0))] for s in v]) for v in (s0, ts0))
    W0 = unit(np.array([a[y == c].mean(0) for c in range(C)]))
    sigma = 1 / (a @ W0.T).std(1, ddof=1).mean()
    n = np.bincount(y, minlength=C)
    w = 1 / (n[y] * C) if balance else np.full(N, 1 / N)
    if not with_text:
        s0, ts0, kappa, tkappa, lam, alpha = 0 * s0, 0 * ts0, 1 + 0 * kappa, 1 + 0 * tkappa, 0.0, 1.0
    one_hot = np.eye(C)[y]

    def objective(flat):
        W = flat.reshape(C, A)
        z = sigma * a @ W.T
        value, gradient = mu / (2 * N) * ((W - W0) ** 2).sum(), mu / N * (W - W0)
        for i in range(N):
            for weight, strength, base in ((lam, alpha * kappa[i, 0], s0[i]), (1 - lam, 1.0, 0 * s0[i])):
                p = softmax(base + strength * z[i])
                value -= w[i] * weight * np.log(p[y[i]])
                gradient += w[i] * weight * strength * sigma * np.outer(p - one_hot[i], a[i])
        return value, gradient.ravel()

    W = rng.normal(size=C * A)
    for _ in range(20):  # started again: each run stops when its own history no longer helps
        result = minimize(objective, W, jac=True, method="L-BFGS-B", options=dict(maxiter=20000, maxfun=10**6, gtol=1e-13, ftol=0, maxcor=50))
        W = result.x
    return dict(name=name, shapes=dict(C=C, N=N, A=A, D=D, M=M),
                hyper=dict(alpha=alpha, lambda_merge=lam, mu=mu, uncertainty=kind, class_balance=balance, text=with_text),
                inputs=x, objective=result.fun, test_logits=ts0 + alpha * tkappa * (sigma * ta @ W.reshape(C, A).T))


def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(v) for v in value]
    if isinstance(value, (float, np.floating)):
        return float(f"{float(value):.8g}")
    return int(value) if isinstance(value, np.integer) else value


cases = [published(f"kind_{k}", k, [3, 2, 2, 2, 2]) for k in KINDS]
cases += [
    published("two_classes", "moment_rel", [3, 2]),
    published("without_an_example", "entropy", [3, 0, 2, 3], alpha=1.2, lam=0.6, lr=5e-3),
    published("fused_loss_in_one_batch", "max-min", [3, 3, 3], alpha=3.0, lam=1.0, lr=1e-2, epochs=3, batch=9),
]
convexes = [
    convex("balanced", [3, 3, 3], 1.5),
    convex("strong_uneven", [4, 1, 2, 3], 4.0, lam=0.6, mu=0.3, kind="entropy"),
    convex("class_balance", [5, 2, 2], 0.5, mu=3.0, balance=True, kind="none"),
    convex("more_examples_than_features", [6, 6], 2.0, A=3),
    convex("no_text", [3, 2, 2], 1.0, with_text=False),
]
print(json.dumps(plain(dict(
    format=1, script="models/scripts/reference_amu.py", date="2026-11-23", numpy=np.__version__, torch=torch.__version__,
    cases=cases, convex=convexes)), separators=(",", ":")))
