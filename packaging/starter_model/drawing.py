"""Draws the training data: batches that depend on the seed and their number only, so that a run can be resumed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import torch
from corpus_files import ANSWERS, Block
from encoding import Encoder
from held_back import Guard
from make_corpus import Message, Writer, documents
from tokenizers import Tokenizer
from torch import Tensor

# Part of the conversations stop soon after the last answer has begun: choosing the answer is the hard part, and so the
# same time shows two to three times as many choices.
CUT_SHARE, CUT_LENGTH = 0.8, 8
POOL = 1200  # documents that are sorted by length and made into batches together
VALIDATION_SEED, VALIDATION_SIZE = 987654, 120
NO_INTENT = -1


class Labelled(Writer):
    """A writer that remembers which intent each answer was drawn for: block and kind, the same in both languages."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        blocks = {**self.topics, **self.chat, **self.outside, **self.frames}
        self.block_names = {id(block): name for name, block in blocks.items()}
        keys = {(name, key[3:]) for name, block in blocks.items() for key in block if key[3:] in ANSWERS}
        self.numbers = {key: number for number, key in enumerate(sorted(keys))}
        self.intents_of: dict[str, int] = {}

    def say(self, block: Block, lang: str, kind: str, said: set[str] | None = None) -> str:
        """The writer's answer; its intent is kept."""
        text = super().say(block, lang, kind, said)
        self.intents_of[text] = self.numbers.get((self.block_names[id(block)], kind), NO_INTENT)
        return text


@dataclass
class Batch:
    """Inputs, targets, weights of the targets, and the intent that is decided at each input; (batch, time) each."""

    x: Tensor
    y: Tensor
    w: Tensor
    intents: Tensor

    def to(self, device: str) -> Batch:
        """The same on a device."""
        return Batch(*(t.to(device) for t in (self.x, self.y, self.w, self.intents)))


# Tokens, their weights, and the intent at every token that an answer comes right after.
Labelling = tuple[list[int], list[float], list[int]]


class Data:
    """Batches of about ``tokens`` tokens, numbered; what comes too close to a held-back question is never drawn."""

    def __init__(self, tokenizer: Tokenizer, seed: int, tokens: int, context: int) -> None:
        self.tokenizer, self.seed, self.tokens, self.context = tokenizer, seed, tokens, context
        self.guard = Guard()
        self.refused_before: Counter[str] = Counter()  # what the guard had refused when the present pool was begun
        self.intents = list(Labelled(0).numbers)

    def drawn(self, seed: int) -> Iterator[tuple[list[Message] | str, Labelled]]:
        """Documents that are allowed, and the writer that knows the intents of their answers."""
        writer = Labelled(seed)
        for document in documents(seed, writer):
            asked = [m["content"] for m in document if m["role"] == "user"] if isinstance(document, list) else []
            if not self.guard.refuses(asked):
                yield document, writer

    def labelled(self, document: list[Message] | str, writer: Labelled, encoder: Encoder, clean: bool) -> Labelling:
        """A document's tokens, as they are learned."""
        ids, weights = encoder.encode(document, clean)
        intents = [NO_INTENT] * len(ids)
        if isinstance(document, list):
            answers = [m["content"] for m in document if m["role"] == "assistant"]
            places = [i for i, number in enumerate(ids) if number == encoder.ids["<|assistant|>"]]
            for place, answer in zip(places, answers, strict=True):
                intents[place] = writer.intents_of.get(answer, NO_INTENT)
        return ids, weights, intents

    def pool(self, number: int) -> list[Batch]:
        """All batches of a pool, in the order in which they are trained on.

        Conversations of similar length go together and are padded on the right, so every chat starts at position 0 as
        it does in the app and no mask is needed.
        """
        rng = random.Random(self.seed * 1_000_003 + number)
        encoder = Encoder(self.tokenizer, rng)
        samples = []
        for document, writer in islice(self.drawn(rng.randrange(2**40)), POOL):
            ids, weights, intents = self.labelled(document, writer, encoder, clean=False)
            end = self.context + 1
            if isinstance(document, list) and rng.random() < CUT_SHARE:
                end = len(ids) - ids[::-1].index(encoder.ids["<|assistant|>"]) + CUT_LENGTH
            samples.append((ids[:end], weights[:end], intents[:end]))
        samples.sort(key=lambda sample: len(sample[0]))
        groups: list[list[Labelling]] = [[]]
        for sample in samples:
            if groups[-1] and (len(groups[-1]) + 1) * len(sample[0]) > self.tokens:
                groups.append([])
            groups[-1].append(sample)
        rng.shuffle(groups)
        return [pad(group) for group in groups]

    def batches(self, pool: int, place: int) -> Iterator[tuple[int, int, Batch]]:
        """Endless batches from one on; each with the pool and place of the batch that follows it."""
        while True:
            self.refused_before = self.guard.refused.copy()
            found = self.pool(pool)
            for at in range(place, len(found)):
                yield (pool, at + 1, found[at]) if at + 1 < len(found) else (pool + 1, 0, found[at])
            pool, place = pool + 1, 0

    def validation(self) -> list[Batch]:
        """Conversations drawn with a seed that training never uses, without slips of the tokenizer."""
        encoder = Encoder(self.tokenizer, random.Random(0))
        samples = []
        for document, writer in islice(self.drawn(VALIDATION_SEED), VALIDATION_SIZE):
            ids, weights, intents = self.labelled(document, writer, encoder, clean=True)
            samples.append((ids[:400], weights[:400], intents[:400]))
        samples.sort(key=lambda sample: len(sample[0]))
        return [pad(samples[start : start + 20]) for start in range(0, len(samples), 20)]


def pad(group: list[Labelling]) -> Batch:
    """One batch of a group of samples."""
    length = max(len(ids) for ids, _, _ in group)
    x = torch.zeros(len(group), length - 1, dtype=torch.long)
    y, w, intents = torch.zeros_like(x), torch.zeros(x.shape), torch.full_like(x, NO_INTENT)
    for row, (ids, weights, numbers) in enumerate(group):
        x[row, : len(ids) - 1] = torch.tensor(ids[:-1])
        y[row, : len(ids) - 1] = torch.tensor(ids[1:])
        w[row, : len(ids) - 1] = torch.tensor(weights[1:])
        intents[row, : len(ids) - 1] = torch.tensor(numbers[:-1])
    return Batch(x, y, w, intents)
