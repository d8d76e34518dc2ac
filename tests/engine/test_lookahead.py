"""The tree of likeliest continuations, against one grown by hand on the NumPy reference."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.protocol.messages import ChatMessage, Lookahead, LookedAhead, Predict, Prefix
from tests.helpers import reference
from tests.helpers.asking import CHAT, PLAIN, TOLERANCE, ask, opened, prompt_of, reply, truth
from tests.helpers.listeners import Recorder
from tests.helpers.tiny_models import END, vocabulary

N_VOCAB = 320
UNCUTTABLE = ("mamba-f32", "jamba-f32")


class Tree:
    """What an answer says, node by node."""

    def __init__(self, answer: LookedAhead) -> None:
        arrays = answer.arrays
        self.ids: list[int] = arrays["ids"].tolist()
        self.parents: list[int] = arrays["parents"].tolist()
        self.logprobs: NDArray[np.float32] = arrays["logprobs"]
        self.opened: list[int] = arrays["opened"].tolist()
        ends = np.cumsum(arrays["lengths"])
        data = arrays["bytes"].tobytes()
        self.pieces = [data[end - n : end] for end, n in zip(ends, arrays["lengths"], strict=True)]

    def path(self, node: int) -> list[int]:
        found: list[int] = []
        while node >= 0:
            found.insert(0, self.ids[node])
            node = self.parents[node]
        return found

    def sum(self, node: int) -> float:
        return float(self.logprobs[node]) + (self.sum(self.parents[node]) if self.parents[node] >= 0 else 0.0)

    def children(self, node: int) -> list[int]:
        return [child for child, parent in enumerate(self.parents) if parent == node]

    def order_opened(self) -> list[int]:
        return [node for node in dict.fromkeys(self.parents) if node >= 0]


@pytest.mark.parametrize("name", sorted(TOLERANCE))
@pytest.mark.parametrize(("width", "depth", "nodes"), [(3, 6, 60), (2, 3, 100), (5, 12, 41), (1, 10, 100), (8, 1, 60)])
def test_the_tree_is_the_references(name: str, width: int, depth: int, nodes: int) -> None:
    backend = opened(name)
    prefix = Prefix(CHAT, reply_ids=(260,))
    tree = Tree(ask(backend, Lookahead(1, prefix, width, depth, nodes)))
    tokens = [*prompt_of(backend, prefix), 260]
    for node in [-1, *tree.order_opened()]:
        children = tree.children(node)
        logprobs = reference.log_softmax(truth(name, [*tokens, *tree.path(node)])[-1])
        best = np.sort(logprobs)[::-1][: len(children)]
        assert tree.logprobs[children] == pytest.approx(best, abs=TOLERANCE[name])
        assert tree.logprobs[children] == pytest.approx(logprobs[[tree.ids[c] for c in children]], abs=TOLERANCE[name])
    assert_best_first(tree, backend, width, depth, nodes)
    backend.close()


def assert_best_first(tree: Tree, backend: LlamaBackend, width: int, depth: int, nodes: int) -> None:
    """Always the likeliest node that could be opened was, and none was forgotten."""
    model = backend._need_model()
    order = tree.order_opened()
    can = {n for n in range(len(tree.ids)) if len(tree.path(n)) < depth and not model.is_end(tree.ids[n])}
    assert set(order) <= can
    assert order == [node for node in order if tree.opened[node]]
    assert sum(tree.opened) == len(order)
    for number, node in enumerate(order):
        waiting = {n for n in can if n < min(tree.children(node))} - set(order[:number])
        assert tree.sum(node) >= max(map(tree.sum, waiting)) - 1e-6
    counts = [len(tree.children(node)) for node in (-1, *order)]
    assert set(counts[:-1]) <= {width}
    assert len(tree.ids) == min(nodes, sum(width for _ in counts))
    assert len(tree.ids) == nodes or set(order) == can
    assert all(tree.parents[n] < n for n in range(len(tree.ids)))


def test_a_finished_reply_is_not_continued() -> None:
    backend = opened("llama-f32")
    end = vocabulary(N_VOCAB)[0].index(END)
    begun = (Prefix(CHAT, reply_ids=(first,)) for first in range(256))
    prefix = next(p for p in begun if end in ask(backend, Lookahead(1, p, 3, 1)).arrays["ids"])
    tree = Tree(ask(backend, Lookahead(1, prefix, 3, 6, 30)))
    ends = [node for node, token in enumerate(tree.ids) if token == end]
    assert ends
    assert all(not tree.opened[node] and not tree.children(node) for node in ends)
    assert tree.pieces[ends[0]] == END.encode()
    backend.close()


def test_bytes_are_the_tokens() -> None:
    backend = opened("llama-f32")
    tree = Tree(ask(backend, Lookahead(1, Prefix(CHAT), 20, 3, 200)))
    model = backend._need_model()
    assert tree.pieces == [model.token_text(token, special=True) for token in tree.ids]
    assert any(len(piece) == 1 and piece[0] >= 0x80 for piece in tree.pieces)  # part of a character
    backend.close()


@pytest.mark.parametrize("name", ["llama-f32", "gemma3-f32", *UNCUTTABLE])
def test_the_next_turn_reuses_all_that_it_would_have(name: str) -> None:
    backend = opened(name)
    _, info, text = reply(backend, params=PLAIN.with_value("max_tokens", 20))
    tree = Tree(ask(backend, Lookahead(1, Prefix(CHAT), 3, 12, 60)))
    assert len(tree.ids) == 60
    saved = len(backend._need_cache().saved)
    assert saved <= 3  # of the chat, not of the branches of the tree
    told = (*CHAT, ChatMessage("assistant", text), ChatMessage("user", "go on"))
    _, after, _ = reply(backend, told, PLAIN.with_value("max_tokens", 2))
    assert after.reused_tokens == info.prompt_tokens + info.completion_tokens - 1
    assert len(backend._need_context()) == len(backend._need_cache().tokens)
    backend.close()


@pytest.mark.parametrize("name", UNCUTTABLE)
@pytest.mark.parametrize("budget", [-1, 0])
def test_a_memory_that_cannot_be_cut_gives_the_numbers_of_a_fresh_engine(name: str, budget: int) -> None:
    backend, fresh = opened(name, cache_bytes=budget), opened(name)
    tree = Tree(ask(backend, Lookahead(1, Prefix(CHAT), 3, 5, 30)))
    for node in [-1, *tree.order_opened()]:
        found = ask(fresh, Predict(1, Prefix(CHAT, reply_ids=tuple(tree.path(node))), PLAIN)).arrays["logits"]
        children = tree.children(node)
        logprobs = reference.log_softmax(found)
        assert tree.logprobs[children] == pytest.approx(logprobs[[tree.ids[c] for c in children]], abs=2e-3)
    backend.close()
    fresh.close()


@pytest.mark.parametrize("name", ["llama-f32", "mamba-f32"])
def test_a_cancelled_tree_is_as_far_as_it_had_grown(name: str) -> None:
    backend = opened(name)
    found = ask(backend, Lookahead(1, Prefix(CHAT)))
    whole = Tree(found)
    assert not found.cancelled
    listener = Recorder(lambda seen: bool(seen.progress) and seen.progress[-1][0] == seen.progress[-1][1] - 60 + 12)
    found = ask(backend, Lookahead(1, Prefix(CHAT)), listener)
    part = Tree(found)
    assert found.cancelled
    assert len(part.ids) == 12
    assert part.ids == whole.ids[:12]
    before = listener.progress[0][1] - 60  # tokens that are read first; the tree goes on from there
    assert [done - before for done, _, _ in listener.progress][-4:] == [0, 6, 9, 12]
    assert listener.progress[0][0] == listener.progress[0][2] < before
    with pytest.raises(UserFixable, match="cancelled"):
        ask(backend, Lookahead(1, Prefix(CHAT)), Recorder(lambda _: True))
    assert len(backend._need_context()) == len(backend._need_cache().tokens)
    backend.close()


def test_the_end_of_the_context_is_the_end_of_the_tree() -> None:
    backend = opened("llama-f32", 256)
    n_prompt = len(prompt_of(backend, Prefix(CHAT)))
    prefix = Prefix(CHAT, reply_ids=(7,) * (254 - n_prompt))
    tree = Tree(ask(backend, Lookahead(1, prefix, 2, 20, 100)))
    assert max(len(tree.path(node)) for node in range(len(tree.ids))) == 3
    full = Prefix(CHAT, reply_ids=(7,) * (256 - n_prompt))
    assert Tree(ask(backend, Lookahead(1, full, 2, 20, 100))).opened == [0, 0]
    backend.close()


REFUSED: list[tuple[dict[str, Any], ErrorCode, str]] = [
    ({"width": 0}, ErrorCode.INVALID_ARGUMENT, "“width” must lie between 1 and 50"),
    ({"width": 51}, ErrorCode.INVALID_ARGUMENT, "width"),
    ({"depth": 0}, ErrorCode.INVALID_ARGUMENT, "depth"),
    ({"depth": 10**9}, ErrorCode.INVALID_ARGUMENT, "depth"),
    ({"nodes": 0}, ErrorCode.INVALID_ARGUMENT, "nodes"),
    ({"nodes": 10**9}, ErrorCode.INVALID_ARGUMENT, "nodes"),
    ({"prefix": Prefix()}, ErrorCode.EMPTY_PROMPT, "nothing"),
    ({"prefix": Prefix(CHAT, reply_ids=(N_VOCAB,))}, ErrorCode.INVALID_ARGUMENT, "320"),
    ({"prefix": Prefix(CHAT, reply_ids=(7,) * 1024)}, ErrorCode.CONTEXT_FULL, "context"),
]


@pytest.mark.parametrize(("changed", "code", "words"), REFUSED)
def test_what_cannot_be_looked_at_is_refused(changed: dict[str, Any], code: ErrorCode, words: str) -> None:
    backend = opened("llama-f32")
    with pytest.raises(UserFixable, match=words) as caught:
        ask(backend, Lookahead(**({"job": 1, "prefix": Prefix(CHAT)} | changed)))
    assert caught.value.code is code
    assert len(ask(backend, Lookahead(1, Prefix(CHAT), nodes=1)).arrays["ids"]) == 1
    backend.close()
