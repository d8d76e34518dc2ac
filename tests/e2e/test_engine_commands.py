"""`chatapp devices`, `chatapp embed`, and how a model is loaded from the command line."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.e2e.test_command_line import chatapp, complaint
from tests.helpers.gguf_weights import read
from tests.helpers.tiny_lora import write_lora
from tests.helpers.tiny_models import tiny

TINY = ("--model", str(tiny("llama-f32")))


def test_devices() -> None:
    found = json.loads(chatapp("devices", "--json").stdout)
    assert [device["name"] for device in found if device["kind"] == "cpu"] == ["CPU"]
    assert all(0 <= device["free"] <= device["total"] for device in found)
    assert "CPU\tcpu\t" in chatapp("devices").stdout
    assert json.loads(chatapp("devices", "--json", "--fake-engine").stdout) == []


def test_embed() -> None:
    done = chatapp("embed", "hello there", "안녕", "hello there", "--json", *TINY)
    found = json.loads(done.stdout)
    vectors = np.array(found["vectors"])
    assert found["pooling"] == "mean"
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert vectors[0].tolist() == vectors[2].tolist()
    assert vectors[0] @ vectors[1] < 0.99
    assert "nothing to send" in complaint(chatapp("embed", " ", *TINY), 2)


def test_options_of_a_load_that_cannot_be() -> None:
    ask = ("ask", "hi", "--max-tokens", "2", *TINY)
    quantized = complaint(chatapp(*ask, "--kv-type", "q8_0", "--flash-attention", "off"), 2)
    assert "needs flash attention" in quantized
    assert "called Nothing0" in complaint(chatapp(*ask, "--device", "Nothing0"), 2)
    assert "n_threads" in complaint(chatapp(*ask, "--threads", "-1"), 2)
    assert "needs about" in complaint(chatapp(*ask, "--ctx", "2000000000"))
    assert chatapp(*ask, "--kv-type", "f32", "--flash-attention", "off", "--threads", "1").returncode == 0


def test_ask_with_an_adapter(tmp_path: Path) -> None:
    path = write_lora(tmp_path / "a=b.gguf", read(tiny("llama-f32")))
    ask = ("ask", "hello", "--temperature", "0", "--max-tokens", "8", *TINY)
    plain = chatapp(*ask).stdout
    assert chatapp(*ask, "--lora", f"{path}=0").stdout == plain
    assert chatapp(*ask, "--lora", f"{path}=2.5").stdout != plain
    assert chatapp(*ask, "--lora", str(path)).returncode == 0
    assert "not an adapter" in complaint(chatapp(*ask, "--lora", str(tiny("llama-f32"))))
