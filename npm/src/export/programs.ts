// The programs that run an exported model.

export const PROGRAM = `"""Says what photos show. Run: python predict.py photo.jpg …   (needs numpy, pillow, onnxruntime)"""
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

HERE = Path(__file__).resolve().parent
LABELS = json.loads((HERE / "labels.json").read_text(encoding="utf-8"))
MODEL = onnxruntime.InferenceSession(str(HERE / "model.onnx"), providers=["CPUExecutionProvider"])


def pixels(path):
    """The bytes (1, H, W, 3) of a photo, upright, on white where it is transparent."""
    with Image.open(path) as photo:
        photo = ImageOps.exif_transpose(photo)
        if photo.mode.startswith("I;16"):  # Pillow would cut grey of 16 bits at 255
            photo = Image.fromarray((np.asarray(photo) >> 8).astype(np.uint8))
        if photo.has_transparency_data:
            photo = photo.convert("RGBA")
            white = Image.new("RGB", photo.size, "white")
            white.paste(photo, mask=photo.getchannel("A"))
            photo = white
        return np.asarray(photo.convert("RGB"))[None]


def predict(path):
    """The probability of each class, and whether the photo is taken to show none of them."""
    _, probabilities, _, foreign = MODEL.run(None, {MODEL.get_inputs()[0].name: pixels(path)})
    return probabilities[0], bool(foreign[0])


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.stdout.reconfigure(errors="replace")  # not every console has the letters of every label
    failed = 0
    for path in sys.argv[1:]:
        try:
            probabilities, foreign = predict(path)
        except Exception as error:  # Pillow knows many
            failed += 1
            print(f"{path}: {error}", file=sys.stderr)
            continue
        order = np.argsort(-probabilities)
        said = ", ".join(f"{LABELS[c]} {probabilities[c]:.4f}" for c in order)
        print(f"{path}: {'none of these; ' if foreign else ''}{said}")
    sys.exit(failed > 0)
`;

export const PAGE = `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>What is it?</title>
  <style>
    body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }
    img { max-width: 12rem; max-height: 12rem; }
  </style>
  <h1>What is it?</h1>
  <p><label>Photos: <input type="file" accept="image/*" multiple disabled></label></p>
  <p role="status">Loading the model …</p>
  <div id="answers"></div>
  <script type="module">
    const status = document.querySelector("[role=status]");
    let ort, labels, model;
    try {
      ort = await import("https://cdn.jsdelivr.net/npm/onnxruntime-web@1.30.0/dist/ort.wasm.min.mjs");
      ort.env.wasm.numThreads = 1;
      labels = await (await fetch("labels.json")).json();
      model = await ort.InferenceSession.create("model.onnx");
    } catch (error) {
      status.textContent = \`The model cannot be loaded: \${error.message}. README.md says how to open this page; it needs a network.\`;
      throw error;
    }

    /** The bytes (1, H, W, 3) of a photo, on white where it is transparent. */
    async function pixels(file) {
      const photo = await createImageBitmap(file);
      const { width, height } = photo;
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext("2d");
      context.drawImage(photo, 0, 0);
      const rgba = context.getImageData(0, 0, width, height).data;
      const rgb = new Uint8Array(3 * width * height);
      let seen = false;
      for (let i = 0; i < width * height; i++) {
        const alpha = rgba[4 * i + 3] / 255;
        seen ||= alpha > 0;
        for (let k = 0; k < 3; k++) rgb[3 * i + k] = Math.round(255 + (rgba[4 * i + k] - 255) * alpha);
      }
      // Where a canvas is too large for a browser, it stays empty without an error.
      if (!seen) throw new Error(\`nothing of its \${width} x \${height} pixels can be seen here\`);
      return new ort.Tensor("uint8", rgb, [1, height, width, 3]);
    }

    /** The probability of each class, and whether the photo is taken to show none of them. */
    async function predict(file) {
      const found = await model.run({ [model.inputNames[0]]: await pixels(file) });
      const [, probabilities, , foreign] = model.outputNames.map((name) => found[name].data);
      return { probabilities, foreign: Boolean(foreign[0]) };
    }

    const input = document.querySelector("input");
    input.addEventListener("change", async () => {
      for (const file of input.files) {
        status.textContent = file.name;
        const answer = document.createElement("p");
        document.querySelector("#answers").append(answer);
        try {
          const { probabilities, foreign } = await predict(file);
          const order = labels.map((_, c) => c).sort((a, b) => probabilities[b] - probabilities[a]);
          const said = order.map((c) => \`\${labels[c]} \${probabilities[c].toFixed(4)}\`).join(", ");
          const image = document.createElement("img");
          image.src = URL.createObjectURL(file);
          answer.append(image, \` \${foreign ? "none of these; " : ""}\${said}\`);
        } catch (error) {
          answer.append(\`\${file.name}: \${error.message}\`);
        }
      }
      status.textContent = "Choose photos.";
    });
    input.disabled = false;
    status.textContent = "Choose photos.";
  </script>
</html>
`;
