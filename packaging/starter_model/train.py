"""Trains the starter model from nothing: corpus, tokenizer, training on CPU or CUDA, export, evaluation and model card.

One command, ``python packaging/starter_model/train.py``. Started again after an interruption it goes on from the last
checkpoint, batch for batch as if nothing had happened. Everything it makes lies in ``build/starter_model/`` (or where
``STARTER_BUILD`` says) until the export writes ``resources/starter_model/``.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field

# Threads that wait should sleep, or two of them on a busy machine are slower than one.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
from drawing import NO_INTENT, Batch, Data
from encoding import get_tokenizer
from model import Config, Model
from places import BUILD, BUILT, HERE
from torch import Tensor, nn
from torch.nn import functional

# While training, a second output says which intent of the corpus an answer is going to have: with several wordings for
# every answer its first words no longer tell. It is not exported.
INTENT_SHARE = 0.2
VALIDATE_EVERY, SHOW_EVERY = 300, 20  # steps
SAVE_EVERY = 60  # seconds
WARM_UP = 60  # steps


@dataclass
class Progress:
    """Where a run is: all that a checkpoint holds besides weights and optimizers."""

    step: int = 0
    pool: int = 0
    place: int = 0
    seconds: float = 0.0  # of processor time in the steps: what others do on the machine does not count
    tokens: int = 0
    loss: float = 0.0  # summed since the last validation
    curve: list[dict[str, float]] = field(default_factory=list)


def loss_of(model: Model, head: nn.Linear | None, batch: Batch) -> tuple[Tensor, Tensor]:
    """Weighted mean cross-entropy of the tokens, and of the intents (0 without a head).

    Logits are computed for the learned tokens only, which saves much of the time.
    """
    hidden = model(batch.x)
    chosen = batch.w > 0
    losses = functional.cross_entropy(model.logits(hidden[chosen]).float(), batch.y[chosen], reduction="none")
    main = (losses * batch.w[chosen]).sum() / batch.w[chosen].sum()
    known = batch.intents != NO_INTENT
    if head is None or not known.any():
        return main, main.new_zeros(())
    return main, functional.cross_entropy(head(hidden[known]).float(), batch.intents[known])


def optimizers(model: Model, head: nn.Linear, matrix_lr: float, other_lr: float) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the layers (it needs about half the steps of AdamW here), AdamW for the rest."""
    matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and not n.startswith("token_embd")]
    others = [p for n, p in model.named_parameters() if p.ndim != 2 or n.startswith("token_embd")]
    muon = torch.optim.Muon(matrices, lr=matrix_lr, momentum=0.95, weight_decay=0.02, adjust_lr_fn="original")
    adam = torch.optim.AdamW([*others, *head.parameters()], lr=other_lr, betas=(0.9, 0.98), weight_decay=0.0)
    return [muon, adam]


def rate(step: int, steps: int) -> float:
    """Share of the full learning rate: short warm-up, flat, then down to (almost) zero over the last half."""
    return min((step + 1) / WARM_UP, 1.0, max(0.02, 2 * (1 - step / steps)))


class Run:
    """A training run that can be stopped at any moment and continued."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.manual_seed(args.seed)
        tokenizer = get_tokenizer(BUILD / "tokenizer.json", args.vocab, args.seed)
        config = Config(vocab=tokenizer.get_vocab_size())
        self.data = Data(tokenizer, args.seed, args.batch, config.context)
        self.model = Model(config).to(self.device)
        if args.compile:
            self.model.compile(dynamic=True)
        self.head = nn.Linear(config.width, len(self.data.intents)).to(self.device)
        self.opts = optimizers(self.model, self.head, args.matrix_lr, args.other_lr)
        self.progress = Progress()
        self.given = {"config": config.to_dict(), "seed": args.seed, "batch": args.batch, "intents": self.data.intents}
        self.held_out = [batch.to(self.device) for batch in self.data.validation()]
        self.data.guard.refused.clear()  # only what training refuses is counted
        self.path = BUILD / "checkpoint.pt"
        if self.path.exists():
            self.resume()
        self.saved = time.monotonic()

    def resume(self) -> None:
        """Takes up the state of the last checkpoint."""
        saved = torch.load(self.path, map_location=self.device)
        if any(saved.get(name) != value for name, value in self.given.items()):
            raise SystemExit(f"Corpus or options are not those of the checkpoint: delete {BUILD} to start afresh.")
        self.model.load_state_dict(saved["model"])
        self.head.load_state_dict(saved["head"])
        for opt, state in zip(self.opts, saved["opts"], strict=True):
            opt.load_state_dict(state)
        self.progress = Progress(**saved["progress"])
        self.data.guard.refused.update(saved["refused"])

    def save(self) -> None:
        """Writes all that is needed to go on; in one piece, so an interruption never leaves half a file."""
        state = {
            "model": self.model.state_dict(),
            "head": self.head.state_dict(),
            "opts": [opt.state_dict() for opt in self.opts],
            **self.given,
            "progress": vars(self.progress),
            "refused": dict(self.data.refused_before),
        }
        part = self.path.with_suffix(".part")
        torch.save(state, part)
        part.replace(self.path)
        run = {"steps": self.args.steps, "batch": self.args.batch, "threads": self.args.threads, "device": self.device}
        note = {**vars(self.progress), **run, "refused": dict(self.data.guard.refused.most_common())}
        (BUILD / "run.json").write_text(json.dumps(note, ensure_ascii=False, indent=1), encoding="utf-8")
        self.saved = time.monotonic()

    def validate(self) -> None:
        """Adds the losses to the curve: training since the last time, and conversations never trained on."""
        state = self.progress
        self.model.eval()
        with torch.no_grad(), torch.autocast(self.device, torch.bfloat16):
            losses = [float(loss_of(self.model, None, batch)[0]) for batch in self.held_out]
        self.model.train()
        held_out = sum(losses) / len(losses)
        every = (state.step - 1) % self.args.validate_every + 1
        point = {"step": state.step, "train": state.loss / every, "validation": held_out}
        state.curve.append({**point, "tokens": state.tokens, "seconds": state.seconds})
        state.loss = 0.0
        print(f"  step {state.step}: training {point['train']:.4f}, validation {held_out:.4f}", flush=True)

    def one_step(self, batch: Batch) -> None:
        """One update of the weights."""
        for opt, full in zip(self.opts, (self.args.matrix_lr, self.args.other_lr), strict=True):
            opt.param_groups[0]["lr"] = full * rate(self.progress.step, self.args.steps)
        with torch.autocast(self.device, torch.bfloat16):
            main, intent = loss_of(self.model, self.head, batch.to(self.device))
        (main + INTENT_SHARE * intent).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for opt in self.opts:
            opt.step()
            opt.zero_grad(set_to_none=True)
        if not math.isfinite(main.item()):
            raise SystemExit("The loss is not finite; lower --matrix-lr.")
        self.progress.loss += main.item()
        if (self.progress.step + 1) % SHOW_EVERY == 0:
            print(f"step {self.progress.step + 1}/{self.args.steps} loss {main.item():.4f} intents {intent.item():.4f} "
                  f"{self.progress.tokens / max(1.0, self.progress.seconds):.0f} tokens a CPU second "
                  f"{self.progress.seconds / 60:.1f} min", flush=True)  # fmt: skip

    def train(self) -> None:
        """Trains until the last step."""
        state, args = self.progress, self.args
        count = sum(p.numel() for p in self.model.parameters())
        print(f"{count:,} parameters, {len(self.data.intents)} intents, {self.device}, step {state.step}", flush=True)
        for pool, place, batch in self.data.batches(state.pool, state.place):
            if state.step >= args.steps:
                break
            started = time.process_time()
            self.one_step(batch)
            state.seconds += time.process_time() - started
            state.step, state.pool, state.place = state.step + 1, pool, place
            state.tokens += batch.x.numel()
            if state.step % args.validate_every == 0 or state.step == args.steps:
                self.validate()
            if time.monotonic() - self.saved > args.save_every:
                self.save()
        self.save()


def main() -> None:
    """Corpus to GGUF and model card in one go."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--steps", type=int, default=8000, help="a smaller number ends a run that has begun earlier")
    parser.add_argument("--batch", type=int, default=4096, help="tokens per step")
    parser.add_argument("--vocab", type=int, default=6144)
    parser.add_argument("--matrix-lr", type=float, default=0.02)
    parser.add_argument("--other-lr", type=float, default=0.003)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save-every", type=float, default=SAVE_EVERY, help="seconds between checkpoints")
    parser.add_argument("--validate-every", type=int, default=VALIDATE_EVERY, help="steps between points of the curve")
    parser.add_argument("--compile", action=argparse.BooleanOptionalAction, default=shutil.which("g++") is not None,
                        help="one kernel of many steps: 20 %% faster; needs a C++ compiler")  # fmt: skip
    parser.add_argument("--only-train", action="store_true", help="stop after the last checkpoint")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    BUILD.mkdir(parents=True, exist_ok=True)
    Run(args).train()
    if not args.only_train:
        evaluation = ["evaluate.py", "--model", str(BUILT), "--threads", str(args.threads), "--second"]
        for script, *options in (["export.py"], evaluation, ["card.py", "--install"]):
            subprocess.run([sys.executable, str(HERE / script), *options], check=True)


if __name__ == "__main__":
    main()
