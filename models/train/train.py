"""Trains a small image encoder on one's own photos to imitate a teacher. See README.md."""

import argparse
import math
import os
import resource
import shutil
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # one thread a worker: threads that wait for each other burn time

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F

from augment import augment
from data import Photos, load_views
from export import SIDE, export
from model import Student
from readout import read_out
from targets import aux_targets, category_words, centred_texts, clip_targets
from teacher import Teacher, prepare

BATCH = 128  # photos a step and worker
DECAY, WARM_UP = 0.05, 0.03
STAGES = ((0.5, 64), (1.0, 96))  # (until this share of the time, pixels a side): small pictures first, many more of them
TEMPERATURE = 0.05
TEXT_TEMPERATURE = 0.04
REPORT_EVERY, SAVE_EVERY = 15, 60  # seconds


def cpu_seconds():
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def aux_loss(student, target):
    """Cosine to the own target, and the same likeness to everybody else's targets as the own target has."""
    student = F.normalize(student, dim=1)
    cosine = (student * target).sum(1)
    wanted = F.softmax(target @ target.T / TEMPERATURE, dim=1)
    likeness = F.cross_entropy(student @ target.T / TEMPERATURE, wanted)
    return 4 * (1 - cosine.mean()) + likeness, cosine.mean()


class ClipLoss:
    """Squared distance to the target, and the same likeness to every word as the target has, both sides centred.

    Where somebody said which word the photo shows (`word` is not -1), half of the wanted likeness is that word.
    """

    def __init__(self, mean, scale, texts):
        self.mean, self.scale, self.texts = mean, scale, texts

    def _likeness(self, clip):
        return F.normalize(clip - self.mean, dim=1) @ self.texts.T / TEXT_TEMPERATURE

    def __call__(self, student, target, word):
        distance = (student - target).square().sum(1).mean() / self.scale
        if self.texts is None:
            return distance
        wanted = F.softmax(self._likeness(target), dim=1)
        said = word >= 0
        wanted[said] = 0.5 * wanted[said] + 0.5 * F.one_hot(word[said], len(self.texts))
        return distance + F.cross_entropy(self._likeness(student), wanted)


def rate(highest, done):
    """Learning rate at a share of the time: a short rise, then half a cosine down to zero."""
    if done < WARM_UP:
        return highest * done / WARM_UP
    return highest * 0.5 * (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP)))


class Sampler:
    """Every photo once an epoch, in a new order and a random view each time; any step can be asked for."""

    def __init__(self, rows, views, seed):
        self.rows, self.views, self.seed = rows, views, seed
        self.epoch = None

    def __call__(self, step, workers, rank):
        per_epoch = len(self.rows) // (BATCH * workers)
        epoch, place = divmod(step, per_epoch)
        if epoch != self.epoch:
            rng = np.random.default_rng((self.seed, epoch))
            self.epoch, self.order = epoch, rng.permutation(self.rows)
            self.view = rng.integers(self.views, size=len(self.rows))
        first = (place * workers + rank) * BATCH
        return self.order[first : first + BATCH], self.view[first : first + BATCH]


def gather(arrays, rows, view):
    return torch.from_numpy(np.stack([arrays[v][r] for r, v in zip(rows, view, strict=True)]))


def average_gradients(parameters, buffer, workers):
    """Makes every worker's gradients their mean. Returns the CPU seconds of all workers, who agree on them so."""
    torch.cat([p.grad.flatten() for p in parameters] + [torch.tensor([cpu_seconds()])], out=buffer)
    dist.all_reduce(buffer)
    at = 0
    for p in parameters:
        p.grad.copy_(buffer[at : at + p.numel()].view_as(p)).div_(workers)
        at += p.numel()
    return buffer[-1].item()


def make_optimizer(model, highest):
    decayed = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim == 1]
    groups = [{"params": decayed, "weight_decay": DECAY}, {"params": others, "weight_decay": 0}]
    return torch.optim.AdamW(groups, lr=highest)


def training_rows(options, names):
    """The photos to train on: all but those left out."""
    left_out = set(options.leave_out.read_text().split("\n")) if options.leave_out else set()
    return np.array([i for i, name in enumerate(names) if name not in left_out])


def work(rank, options, names, meeting):
    """One of `workers` processes that train together: same weights, different photos, gradients averaged."""
    torch.set_num_threads(1)
    workers = options.workers
    dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=workers)
    rows = training_rows(options, names)
    if len(rows) < BATCH * workers:
        raise SystemExit(f"{len(rows)} photos are too few: a step takes {BATCH * workers}")
    pixels = [load_views(options.cache, view) for view in range(options.views)]
    aux = aux_targets(options.cache, options.views, rows)
    clip = clip_targets(options.cache, options.views, names, options.clip_pairs)
    clip_mean = np.concatenate([c[rows] for c in clip]).mean(0)
    clip_scale = float(np.mean([((c[rows] - clip_mean) ** 2).sum(1).mean() for c in clip]))

    torch.manual_seed(options.seed)
    model = Student(aux[0].shape[1], clip[0].shape[1]).to(memory_format=torch.channels_last)
    with torch.no_grad():
        model.clip.bias.copy_(torch.from_numpy(clip_mean))
    texts = words = None
    if options.vocabulary:
        texts = torch.from_numpy(centred_texts(options.vocabulary))
        words = torch.from_numpy(category_words(names, options.categories, options.vocabulary))
    clip_loss = ClipLoss(torch.from_numpy(clip_mean), clip_scale, texts)
    optimizer = make_optimizer(model, options.rate)
    forward = torch.compile(model, dynamic=False) if shutil.which("g++") else model

    # `cpu`: seconds of all workers until now; `earlier`: what the weights had seen before this training began.
    state = {"step": 0, "images": 0, "cpu": 0.0, "earlier": {"images": 0, "cpu": 0.0}}
    checkpoint = options.cache / f"{options.name}.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        state = saved["state"]
    elif options.start_from:
        saved = torch.load(options.start_from, weights_only=True)
        model.load_state_dict(saved["model"])
        state["earlier"] = {key: saved["state"][key] + saved["state"]["earlier"][key] for key in ("images", "cpu")}
    before, budget = state["cpu"], options.minutes * 60
    seed = options.seed + state["earlier"]["images"]  # weights that learned before see other orders and crops now
    sampler = Sampler(rows, options.views, seed)
    parameters = list(model.parameters())
    buffer = torch.zeros(sum(p.numel() for p in parameters) + 1)
    saved_at = reported_at = time.time()

    while state["cpu"] < budget:
        done = state["cpu"] / budget
        for group in optimizer.param_groups:
            group["lr"] = rate(options.rate, done)
        side = next(side for until, side in STAGES if done < until)
        picked, view = sampler(state["step"], workers, rank)
        rng = torch.Generator().manual_seed(hash((seed, state["step"], rank)))
        x = augment(gather(pixels, picked, view), side, rng)
        model.train()
        student_aux, student_clip = forward(x)
        loss, cosine = aux_loss(student_aux, gather(aux, picked, view))
        clip_error = clip_loss(student_clip, gather(clip, picked, view), words[picked] if options.vocabulary else None)
        (loss + clip_error).backward()
        state["cpu"] = before + average_gradients(parameters, buffer, workers)
        torch.nn.utils.clip_grad_norm_(parameters, 5.0)
        optimizer.step()
        optimizer.zero_grad()
        state["step"] += 1
        state["images"] += BATCH * workers

        now, last = time.time(), state["cpu"] >= budget
        if rank == 0 and (now - reported_at > REPORT_EVERY or last):
            reported_at = now
            print(
                f"{state['cpu'] / 60:5.1f} of {options.minutes:g} min of CPU, {state['images']} images, {side} px: "
                f"loss {loss.item():.3f}, cosine {cosine.item():.3f}, clip error {clip_error.item():.3f}",
                flush=True,
            )
        if rank == 0 and (now - saved_at > SAVE_EVERY or last):
            saved_at = now
            part = checkpoint.with_suffix(".part")
            torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "state": state}, part)
            part.rename(checkpoint)
    dist.barrier()
    dist.destroy_process_group()


def arguments():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--images", type=Path, nargs="+", required=True, help="folders or zips of jpg, png, webp")
    p.add_argument("--teacher", type=Path, required=True, help="ONNX encoder with outputs `aux` and `clip`")
    p.add_argument("--teacher-manifest", type=Path, required=True, help="its manifest")
    p.add_argument("--clip-pairs", type=Path, help="zip of photos, with CLIP's features in a .safetensors beside it")
    p.add_argument("--vocabulary", type=Path, help="CLIP's text `embeddings` of many words, as .safetensors")
    p.add_argument("--categories", type=Path, help="csv that says what is on photos: `shard` (a zip), `file`, `category`")
    p.add_argument("--leave-out", type=Path, help="file of photo names, one a line, that are not trained on")
    p.add_argument("--out", type=Path, required=True, help="folder for NAME.onnx and NAME.json")
    p.add_argument("--name", default="handful-tiny")
    p.add_argument("--cache", type=Path, required=True, help="folder for views, teacher features and checkpoints")
    p.add_argument("--views", type=int, default=2, help="crops of each photo that the teacher sees")
    p.add_argument("--minutes", type=float, default=40, help="CPU time of the training, all workers together")
    p.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
    p.add_argument("--start-from", type=Path, help="checkpoint of an earlier training, whose weights are the first ones")
    p.add_argument("--workers", type=int, default=os.cpu_count())
    p.add_argument("--seed", type=int, default=1)
    return p.parse_args()


def main():
    options = arguments()
    sources = options.images + ([options.clip_pairs] if options.clip_pairs else [])
    photos = Photos(sources)
    teacher = Teacher(options.teacher, options.teacher_manifest, options.workers)
    prepare(photos, teacher, options.cache, options.views, options.seed)
    with tempfile.TemporaryDirectory() as folder:
        torch.multiprocessing.spawn(work, (options, photos.names, Path(folder) / "meeting"), options.workers)
    finished = options.cache / f"{options.name}-finished.pt"
    rows = training_rows(options, photos.names)
    torch.set_num_threads(options.workers)
    read_out(options.cache / f"{options.name}.pt", finished, options.cache, options.views, rows, SIDE)
    export(finished, options.out, options.name, options.teacher.name)


if __name__ == "__main__":
    main()
