"""Writes what the shipped text side makes of some names, for the tests of the Rust side.

    python models/train_words/reference.py
"""

import json
from pathlib import Path

import words as ours

ROOT = Path(__file__).parents[2]
FIRST = 16  # numbers of each row that are written down

NAMES = [
    "apple",
    "Apples",
    "strawberries",
    "hot dog",
    "HOT-DOG!",
    "sea horse",
    "seahorse",
    "a photo of a coffee cup",
    "photo of",
    "cup of the tea",
    "elefant",
    "Kevin's mug",
    "Klasse 3",
    "xyzzy",
    "Äpfel",
    "CAFÉ",
    "STRASSE ß",
    "red_bell-pepper (sweet)",
    "🍎 apple",
    "🍎",
    "りんご",
    "apple apple apple",
    "a",
    "s",
    "7",
    "",
    "banana " * 50,
    "x" * 300,
]


def main():
    model = ours.Words(ROOT / "models/handful-words.safetensors")
    cases = []
    for name in NAMES:
        features, confidence = model.encode(name)
        cases.append(
            {
                "name": name,
                "confidence": confidence,
                "first": features[:FIRST].tolist(),
                "sum": float(features.sum()),
                "largest": float(abs(features).max()),
            }
        )
    path = ROOT / "tests/data/words_reference.json"
    path.write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n")
    print(f"{path.relative_to(ROOT)}: {len(cases)} names")


if __name__ == "__main__":
    main()
