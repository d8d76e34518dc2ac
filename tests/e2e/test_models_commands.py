"""`chatapp models …` as a process, against a hub on loopback."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.hub_server import Fault, Hub, running_hub
from tests.helpers.tiny_models import tiny


@pytest.fixture
def hub() -> Iterator[Hub]:
    with running_hub() as server:
        server.cards["some/model-GGUF"] = {
            "id": "some/model-GGUF", "downloads": 12, "tags": ["gguf", "license:mit"], "gguf": {"total": 1_500_000_000},
        }  # fmt: skip
        yield server


@pytest.fixture
def models(hub: Hub, tmp_path: Path):
    proxies = dict.fromkeys(("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"), "")
    mine = dict.fromkeys(("HOME", "USERPROFILE", "XDG_DATA_HOME", "LOCALAPPDATA", "HF_HOME"), str(tmp_path / "home"))
    environment = os.environ | proxies | mine | {"HF_ENDPOINT": hub.url, "NO_PROXY": "127.0.0.1"}

    def run(*arguments: str, stderr: int = subprocess.PIPE, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "chatapp", "models", *arguments, "--data-dir", str(tmp_path)],
            stdout=subprocess.PIPE, stderr=stderr, text=True, timeout=120, check=False, env=environment | more,
        )  # fmt: skip

    return run


def test_from_search_to_removal(hub: Hub, models, tmp_path: Path) -> None:
    data = tiny("llama-f32").read_bytes()
    hub.add("model-Q4_K_M.gguf", data)
    hub.add("model-Q8_0.gguf", data * 2)
    assert models("search", "MODEL").stdout.split("\t")[:2] == ["some/model-GGUF", "1.5B"]
    assert json.loads(models("search", "--json").stdout)[0]["licence"] == "mit"
    assert models("search", "nobody").stdout == ""
    shown = json.loads(models("show", "some/model-GGUF", "--json").stdout)
    assert [variant["quantization"] for variant in shown["variants"]] == ["Q4_K_M", "Q8_0"]

    done = models("download", "some/model-GGUF", "q4_k_m")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""  # no bar where nobody sees it
    target = Path(done.stdout.strip())
    assert target.read_bytes() == data
    listed = json.loads(models("list", "--json").stdout)
    assert [model["path"] for model in listed if not model["is_starter"]] == [str(target)]

    assert models("verify").returncode == 0
    with target.open("r+b") as file:
        file.seek(len(data) // 2)
        file.write(b"?!")
    done = models("verify", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == [{"path": str(target), "state": "damaged"}]
    content = target.read_bytes()
    target.unlink()
    done = models("verify")
    assert (done.returncode, done.stdout) == (1, f"missing\t{target}\n")
    target.write_bytes(content)

    assert models("remove", str(target)).returncode == 0
    assert list(target.parent.iterdir()) == []
    outside = tmp_path / "mine.gguf"
    outside.write_bytes(data)
    done = models("remove", str(outside))
    assert done.returncode == 2
    assert outside.exists()


def test_a_terminal_sees_how_far_it_is(hub: Hub, models) -> None:
    hub.add("big-00001-of-00002.gguf", random.Random(1).randbytes(2_000_000))
    hub.add("big-00002-of-00002.gguf", random.Random(2).randbytes(1_000_000))
    pty = pytest.importorskip("pty")  # POSIX
    ours, theirs = pty.openpty()
    done = models("download", "some/model-GGUF", "big-00002-of-00002.gguf", "--json", stderr=theirs)
    os.close(theirs)
    seen = os.read(ours, 100_000).decode()
    os.close(ours)
    assert done.returncode == 0
    assert len(json.loads(done.stdout)["files"]) == 2
    assert "100 %" in seen
    assert "3.0 MB of 3.0 MB" in seen


def test_what_cannot_be_done_is_said_in_a_line(hub: Hub, models, tmp_path: Path) -> None:
    hub.add("model-Q4_K_M.gguf", b"x" * 1000)
    hub.add("part-00001-of-00002.gguf", b"x" * 1000)
    hub.faults.append(Fault(flip=7))
    for arguments, word in {
        ("download", "some/model-GGUF", "Q8_0"): "Q8_0",
        ("download", "some/nothing", "x"): "some/nothing",
        ("download", "some/model-GGUF", "part-00001-of-00002.gguf"): "missing",
        ("download", "some/model-GGUF", "Q4_K_M"): "set aside",
    }.items():
        done = models(*arguments)
        assert done.returncode == 1
        assert done.stdout == ""
        (line,) = done.stderr.splitlines()
        assert word in line
    assert not list(tmp_path.rglob("*.gguf"))
    done = models("search", HF_ENDPOINT="http://127.0.0.1:1")
    assert done.returncode == 1
    assert "cannot be reached" in done.stderr


def test_a_token_of_the_environment_is_used(hub: Hub, models) -> None:
    hub.add("model-Q4_K_M.gguf", b"x" * 1000)
    hub.gated.add("some/model-GGUF")
    hub.token = "hf_mine"
    done = models("download", "some/model-GGUF", "Q4_K_M")
    assert done.returncode == 1
    assert "access" in done.stderr
    assert models("download", "some/model-GGUF", "Q4_K_M", HF_TOKEN="hf_mine").returncode == 0
