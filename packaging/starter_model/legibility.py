"""Measures what the app can show of a model: how much its probabilities say, and what its heads are seen to do."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
from engine_chat import Chat, Reply

# Plain beginnings; a model that has only learned answers by heart is certain of what comes next, a legible one is not.
BEGINNINGS = [
    "The cat sat on the",
    "This morning, there was a",
    "I love",
    "She went to the",
    "오늘 날씨는",
    "나는 어제",
    "아침에 일어나서",
]
LIKELY = 0.05  # of the probability: what a reader of the candidate list would call a real choice
# (the one meant, the other one, text that ends in the pronoun)
PRONOUNS = [
    (" boy", " girl", "The{1} met the{0}, and he"),
    (" girl", " boy", "The{1} met the{0}, and she"),
    (" boy", " girl", "The{0} met the{1}, and he"),
    (" girl", " boy", "The{0} met the{1}, and she"),
    (" Ben", " Anna", "{0} gave{1} a book, and he"),
    (" Anna", " Ben", "{0} gave{1} a book, and she"),
    (" Ben", " Anna", "{1} gave{0} a book, and he"),
    (" Anna", " Ben", "{1} gave{0} a book, and she"),
]


def certainty(replies: Sequence[Reply]) -> dict[str, float]:
    """Over the tokens of greedy replies: mean entropy in bits, perplexity, and how many tokens were a choice at all."""
    entropy = np.concatenate([reply.trace.entropy for reply in replies]) / np.log(2)
    logprobs = np.concatenate([reply.trace.logprobs for reply in replies])
    return {
        "entropy": float(entropy.mean()),
        "perplexity": float(np.exp(-logprobs.mean())),
        "choices": float((entropy > 0.1).mean()),
    }


def beginnings(chat: Chat) -> dict[str, dict[str, float | str]]:
    """For every plain beginning: the entropy of the next token in bits, how many tokens are likely, and the first."""
    found: dict[str, dict[str, float | str]] = {}
    for text in BEGINNINGS:
        trace = chat.go_on(text).trace
        likely = int((np.exp(trace.top_logprobs[0]) >= LIKELY).sum())
        words = [trace.shown(int(token)).decode(errors="replace").strip() for token in trace.top_ids[0][:5]]
        found[text] = {"entropy": float(trace.entropy[0] / np.log(2)), "likely": likely, "first": ", ".join(words)}
    return found


def copying(chat: Chat, seed: int = 1) -> dict[str, float]:
    """Induction: in random words said twice, how much a head looks at what followed the word the first time.

    Given are the best head's mean weight and how many heads put more than 0.3 there; even attention would put 0.03.
    """
    rng = random.Random(seed)
    words = [
        "red",
        "tree",
        "seven",
        "house",
        "water",
        "green",
        "table",
        "night",
        "paper",
        "stone",
        "bread",
        "music",
        "river",
        "glass",
        "winter",
        "garden",
    ]
    scores = []
    for _ in range(8):
        chosen = chat.tokens(" " + " ".join(rng.sample(words, len(words))))
        weights = chat.attention(chat.tokens("<|bos|>") + chosen + chosen)
        places = range(len(chosen) + 1, 2 * len(chosen))  # in the second time; the first word of it is no copy yet
        scores.append(np.mean([weights[:, :, at, at - len(chosen) + 1] for at in places], axis=0))
    mean = np.mean(scores, axis=0)
    return {"best": float(mean.max()), "heads": int((mean > 0.3).sum())}


def pronouns(chat: Chat) -> dict[str, float]:
    """Coreference: how much more the best head looks, from a pronoun, at whom it means than at the other one; and how
    many heads look more at the right one in every sentence."""
    right = []
    for meant, other, frame in PRONOUNS:
        text = "<|bos|>" + frame.format(meant, other)
        ids, weights = chat.tokens(text), chat.attention(chat.tokens(text))[:, :, -1]
        spans = []
        for name in (meant, other):
            start = len(chat.tokens(text[: text.index(name)]))
            spans.append(weights[:, :, start : start + len(chat.tokens(name))].sum(-1))
        assert len(ids) == weights.shape[-1]
        right.append(spans[0] - spans[1])
    margin = np.stack(right)
    return {"best": float(margin.mean(0).max()), "heads": int((margin > 0.02).all(0).sum())}


def measure(chat: Chat, replies: Sequence[Reply]) -> dict[str, object]:
    """All of it."""
    return {
        "replies": certainty(replies),
        "beginnings": beginnings(chat),
        "copying": copying(chat),
        "pronouns": pronouns(chat),
    }
