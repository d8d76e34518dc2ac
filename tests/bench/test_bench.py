"""The benches run and say what they found. No speed is asserted here: a test machine has other things to do."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chatapp.arguments import parse
from chatapp.bench.command import run
from chatapp.bench.measure import Part, Report, interleaved
from chatapp.core.errors import RequestError
from chatapp.engine.llama import Model
from tests.bench.random_models import write_random


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One layer under a vocabulary large enough to be searched in blocks."""
    path = tmp_path_factory.mktemp("models") / "random.gguf"
    write_random(path, layers=1, width=256, heads=4, kv_heads=2, feed_forward=256, vocab=5000, context=4096)
    return path


def bench(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "chatapp", "bench", *arguments, "--data-dir", str(tmp_path)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=240, check=False)


def found(tmp_path: Path, *arguments: str) -> dict[str, Any]:
    """The JSON of a quick bench, checked to mean what the exit code and the parts say."""
    done = bench(tmp_path, *arguments, "--quick", "--json")
    assert done.returncode in (0, 1), done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    assert result["bench"] == arguments[0]
    assert result["pass"] is (done.returncode == 0) is all(part["pass"] for part in result["parts"])
    assert result["machine"]["cores"] >= 1
    for part in result["parts"]:
        assert {"name", "unit", "ours", "bare", "ratio", "bound", "pass", "runs"} <= part.keys()
        ratios = sorted(ours / bare for ours, bare in part["runs"])
        assert 0 < ratios[0] <= part["ratio"] <= ratios[-1]
        assert part["pass"] is (part["ratio"] >= part["bound"] if part["at_least"] else part["ratio"] <= part["bound"])
    return result


def test_decode_draws_the_same_tokens_on_both_sides(tmp_path: Path, model: Path) -> None:
    result = found(tmp_path, "decode", "--model", str(model), "--threads", "1")
    assert [part["name"] for part in result["parts"]] == ["from token 100", "from token 1000"]
    assert [part["bound"] for part in result["parts"]] == [0.97, 0.97]
    assert all(len(part["runs"]) >= 5 for part in result["parts"])
    assert result["setup"]["same_tokens"] is True
    assert (result["setup"]["n_threads"], result["setup"]["n_vocab"]) == (1, 5000)


def test_prefill(tmp_path: Path, model: Path) -> None:
    (part,) = found(tmp_path, "prefill", "--model", str(model))["parts"]
    assert (part["name"], part["bound"], part["unit"]) == ("512 tokens", 0.98, "tokens/s")


def test_inspect(tmp_path: Path, model: Path) -> None:
    result = found(tmp_path, "inspect", "--model", str(model), "--threads", "1")
    decode, prefill, row, capture, *memory = result["parts"]
    assert [part["name"] for part in (decode, prefill, row, capture)] == ["decode", "prefill", "row", "capture"]
    assert [part["bound"] for part in (decode, prefill, row, capture)] == [0.97, 0.97, 0.7, 1.1]
    assert [part["at_least"] for part in result["parts"]] == [True, True, False, False, False, False]
    for part in memory:  # no matter of speed
        assert part["pass"]
        assert part["ours"] > part["bare"] / 2, "the cap is made use of"
    setup = result["setup"]
    assert setup["tokens_held"] > 0
    assert setup["tokens_dropped"] > 0


def test_ui(tmp_path: Path) -> None:
    stream, opening, inspector, colours, *blocks = found(tmp_path, "ui")["parts"]
    for part in (stream, inspector, colours):
        assert (part["bound"], part["at_least"], part["unit"]) == (1.5, False, "ms")
    assert opening["ours"] > 1.0, "two thousand messages do not open for nothing"
    assert [(part["bound"], part["bare"]) for part in blocks] == [(1.0, 16.0)] * 2
    assert all(part["ours"] >= 1.0 for part in blocks), "nothing is heard more often than it is listened for"


def test_the_table_is_for_reading(tmp_path: Path, model: Path) -> None:
    done = bench(tmp_path, "prefill", "--model", str(model), "--quick")
    head, row = done.stdout.splitlines()
    assert head.split()[:3] == ["part", "ours", "bare"]
    assert row.startswith("512 tokens")
    assert row.split()[-1] == ("MISSED" if done.returncode else "ok")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("decode", "--model", "/no/such.gguf"), 1, "/no/such.gguf"),
        (("decode", "--fake-engine"), 2, "needs a model"),
        (("inspect", "--model", "/no/such.gguf"), 1, "/no/such.gguf"),
        (("prefill", "--threads", "-1"), 2, "--threads"),
        (("everything",), 2, "everything"),
    ],
)
def test_bad_input_gets_one_sentence(tmp_path: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    done = bench(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert len(done.stderr.splitlines()) == 1
    assert words in done.stderr


def test_a_package_says_that_it_has_no_benches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    for what in ("decode", "ui"):
        with pytest.raises(RequestError, match="source code"):
            run(parse(["bench", what, "--fake-engine"]), "fake")


def test_a_part_fails_beyond_its_bound() -> None:
    def passes(ours: float, **bound: float) -> bool:
        part = Part.of("name", "unit", [(ours, 10.0)] * 3, **bound)
        assert Report("bench", [part], {}).to_json()["pass"] is part.passed
        return part.passed

    assert [passes(ours, at_least=0.97) for ours in (9.6, 9.7, 9.8)] == [False, True, True]
    assert [passes(ours, at_most=1.5) for ours in (14.0, 15.0, 15.1)] == [True, True, False]


def test_one_slow_run_does_not_decide() -> None:
    part = Part.of("name", "unit", [(10.0, 10.0), (1.0, 10.0), (20.0, 20.0)], at_least=0.97)
    assert (part.ratio, part.ours, part.bare) == (1.0, 10.0, 10.0)


def test_neither_side_is_always_first() -> None:
    order: list[str] = []

    def side(name: str) -> float:
        order.append(name)
        return float(len(order))

    runs = interleaved(lambda: side("A"), lambda: side("B"), 3)
    assert "".join(order) == "ABBAAB"
    assert runs == [(1.0, 2.0), (4.0, 3.0), (5.0, 6.0)]


def test_random_models_have_the_wanted_shape(model: Path) -> None:
    weights = Model(str(model), 0, lambda _fraction: None)
    try:
        assert (weights.n_layer, weights.n_head, weights.n_vocab, weights.n_ctx_train) == (1, 4, 5000, 4096)
        assert "Q4_K" in weights.description
    finally:
        weights.close()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl to compare with")
def test_bench_download(tmp_path: Path) -> None:
    report = found(tmp_path, "download")
    speed, memory, one, three, cancel = report["parts"]
    assert len(speed["runs"]) == 3
    assert memory["pass"]  # of all parts the one that a busy machine does not change
    assert [part["bare"] for part in (one, three, cancel)] == [5.0, 5.0, 50.0]
