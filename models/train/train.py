"""Trains a small image encoder on one's own photos to imitate a teacher. See README.md."""

import argparse
import math
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from augment import relight, turns
from data import Photos
from export import SIDE, export
from model import Student
from readout import read_out
from targets import Lessons, category_words, centred_texts, known_clip, save
from teacher import Teacher

BATCH = 1024
DECAY, WARM_UP = 0.05, 0.03
STAGES = ((0.2, 64), (1.0, 96))  # (until this share of the time, pixels a side): small pictures first
TEMPERATURE = 0.05
TEXT_TEMPERATURE = 0.04
REPORT_EVERY, SAVE_EVERY = 15, 60  # seconds


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
        said = 0.5 * F.one_hot(word.clamp_min(0), len(self.texts)) * (word >= 0).unsqueeze(1)
        wanted = F.softmax(self._likeness(target), dim=1) * (1 - said.sum(1, keepdim=True)) + said
        return distance + F.cross_entropy(self._likeness(student), wanted)


def rate(highest, done):
    """Learning rate at a share of the time: a short rise, then half a cosine down to zero."""
    if done < WARM_UP:
        return highest * done / WARM_UP
    return highest * 0.5 * (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP)))


def make_optimizer(model, highest):
    decayed = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim == 1]
    groups = [{"params": decayed, "weight_decay": DECAY}, {"params": others, "weight_decay": 0}]
    return torch.optim.AdamW(groups, lr=highest, fused=True)


def learn(options, pixels, lessons, words, texts, checkpoint):
    """Trains, or trains on, until `--minutes` are over; the weights are in `checkpoint` then."""
    device, n = pixels.device, len(pixels)
    if n < BATCH:
        raise SystemExit(f"{n} photos are too few: a step takes {BATCH}")
    clip_mean = torch.stack([c.float().mean(0) for c in lessons.clip]).mean(0)
    clip_scale = torch.stack([(c.float() - clip_mean).square().sum(1).mean() for c in lessons.clip]).mean()
    clip_loss = ClipLoss(clip_mean, clip_scale, texts)
    torch.manual_seed(options.seed)
    model = Student(lessons.aux[0].shape[1], lessons.clip[0].shape[1])
    with torch.no_grad():
        model.clip.bias.copy_(clip_mean)
    model = model.to(device, memory_format=torch.channels_last)
    optimizer = make_optimizer(model, options.rate)
    hardware = torch.cuda.get_device_name(device) if pixels.is_cuda else "CPU"
    state = {"step": 0, "images": 0, "seconds": 0.0, "hardware": hardware}
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True, map_location=device)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        state = saved["state"]
    model.train()
    parameters = list(model.parameters())
    rng = torch.Generator(device)
    budget, before, started = options.minutes * 60, state["seconds"], time.time()
    reported_at = saved_at = started

    while state["seconds"] < budget:
        done = state["seconds"] / budget
        for group in optimizer.param_groups:
            group["lr"] = rate(options.rate, done)
        side = next(side for until, side in STAGES if done < until)
        epoch, place = divmod(state["step"], n // BATCH)
        rng.manual_seed(options.seed + epoch)  # every photo once an epoch, in a new order
        rows = torch.randperm(n, generator=rng, device=device)[place * BATCH : (place + 1) * BATCH]
        rng.manual_seed(options.seed + 2**20 + state["step"])
        v = int(torch.randint(len(lessons.views), (1,), generator=torch.Generator().manual_seed(state["step"])))
        view = lessons.views[v]
        x = relight(view.render(pixels, rows, side, turns(BATCH, rng)), rng).contiguous(memory_format=torch.channels_last)
        with torch.autocast(device.type, torch.bfloat16, enabled=pixels.is_cuda):
            seen = model.read(x)
        aux, clip = model.say(seen.float())
        loss, cosine = aux_loss(aux, lessons.aux[v][rows].float())
        clip_error = clip_loss(clip, lessons.clip[v][rows].float(), words[rows].masked_fill(view.mixed[rows], -1))
        (loss + clip_error).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 5.0)
        optimizer.step()
        optimizer.zero_grad()
        state["step"] += 1
        state["images"] += BATCH

        now = time.time()
        state["seconds"] = before + now - started
        last = state["seconds"] >= budget
        if now - reported_at > REPORT_EVERY or last:
            reported_at = now
            print(
                f"{state['seconds'] / 60:5.1f} of {options.minutes:g} min, {state['images']} crops, {side} px: "
                f"loss {loss.item():.3f}, cosine {cosine.item():.3f}, clip error {clip_error.item():.3f}",
                flush=True,
            )
        if now - saved_at > SAVE_EVERY or last:
            saved_at = now
            save(checkpoint, {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "state": state})


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
    p.add_argument("--cache", type=Path, required=True, help="folder for the teacher's features and checkpoints")
    p.add_argument("--views", type=int, default=64, help="views of each photo that the teacher sees")
    p.add_argument("--minutes", type=float, default=6.7, help="time of the training; the teacher and the read-out come on top")
    p.add_argument("--rate", type=float, default=3e-3, help="highest learning rate")
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    p.add_argument("--seed", type=int, default=1)
    return p.parse_args()


def main():
    options = arguments()
    options.cache.mkdir(parents=True, exist_ok=True)
    sources = options.images + ([options.clip_pairs] if options.clip_pairs else [])
    started = time.time()
    photos = Photos(sources, set(options.leave_out.read_text().split("\n")) if options.leave_out else ())
    print(f"{len(photos)} photos: {time.time() - started:.0f} s", flush=True)
    device = torch.device(options.device)
    pixels, sizes = torch.from_numpy(photos.pixels).to(device), torch.from_numpy(photos.sizes).to(device)
    teacher = Teacher(options.teacher, options.teacher_manifest).to(device, memory_format=torch.channels_last).eval()
    if device.type == "cuda":
        teacher.compile()
    own = known_clip(photos.names, options.clip_pairs)
    key = f"{photos.names}{options.teacher.name}"
    lessons = Lessons(pixels, sizes, teacher, options.views, options.seed, own, options.cache, key)
    texts, words = None, torch.full((len(photos),), -1, device=device)
    if options.vocabulary:
        texts = torch.from_numpy(centred_texts(options.vocabulary)).to(device)
        words = torch.from_numpy(category_words(photos.names, options.categories, options.vocabulary)).to(device)
    checkpoint = options.cache / f"{options.name}.pt"
    learn(options, pixels, lessons, words, texts, checkpoint)
    finished = options.cache / f"{options.name}-finished.pt"
    read_out(checkpoint, finished, pixels, lessons, SIDE)
    export(finished, options.out, options.name, options.teacher.name)


if __name__ == "__main__":
    main()
