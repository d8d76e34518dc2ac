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


def test_perplexity(tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_bytes("the hen in the inn, 안녕\r\n".encode() * 20)
    found = json.loads(chatapp("perplexity", str(file), "--json", *TINY).stdout)
    logprobs = [token["logprob"] for token in found["tokens"]]
    assert logprobs[0] is None
    assert found["counted"] == len(logprobs) - 1 == found["total"] - 1
    assert found["nll"] == pytest.approx(-sum(logprobs[1:]), rel=1e-5)
    assert found["perplexity"] == pytest.approx(np.exp(-np.mean(logprobs[1:])), rel=1e-5)
    assert b"".join(bytes.fromhex(token["bytes"]) for token in found["tokens"][1:]) == file.read_bytes()
    shown = chatapp("perplexity", str(file), "--method", "llama.cpp", "--ctx", "64", *TINY).stdout
    total, chunks = found["total"] - 1, (found["total"] - 1) // 64
    assert shown.endswith(f"\t{chunks * 31} of {total} tokens\tcontext 64\n")
    assert "at least 1024 are needed" in complaint(chatapp("perplexity", str(file), "--method", "llama.cpp", *TINY), 2)
    assert "cannot be read" in complaint(chatapp("perplexity", str(tmp_path / "none"), *TINY), 2)


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
