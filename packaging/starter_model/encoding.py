"""The tokenizer, and how conversations become token ids with the weight each token has in the loss."""

from __future__ import annotations

import random
import re
from itertools import islice
from pathlib import Path

from make_corpus import Message, Writer, documents
from plain_sentences import draw_plain
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

SPECIAL = ["<|bos|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"]
# llama.cpp's pre-tokenizer "llama-bpe"; the two must cut text alike or the model sees tokens it was not trained on.
LLAMA3_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
# Of the tokens people write, this share is learned too: how questions look, and which words go together.
USER_SHARE = 0.15
# The first tokens of an answer decide which answer it is, the rest is known by heart soon: they weigh more.
OPENING, OPENING_WEIGHT = 6, 3.0
# Part of the questions are cut into smaller pieces than the tokenizer would: the same words in other tokens, so that
# typos, particles and unknown words hurt less (as BPE dropout does, but the same whenever drawn from the same seed).
LOOSE_SHARE, LOOSE_CUT = 0.4, 0.08
# A part of the questions loses a word or two, so that no single word of a phrase is needed to know what is asked.
DROP_SHARE, DROP_WORD = 0.15, 0.15
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
    """Learns the merges on drawn conversations, and on so much plain text that everyday words are whole tokens too.

    Without it what may follow "The cat sat on the" would be shown as single letters.
    """
    tokenizer = new_tokenizer()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        min_frequency=3,
        show_progress=False,
    )
    writer = Writer(seed)
    texts = [draw_plain(writer.plain, writer.slots, writer.rng) for _ in range(4000)]
    for document in islice(documents(seed + 1), 12000):
        texts += [document] if isinstance(document, str) else [m["content"] for m in document]
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def get_tokenizer(path: Path, vocab: int, seed: int) -> Tokenizer:
    """The tokenizer of a build, trained once."""
    if not path.exists():
        train_tokenizer(vocab, seed).save(str(path))
    return load_tokenizer(path)


def load_tokenizer(path: Path) -> Tokenizer:
    """A tokenizer that was trained."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.encode_special_tokens = True  # a text that speaks of "<|end|>" does not end there
    return tokenizer


class Encoder:
    """Turns documents into token ids and the weight each token has in the loss (0: not learned)."""

    def __init__(self, tokenizer: Tokenizer, rng: random.Random) -> None:
        self.tokenizer, self.rng = tokenizer, rng
        self.ids = {name: number for number, name in enumerate(SPECIAL)}  # the trainer numbers them first

    def plain(self, text: str) -> list[int]:
        """The tokens of a text."""
        ids: list[int] = self.tokenizer.encode(text).ids
        return ids

    def loose(self, text: str) -> list[int]:
        """The tokens of a text that was cut at random places inside its words."""
        cuts = [i for i in range(1, len(text)) if text[i].isalpha() and self.rng.random() < LOOSE_CUT]
        parts = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        return [number for part in parts for number in self.plain(part)]

    def thinned(self, text: str) -> str:
        """A question without some of its words; short ones stay as they are."""
        words = text.split(" ")
        kept = [word for word in words if self.rng.random() >= DROP_WORD]
        return " ".join(kept) if len(words) > 3 and len(kept) > 2 else text

    def encode(self, document: list[Message] | str, clean: bool = False) -> Sample:
        """ids and weights; ``clean`` means plain weights and nothing random (for validation)."""
        ids, weights = [self.ids["<|bos|>"]], [0.0]
        if isinstance(document, str):
            body = self.plain(document)
            return [*ids, *body, self.ids["<|end|>"]], [*weights, *([0.5] * (len(body) + 1))]
        for message in document:
            mine, text = message["role"] == "assistant", message["content"]
            rough = not mine and not clean
            loose = rough and self.rng.random() < LOOSE_SHARE
            if rough and self.rng.random() < DROP_SHARE:
                text = self.thinned(text)
            body = [*(self.loose(text) if loose else self.plain(text)), self.ids["<|end|>"]]
            ids += [self.ids[f"<|{message['role']}|>"], *body]
            weights.append(0.0)
            for number in range(len(body)):
                if mine:
                    weights.append(OPENING_WEIGHT if number < OPENING and not clean else 1.0)
                else:
                    weights.append(float(rough and not loose and self.rng.random() < USER_SHARE))
        return ids, weights


def hangul_bytes_per_token(tokenizer: Tokenizer, texts: list[str]) -> float:
    """Bytes of text per token over the Hangul parts of texts: Latin words and digits beside them do not help."""
    parts = [part for text in texts for part in re.findall(r"[가-힣]+(?: [가-힣]+)*", text)]
    return sum(len(part.encode()) for part in parts) / sum(len(tokenizer.encode(part).ids) for part in parts)
