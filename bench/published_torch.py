"""How long the published recipe of AMU-Tuning takes in PyTorch on the CPU, on features that are there already.

Run: python bench/published_torch.py   (needs PyTorch)
Compare with: cargo bench -p handful-bench -- fit/amu_published

The recipe: 50 epochs of batches of 8 in random order; logits of the auxiliary features standardised over the classes;
cross-entropy of the fused and of the auxiliary logits (0.35 and 0.65); AdamW (1e-3, decay 0.01, eps 1e-4) with a cosine schedule stepped
after every batch. Zero-shot logits are computed once, as in the Rust program.
"""
import math
import statistics
import time

import torch

SIZES = [(5, 8, 1280), (46, 16, 1280)]
CLIP, EPOCHS, BATCH, ALPHA, LAMBDA = 512, 50, 8, 0.5, 0.35
RUNS = 3


def unit(x):
    return x / x.norm(dim=-1, keepdim=True)


def task(classes, shots, aux):
    """Features around a centre a class, and a text near each centre."""
    generator = torch.Generator().manual_seed(1)
    centres = torch.rand(classes, CLIP + aux, generator=generator) * 2 - 1
    labels = torch.arange(classes).repeat_interleave(shots)
    rows = centres[labels] + 1.2 * (torch.rand(len(labels), CLIP + aux, generator=generator) * 2 - 1)
    text = centres[:, :CLIP] + 1.2 * (torch.rand(classes, CLIP, generator=generator) * 2 - 1)
    return unit(rows[:, :CLIP]), unit(rows[:, CLIP:]), labels, unit(text)


def standardise(u):
    return (u - u.mean(1, keepdim=True)) / u.std(1, keepdim=True)


def fit(clip, aux, labels, text):
    classes, n = len(text), len(labels)
    zero_shot = 100 * clip @ text.T
    weights = torch.zeros(classes, aux.shape[1]).index_add_(0, labels, aux) / (n / classes)
    weights.requires_grad_()
    optimiser = torch.optim.AdamW([weights], lr=1e-3, weight_decay=0.01, eps=1e-4)
    steps = EPOCHS * math.ceil(n / BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=steps)
    loss = torch.nn.functional.cross_entropy
    for _ in range(EPOCHS):
        for batch in torch.randperm(n).split(BATCH):
            z = standardise(aux[batch] @ weights.T)
            s = zero_shot[batch] + ALPHA * z
            total = LAMBDA * loss(s, labels[batch]) + (1 - LAMBDA) * loss(z, labels[batch])
            optimiser.zero_grad()
            total.backward()
            optimiser.step()
            schedule.step()
    return weights


def milliseconds(numbers):
    """Times of some fits, after one to warm up."""
    times = []
    for _ in range(RUNS + 1):
        began = time.perf_counter()
        fit(*numbers)
        times.append(1000 * (time.perf_counter() - began))
    return times[1:]


def with_threads(threads):
    torch.set_num_threads(threads)
    return min(milliseconds(task(*SIZES[0])))


# Products as small as these gain nothing from threads, and lose where the cores are busy: the better number counts.
threads = min((1, torch.get_num_threads()), key=with_threads)
torch.set_num_threads(threads)
print(f"PyTorch {torch.__version__}, {threads} threads; milliseconds of {RUNS} fits after one to warm up")
for size in SIZES:
    times = milliseconds(task(*size))
    print(f"{'x'.join(map(str, size))}: median {statistics.median(times):.0f}, least {min(times):.0f}", flush=True)
