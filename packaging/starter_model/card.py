"""Writes the model card and the picture of the loss curves from what training, export and evaluation have measured.

Every number in ``card.md.in`` is a field that is filled here, so the card says what was measured of this very file, or
is not written at all.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import shutil
from collections.abc import Sequence
from typing import Any

from make_corpus import distinct
from places import BUILD, BUILT, CARD, GGUF, HERE

WIDTH, HEIGHT, LEFT, BOTTOM = 640, 300, 52, 34  # of the picture, and of what its axes leave free
COLOURS = {"train": "#b35c00", "validation": "#1f6fb2"}
NAMES = {"train": "training", "validation": "never trained on"}
KINDS = {
    "questions en": "questions in English",
    "questions ko": "questions in Korean",
    "outside en": "declined, English",
    "outside ko": "declined, Korean",
    "form": "ends by itself, no loop, right language",
}


def curve_picture(curve: list[dict[str, float]]) -> str:
    """The two losses over the steps as SVG, on a logarithmic scale; dark text on white, readable in both themes."""
    steps = max(point["step"] for point in curve)
    values = [point[name] for point in curve for name in COLOURS]
    low, high = math.log10(min(values)) - 0.05, math.log10(max(values)) + 0.05

    def x(step: float) -> float:
        return LEFT + (WIDTH - LEFT - 12) * step / steps

    def y(value: float) -> float:
        return 12 + (HEIGHT - BOTTOM - 12) * (high - math.log10(value)) / (high - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
        "<style>text { font: 12px sans-serif }</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for power in range(-3, 2):
        for digit in (1, 2, 5):
            value = digit * 10.0**power
            if low <= math.log10(value) <= high:
                at = y(value)
                parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - 12}" stroke="#ddd"/>')
                parts.append(f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end" fill="#333">{value:g}</text>')
    for quarter in range(5):
        step = steps * quarter / 4
        parts.append(f'<text x="{x(step):.1f}" y="{HEIGHT - 14}" text-anchor="middle" fill="#333">{step:,.0f}</text>')
    for number, (name, colour) in enumerate(COLOURS.items()):
        line = " ".join(f"{x(point['step']):.1f},{y(point[name]):.1f}" for point in curve)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.8"/>')
        parts.append(
            f'<text x="{WIDTH - 20}" y="{26 + 16 * number}" text-anchor="end" fill="{colour}">{NAMES[name]}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def share(score: dict[str, int]) -> str:
    """ "9/12 (75 %)"."""
    return f"{score['right']}/{score['total']} ({100 * score['right'] / score['total']:.0f} %)"


def score_table(scores: dict[str, Any]) -> str:
    """Every set that was asked, by kind and language."""
    sets = [name for name in ("first", "second", "first messages") if name in scores]
    titles = {"first": "Held back", "second": "Second set", "first messages": "First messages, sampled"}
    rows = []
    for kind, words in KINDS.items():
        cells = [share(scores[name][kind]) if kind in scores[name] else "" for name in sets]
        rows.append((words, *cells))
    return table(("", *(titles[name] for name in sets)), rows)


def fields(run: dict[str, Any], facts: dict[str, Any], scores: dict[str, Any]) -> dict[str, str]:
    """The values of all fields of the card."""
    seen, config, curve = scores["legibility"], facts["config"], run["curve"]
    points = curve[:: max(1, len(curve) // 12)]
    points += [curve[-1]] if points[-1] is not curve[-1] else []
    losses = [(f"{p['step']:,}", f"{p['train']:.3f}", f"{p['validation']:.3f}") for p in points]
    begun = [
        (f"“{text}”", f"{found['entropy']:.2f}", str(found["likely"]), str(found["first"]))
        for text, found in seen["beginnings"].items()
    ]
    topics = [(name, f"{right}/{asked}") for name, (right, asked) in scores["topics"].items() if name != "outside"]
    text = distinct(30_000)
    return {
        "bytes": f"{facts['bytes']:,}",
        "sha256": facts["sha256"],
        "parameters": f"{facts['parameters']:,}",
        **{f"config_{key}": f"{value:,}" for key, value in config.items()},
        "head_size": str(config["width"] // config["heads"]),
        "hangul_answers": f"{facts['hangul']['answers']:.2f}",
        "hangul_questions": f"{facts['hangul']['questions']:.2f}",
        "corpus": ", ".join(f"{name} {size / 1e6:.2f} MB" for name, size in text.items()),
        "steps": f"{run['step']:,}",
        "tokens": f"{run['tokens'] / 1e6:.1f} million",
        "minutes": f"{run['seconds'] / 60:.0f}",
        "machine": "beside a GPU"
        if run["device"] == "cuda"
        else f"in {run['threads']} CPU thread{'s'[: run['threads'] > 1]}",
        "losses": table(("Step", "Training", "Never trained on"), losses),
        "refused": f"{sum(run['refused'].values()):,}",
        "scores": score_table(scores),
        "topics": table(("Topic", "Right"), topics),
        "chance": f"{100 * scores['by chance']:.0f}",
        "seconds": f"{scores['seconds']:.2f}",
        "entropy": f"{seen['replies']['entropy']:.2f}",
        "perplexity": f"{seen['replies']['perplexity']:.2f}",
        "choices": f"{100 * seen['replies']['choices']:.0f}",
        "beginnings": table(("Beginning", "Bits", "Likely", "First"), begun),
        "copying": f"{seen['copying']['best']:.2f}",
        "copying_heads": str(seen["copying"]["heads"]),
        "pronouns": f"{seen['pronouns']['best']:.2f}",
        "pronoun_heads": str(seen["pronouns"]["heads"]),
    }


def load(name: str) -> dict[str, Any]:
    """What a step of the recipe has written down."""
    found: dict[str, Any] = json.loads((BUILD / name).read_text(encoding="utf-8"))
    return found


def main() -> None:
    """Checks that all numbers are of the same file, writes card and picture, and puts them into the app."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--install", action="store_true", help="put model, card and picture where the app has them")
    args = parser.parse_args()
    run, facts, scores = load("run.json"), load("export.json"), load("scores.json")
    found = hashlib.sha256(BUILT.read_bytes()).hexdigest()
    if not found == facts["sha256"] == scores["sha256"]:
        raise SystemExit(
            "The file, its export and its scores are not of one model: run export.py and evaluate.py again."
        )
    card = (HERE / "card.md.in").read_text(encoding="utf-8")
    for name, value in fields(run, facts, scores).items():
        card = card.replace("{" + name + "}", value)
    (BUILD / CARD.name).write_text(card, encoding="utf-8")
    (BUILD / "loss.svg").write_text(curve_picture(run["curve"]), encoding="utf-8")
    if args.install:
        for source, target in ((BUILT, GGUF), (BUILD / CARD.name, CARD), (BUILD / "loss.svg", HERE / "loss.svg")):
            shutil.copyfile(source, target)


if __name__ == "__main__":
    main()
