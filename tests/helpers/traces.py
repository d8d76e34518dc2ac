"""Token traces made by hand, of real distributions: logits over a small vocabulary, and all that follows from them."""

from collections.abc import Sequence

import numpy as np

from chatapp.core.probability import distribution, rank
from chatapp.core.stages import StageTrace
from chatapp.core.trace import TokenTrace

KOREAN = [
    "The",
    " word",
    " for",
    " “",
    *"한국",
    "”",
    " is",
    ":\n",
    "\n",
    *"대한민국",
    " —",
    " and",
    " goes",
    " on",
    ".",
]


def byte_pieces(texts: Sequence[str], *, whole: bool = False) -> list[bytes]:
    """The texts as tokens; Hangul byte by byte as small vocabularies have it, unless *whole*."""
    pieces: list[bytes] = []
    for text in texts:
        data = text.encode()
        pieces += [data] if whole or not "\uac00" <= text[:1] <= "\ud7a3" else [bytes([byte]) for byte in data]
    return pieces


def make_trace(pieces: Sequence[bytes], *, seed: int = 1, stages: bool = False, vocabulary: int = 500) -> TokenTrace:
    """A trace of *pieces*: each drawn where the model had random logits that mostly favour it."""
    random = np.random.default_rng(seed)
    known = list(dict.fromkeys(pieces))
    bytes_of = dict(enumerate(known))
    ids = np.array([known.index(piece) for piece in pieces], np.int32)
    logprobs, ranks, entropy, tops, top_logprobs, rows = [], [], [], [], [], []
    for token in ids.tolist():
        logits = random.normal(0, 2, vocabulary).astype(np.float32)
        logits[token] += random.choice([0.0, 4.0, 8.0, 12.0])
        found = distribution(logits)
        tops.append(found.top_ids)
        top_logprobs.append(found.top_logprobs)
        logprobs.append(logits[token] - found.log_z)
        ranks.append(rank(logits, token))
        entropy.append(found.entropy)
        rows.append(_stages(logits, token, found.top_ids))
        for i in found.top_ids.tolist():
            bytes_of.setdefault(i, f" w{i}".encode())
    view = None
    if stages:
        left, probs, drawn = (np.stack(column) for column in zip(*rows, strict=True))
        view = StageTrace(("raw", "top_k", "temperature", "draw"), left, probs, drawn)
    return TokenTrace(
        ids, np.array(logprobs, np.float32), np.array(ranks, np.int32), np.array(entropy, np.float32),
        np.stack(tops), np.stack(top_logprobs), bytes_of, {"model": "by hand", "seed": seed}, view,
    )  # fmt: skip


def parts_of(trace: TokenTrace, size: int = 1) -> list[TokenTrace]:
    """The parts in which it would arrive."""
    return [
        TokenTrace(
            trace.ids[at : at + size], trace.logprobs[at : at + size], trace.ranks[at : at + size],
            trace.entropy[at : at + size], trace.top_ids[at : at + size], trace.top_logprobs[at : at + size],
            trace.pieces if at == 0 else {},
        )
        for at in range(0, len(trace), size)
    ]  # fmt: skip


def _stages(logits: np.ndarray, token: int, top: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Top-k of 12 (or as many as the token needs) and a temperature of 0.7."""
    raw = np.exp(logits - logits.max())
    raw /= raw.sum()
    keep = np.argsort(-logits)[: max(12, int((logits > logits[token]).sum()) + 1)]
    cut = np.zeros_like(raw)
    cut[keep] = raw[keep] / raw[keep].sum()
    warm = np.zeros_like(raw)
    warm[keep] = np.exp((logits[keep] - logits.max()) / 0.7)
    warm /= warm.sum()
    each = [raw, cut, warm, warm]
    left = np.array([(p > 0).sum() for p in each], np.int32)
    probs, drawn = np.stack([p[top] for p in each]), np.array([p[token] for p in each])
    return left, probs.astype(np.float32), drawn.astype(np.float32)
