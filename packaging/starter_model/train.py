"""Trains the starter model from nothing: corpus, tokenizer, training on CPU or CUDA, checkpoint, export.

One command, ``python packaging/starter_model/train.py``; started again after an interruption it goes on from the last
checkpoint. Everything it makes lies in ``build/starter_model/`` until the export writes ``resources/starter_model/``.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import torch
from make_corpus import HERE, Message, Writer, documents
from model import Config, Model
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor, nn
from torch.nn import functional

BUILD = HERE.parents[1] / "build" / "starter_model"
SPECIAL = ["<|bos|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"]
# llama.cpp's pre-tokenizer "llama-bpe"; the two must cut text alike or the model sees tokens it was not trained on.
LLAMA3_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
USER_SHARE = 0.05  # of the tokens people write, this share is learned too: enough to show how questions look
# The first tokens of an answer decide which answer it is, the rest is known by heart soon: they weigh more.
OPENING, OPENING_WEIGHT = 6, 4.0
# Part of the conversations stop soon after the last answer has begun: choosing the answer is the hard part, and so the
# same time shows two to three times as many choices.
CUT_SHARE, CUT_LENGTH = 0.6, 10
Sample = tuple[list[int], list[float]]


def new_tokenizer() -> Tokenizer:
    """An empty byte-level BPE tokenizer that works as llama.cpp's does for ``tokenizer.ggml.pre = llama-bpe``."""
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(LLAMA3_SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def train_tokenizer(vocab: int, seed: int) -> Tokenizer:
    """Learns the merges on every answer (weighted by how often the corpus asks for it) and many drawn questions."""
    tokenizer = new_tokenizer()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        min_frequency=3,
        show_progress=False,
    )
    texts = list(Writer(seed).plain)
    for document in islice(documents(seed + 1), 12000):
        texts += [document] if isinstance(document, str) else [m["content"] for m in document]
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def get_tokenizer(vocab: int, seed: int) -> Tokenizer:
    """The tokenizer of this build, trained once."""
    path = BUILD / "tokenizer.json"
    if not path.exists():
        train_tokenizer(vocab, seed).save(str(path))
    return Tokenizer.from_file(str(path))


class Encoder:
    """Turns documents into token ids and the weight each token has in the loss (0: not learned)."""

    def __init__(self, tokenizer: Tokenizer, seed: int) -> None:
        self.tokenizer = tokenizer
        # BPE dropout on part of the questions: the same words in other pieces, so that typos and particles hurt less.
        self.loose = Tokenizer.from_str(tokenizer.to_str())
        self.loose.model.dropout = 0.1
        self.rng = random.Random(seed)
        self.ids = {name: number for number, name in enumerate(SPECIAL)}  # the trainer numbers them first

    def encode(self, document: list[Message] | str, clean: bool = False) -> Sample:
        """ids and weights; ``clean`` means plain weights and nothing random (for validation)."""
        ids, weights = [self.ids["<|bos|>"]], [0.0]
        if isinstance(document, str):
            body = self.tokenizer.encode(document).ids
            return [*ids, *body, self.ids["<|end|>"]], [*weights, *([0.5] * (len(body) + 1))]
        for message in document:
            mine = message["role"] == "assistant"
            loose = not mine and not clean and self.rng.random() < 0.35
            body = (self.loose if loose else self.tokenizer).encode(message["content"]).ids
            body = [*body, self.ids["<|end|>"]]
            ids += [self.ids[f"<|{message['role']}|>"], *body]
            weights.append(0.0)
            for number in range(len(body)):
                if mine:
                    weights.append(OPENING_WEIGHT if number < OPENING and not clean else 1.0)
                else:
                    weights.append(float(not loose and not clean and self.rng.random() < USER_SHARE))
        return ids, weights


def cut(sample: Sample, assistant: int) -> Sample:
    """The conversation up to the first tokens of its last answer."""
    ids, weights = sample
    if assistant not in ids:
        return sample
    end = len(ids) - ids[::-1].index(assistant) + CUT_LENGTH
    return ids[:end], weights[:end]


def batches(encoder: Encoder, seed: int, tokens: int, context: int) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Endless batches of about ``tokens`` tokens.

    Conversations of similar length go together and are padded on the right, so every chat starts at position 0 as it
    does in the app and no mask is needed.
    """
    rng = random.Random(seed)
    stream = documents(seed)
    while True:
        pool = [encoder.encode(document) for document in islice(stream, 1200)]
        pool = [cut(sample, encoder.ids["<|assistant|>"]) if rng.random() < CUT_SHARE else sample for sample in pool]
        pool.sort(key=lambda sample: len(sample[0]))
        groups: list[list[Sample]] = [[]]
        for ids, weights in pool:
            sample = ids[: context + 1], weights[: context + 1]
            if (len(groups[-1]) + 1) * len(sample[0]) > tokens:
                groups.append([])
            groups[-1].append(sample)
        rng.shuffle(groups)
        yield from (pad(group) for group in groups if group)


def pad(group: list[Sample]) -> tuple[Tensor, Tensor, Tensor]:
    """Inputs, targets and weights, (batch, time) each."""
    length = max(len(ids) for ids, _ in group)
    x = torch.zeros(len(group), length - 1, dtype=torch.long)
    y, w = torch.zeros_like(x), torch.zeros(x.shape)
    for row, (ids, weights) in enumerate(group):
        x[row, : len(ids) - 1] = torch.tensor(ids[:-1])
        y[row, : len(ids) - 1] = torch.tensor(ids[1:])
        w[row, : len(ids) - 1] = torch.tensor(weights[1:])
    return x, y, w


def loss_of(model: Model, x: Tensor, y: Tensor, w: Tensor) -> Tensor:
    """Weighted mean cross-entropy; logits are computed for the learned tokens only, which saves much of the time."""
    hidden = model(x)
    chosen = w > 0
    losses = functional.cross_entropy(model.logits(hidden[chosen]).float(), y[chosen], reduction="none")
    return (losses * w[chosen]).sum() / w[chosen].sum()


def optimizers(model: Model, matrix_lr: float, other_lr: float) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the layers (it needs about half the steps of AdamW here), AdamW for the rest."""
    matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and not n.startswith("token_embd")]
    others = [p for n, p in model.named_parameters() if p.ndim != 2 or n.startswith("token_embd")]
    muon = torch.optim.Muon(matrices, lr=matrix_lr, momentum=0.95, weight_decay=0.02, adjust_lr_fn="original")
    adam = torch.optim.AdamW(others, lr=other_lr, betas=(0.9, 0.98), weight_decay=0.0)
    return [muon, adam]


def rate(step: int, progress: float) -> float:
    """Share of the full learning rate: short warm-up, flat, then down to (almost) zero over the last half."""
    return min((step + 1) / 60, 1.0, max(0.02, 2 * (1 - progress)))


def validation(model: Model, encoder: Encoder, device: str) -> float:
    """Mean loss per answer token on conversations drawn with a seed that training never uses."""
    samples = [encoder.encode(d, clean=True) for d in islice(documents(987654), 120)]
    parts = [pad([(i[:400], w[:400]) for i, w in samples[start : start + 20]]) for start in range(0, 120, 20)]
    model.eval()
    with torch.no_grad(), torch.autocast(device, torch.bfloat16):
        losses = [float(loss_of(model, *(tensor.to(device) for tensor in part))) for part in parts]
    model.train()
    return sum(losses) / len(losses)


def checkpoint(
    path: Path,
    model: Model,
    opts: list[torch.optim.Optimizer],
    step: int,
    seconds: float,
    curve: list[tuple[int, float]],
    encoder: Encoder,
    device: str,
) -> None:
    """Validates and writes all that is needed to go on; in one piece, so an interruption never leaves half a file."""
    curve.append((step, validation(model, encoder, device)))
    print(f"  validation {curve[-1][1]:.4f}", flush=True)
    state = {"model": model.state_dict(), "opts": [o.state_dict() for o in opts], "config": model.config.to_dict()}
    part = path.with_suffix(".part")
    torch.save({**state, "step": step, "seconds": seconds, "curve": curve}, part)
    part.replace(path)


def train(args: argparse.Namespace) -> Path:
    """The training loop; returns the checkpoint's path."""
    torch.manual_seed(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = get_tokenizer(args.vocab, args.seed)
    encoder = Encoder(tokenizer, args.seed)
    config = Config(vocab=tokenizer.get_vocab_size())
    model = Model(config).to(device)
    opts = optimizers(model, args.matrix_lr, args.other_lr)
    path = BUILD / "checkpoint.pt"
    step, seconds, curve = 0, 0.0, []
    if path.exists():
        saved = torch.load(path, map_location=device)
        model.load_state_dict(saved["model"])
        for opt, state in zip(opts, saved["opts"], strict=True):
            opt.load_state_dict(state)
        step, seconds, curve = saved["step"], saved["seconds"], saved["curve"]
    count = sum(p.numel() for p in model.parameters())
    print(f"{count:,} parameters, vocabulary {config.vocab}, {device}, step {step}")
    started, shown, count = time.monotonic() - seconds, time.monotonic(), 0
    # A resumed run draws new conversations instead of replaying the old ones: the stream is endless.
    for batch in batches(encoder, args.seed * 1000 + step, args.batch, config.context):
        # The schedule ends at the last step or when the time is used up, whichever comes first.
        progress = max(step / args.steps, (time.monotonic() - started) / 60 / args.minutes)
        if progress >= 1:
            break
        for opt, full in zip(opts, (args.matrix_lr, args.other_lr), strict=True):
            opt.param_groups[0]["lr"] = full * rate(step, progress)
        with torch.autocast(device, torch.bfloat16):
            loss = loss_of(model, *(tensor.to(device) for tensor in batch))
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for opt in opts:
            opt.step()
            opt.zero_grad(set_to_none=True)
        step, count = step + 1, count + batch[0].numel()
        if not math.isfinite(loss.item()):
            raise SystemExit("The loss is not finite; lower --matrix-lr.")
        if step % 20 == 0:
            now = time.monotonic()
            print(f"step {step}/{args.steps} loss {loss.item():.4f} {count / (now - shown):.0f} tokens/s "
                  f"{(now - started) / 60:.1f} min", flush=True)  # fmt: skip
            shown, count = now, 0
        if step % 100 == 0:
            checkpoint(path, model, opts, step, time.monotonic() - started, curve, encoder, device)
    checkpoint(path, model, opts, step, time.monotonic() - started, curve, encoder, device)
    (BUILD / "curve.json").write_text(json.dumps(curve), encoding="utf-8")
    return path


def main() -> None:
    """Corpus to GGUF in one go."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--minutes", type=float, default=38, help="training ends after this long even with fewer steps")
    parser.add_argument("--batch", type=int, default=3072, help="tokens per step")
    parser.add_argument("--vocab", type=int, default=4096)
    parser.add_argument("--matrix-lr", type=float, default=0.02)
    parser.add_argument("--other-lr", type=float, default=0.003)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-export", action="store_true", help="stop after the checkpoint")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    BUILD.mkdir(parents=True, exist_ok=True)
    path = train(args)
    if not args.no_export:
        from export import export  # noqa: PLC0415  (training alone must work without llama.cpp)

        export(path)


if __name__ == "__main__":
    main()
