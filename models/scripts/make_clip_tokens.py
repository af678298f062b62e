"""Records what CLIP's reference tokenizer makes of a few hundred strings, for `npm/test/tokenizer.test.mjs`.

Writes `tests/data/clip_tokens.json`: each text with its ids, cut to 77 as `transformers` cuts them; and `frame`, the
`tokenizer.json` that `transformers` writes, but for its vocabulary, which the test has from elsewhere. Says where the
first of all tokenizers (OpenAI's, in open_clip) differs. Run from the project root:
`python models/scripts/make_clip_tokens.py`. Needs transformers, open_clip_torch, ftfy.
"""

import itertools
import json
import tempfile
from pathlib import Path

import open_clip
import transformers

import make_preset_models as presets

OUT = Path(__file__).resolve().parents[2] / "tests" / "data" / "clip_tokens.json"

THINGS = """apple;Granny Smith;pear;ripe tomato;kiwi fruit;oat milk, 1 l;T-shirt;high-heeled shoe;dog;Cavalier King Charles
spaniel;tabby cat;grizzly bear;great white shark;mantis shrimp;sunflower;fly agaric;screwdriver;M4 x 20 mm bolt;3/8" wrench;
AAA battery;USB-C cable;Raspberry Pi 4;resistor (10 kΩ);oscilloscope;electric guitar;grand piano;bassoon;teapot;espresso cup;
corkscrew;wine glass;bicycle pump;ice-cream cone;traffic light;no-entry sign;fire hydrant;post box;lighthouse;suspension bridge;
igloo;Eiffel Tower;Golden Gate Bridge;hang glider;Boeing 747-400;Concorde;steam locomotive;snowplough;dump truck;gondola;
kayak;chessboard;jigsaw puzzle;Rubik's cube;teddy bear;rocking horse;crossword puzzle;bubble wrap;duct tape;stapler;
paper clip;fountain pen;abacus;slide rule;hourglass;sundial;barometer;thermos flask;rolling pin;whisk;colander;wok;
chainsaw;lawn mower;wheelbarrow;watering can;bird's nest;beehive;spider web;sea urchin;starfish;axolotl;platypus;quokka""".replace("\n", "").split(";")
TEMPLATES = ["{}", "a photo of a {}", "a blurry, low-resolution PHOTO of the {}!", "{}s & {}s: 12 of them"]
ODD = [
    "", " ", "\t\n", "  two   spaces\tand a tab\nand lines  ", "UPPER Case", "it's, we'll, they'd, I'm, you've, can't", "IT'S",
    "don’t", "rock ’n’ roll", "well-known", "1234567890", "3.14159", "1,000,000.00", "50%", "$5 or 5 €", "£3.50", "a_b", "a.b.c", "e-mail@example.org",
    "https://example.org/a?b=c&d=e#f", "#hashtag", "C++ and C#", "(brackets) [and] {braces}", "!!!???...", "…", "—–-", "“quotes” ‘and’ «more»", "\\backslash/",
    "a+b=c", "x²+y²", "½ cup", "№ 5", "™®©", "°C", "café", "cafe\u0301", "naïve façade", "Ångström", "Ça va?", "Übergröße", "STRASSE straße", "smørrebrød", "Łódź", "crème brûlée",
    "jalapeño", "İstanbul", "ılık", "Ελληνικά", "ΣΊΣΥΦΟΣ", "Москва", "яблоко и груша", "עברית", "تفاحة", "हिन्दी", "ไทย", "りんご", "リンゴ", "ﾘﾝｺﾞ", "苹果", "蘋果和梨", "사과", "사과",
    "ｆｕｌｌ ｗｉｄｔｈ", "ﬁne ﬂour", "ǅ", "ŉ", "Ⅷ", "①②③", "🍎", "🍎🍐", "an 🍎 a day", "👩‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽", "🇩🇪🇫🇷", "e\u0308", "a\u0323\u0302", "\u200bzero\u200bwidth", "non\u00a0breaking", "\u3000ideographic\u3000",
    "soft\u00adhyphen", "\ufeffmark", "tab\there", "line\u2028separator", "\u00b5m and \u03bcm", "ﷺ", "𝒜𝓅𝓅𝓁𝑒", "𠮷野家", "\u0001control", "null\u0000byte", "�", "zażółć gęślą jaźń", "Dvořák", "Ţepeș", "ŷŵ", "ðþ",
    "<html>", "a < b > c", "<|startoftext|>", "an <|endoftext|> inside", "<|nothing|>", "a" * 300, "supercalifragilisticexpialidocious", "word " * 100, "🍎" * 60, "苹" * 90, "1" * 100, "." * 200, "ab" * 80 + " end",
]  # fmt: skip
HTML = ["fish &amp; chips", "&lt;b&gt;", "&eacute;clair"]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        tokenize = presets.write_clip_tokenizer(Path(folder), full=True)
        frame = json.loads(Path(folder, "tokenizer.json").read_text(encoding="utf-8"))
    frame["model"] |= {"vocab": {}, "merges": []}
    texts = [t.replace("{}", thing) for thing, t in itertools.product(THINGS, TEMPLATES)]
    texts += ODD + HTML + [f"a photo of a {text}" for text in ODD]
    recorded = [{"text": text, "ids": tokenize(text)} for text in texts]

    first = open_clip.SimpleTokenizer(clean="lower")
    for entry in recorded:
        ids = first([entry["text"]])[0].tolist()
        ids = ids[: ids.index(first.eot_token_id) + 1]
        if "Σ" in entry["text"]:
            # `transformers` lowers letter by letter; Python, JavaScript and OpenAI's own lower a last sigma to its own letter.
            entry["ids"] = ids
        if ids != entry["ids"]:
            print("OpenAI's differs:", repr(entry["text"][:40]))
    versions = {"transformers": transformers.__version__, "open_clip": open_clip.__version__}
    body = ",\n".join(json.dumps(entry, ensure_ascii=True) for entry in recorded)
    OUT.write_text(
        f'{{"versions": {json.dumps(versions)},\n"frame": {json.dumps(frame)},\n"texts": [\n{body}\n]}}\n', encoding="utf-8"
    )
    print(len(recorded), "texts")


if __name__ == "__main__":
    main()
