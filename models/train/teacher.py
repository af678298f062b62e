"""The teacher's features of every view, computed once, and the targets made from them."""

import json
import time

import numpy as np
import onnxruntime

from data import VIEW_SIZE, cut, save_array, settle, view_box

BATCH = 16


class Teacher:
    """An ONNX encoder with outputs `aux` and `clip`, and its manifest."""

    def __init__(self, model, manifest, threads):
        self.manifest = json.loads(manifest.read_text())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting is no work
        self.session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self.side = self.manifest["input"]["shape"][2]
        pre = self.manifest["preprocess"]
        self.mean, self.std = (np.float32(pre[k]).reshape(3, 1, 1) for k in ("mean", "std"))

    def features(self, pixels):
        """`pixels`: (n, side, side, 3) uint8. Returns aux (n, d) and clip (n, 512)."""
        x = (pixels.transpose(0, 3, 1, 2).astype(np.float32) / 255 - self.mean) / self.std
        return self.session.run(["aux", "clip"], {self.manifest["input"]["name"]: x})


def prepare(photos, teacher, cache, views, seed):
    """Fills the cache view by view; what is there already is left alone."""
    settle(photos, cache, seed)
    n = len(photos)
    for view in range(views):
        done = cache / f"teacher-clip-{view}.npy"
        if done.exists():
            continue
        start, cpu = time.time(), time.process_time()
        pixels = np.empty((n, VIEW_SIZE, VIEW_SIZE, 3), np.uint8)
        aux, clip = [], []
        for first in range(0, n, BATCH):
            large = []
            for i in range(first, min(first + BATCH, n)):
                photo = photos[i]
                box = view_box(photo.size, view, (seed, view, i))
                pixels[i] = cut(photo, box, VIEW_SIZE)
                large.append(cut(photo, box, teacher.side))
            a, c = teacher.features(np.stack(large))
            aux.append(a.astype(np.float16))
            clip.append(c.astype(np.float16))
            if first // BATCH % 50 == 0:
                print(f"view {view}: {first}/{n} photos, {time.time() - start:.0f} s", flush=True)
        save_array(cache / f"views-{view}.npy", pixels)
        save_array(cache / f"teacher-aux-{view}.npy", np.concatenate(aux))
        save_array(done, np.concatenate(clip))
        print(f"view {view}: {time.process_time() - cpu:.0f} s of CPU", flush=True)


def load_features(cache, view, output):
    return np.load(cache / f"teacher-{output}-{view}.npy").astype(np.float32)
