from dataclasses import replace

import pytest

from chatapp.hub import fit
from chatapp.hub.gguf import read_header
from chatapp.hub.sizes import format_size
from tests.unit.hub.builders import write_model


@pytest.fixture
def header(tmp_path):
    return read_header(write_model(tmp_path / "m.gguf"))


def test_kv_cache_grows_with_the_context(header):
    one, two = fit.estimate(header, 1000), fit.estimate(header, 2000)
    assert one.kv_cache == 2 * 2 * 1000 * (16 + 16) * 2  # layers, KV heads, tokens, key + value, bytes
    assert two.kv_cache == 2 * one.kv_cache
    assert fit.estimate(header, 1000, "f32").kv_cache == 2 * one.kv_cache
    assert one.weights == header.tensor_bytes
    assert one.total == one.weights + one.kv_cache + one.compute


def test_automatic_context(header):
    assert fit.context_to_use(header, 0) == 2048
    assert fit.context_to_use(replace(header, context_length=131_072), 0) == 8192
    assert fit.context_to_use(replace(header, context_length=0), 0) == 8192
    assert fit.context_to_use(header, 100_000) == 100_000


def test_sliding_windows_need_less(header):
    gemma = replace(header, architecture="gemma3", block_count=6, kv_head_counts=(1,) * 6, sliding_window=512)
    full = replace(gemma, sliding_window=0)
    cells = fit.estimate(gemma, 8192).kv_cache / fit.estimate(full, 8192).kv_cache
    assert cells == pytest.approx((8192 + 5 * 1024) / (6 * 8192))


def test_layers_without_attention_need_nothing(header):
    assert fit.estimate(replace(header, kv_head_counts=())).kv_cache == 0
    assert fit.estimate(replace(header, kv_head_counts=(0, 2)), 1000).kv_cache == 2 * 1000 * 32 * 2


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (12_345_678, "12.3 MB"), (999_960, "1.0 MB"),
     (4_700_000_000, "4.7 GB"), (1_500_000_000_000, "1.5 TB")],
)  # fmt: skip
def test_sizes_for_people(size, words):
    assert format_size(size) == words
