"""`chatapp …` as a process: what it prints, what it returns, and what it says when something is wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from chatapp import __version__
from tests.helpers.tiny_models import CHAT_TEMPLATE, tiny, write_llama


def chatapp(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "chatapp", *arguments],
        input=stdin, capture_output=True, text=True, timeout=120, check=False, env=os.environ | environment,
    )  # fmt: skip


def complaint(done: subprocess.CompletedProcess[str], code: int = 1) -> str:
    """The one line on stderr of a command that could not be done."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("chatapp")
    return lines[0]


def test_version_and_help() -> None:
    assert chatapp("--version").stdout == f"ChatApp {__version__}\n"
    assert "ask" in chatapp("--help").stdout


def test_ask_prints_the_reply_and_nothing_else() -> None:
    done = chatapp("ask", "hello", "--model", str(tiny("llama-f32")), "--max-tokens", "5", "--temperature", "0")
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.endswith("\n")


def test_ask_reads_the_prompt_from_standard_input() -> None:
    done = chatapp("--fake-engine", "ask", "-", stdin="안녕")
    assert done.stdout == "You said: 안녕\n"


def test_a_reply_is_printed_also_where_the_encoding_lacks_its_characters() -> None:
    assert chatapp("--fake-engine", "ask", "café 안녕 🙂", PYTHONIOENCODING="ascii").stdout == "You said: caf? ?? ?\n"
    done = chatapp("--fake-engine", "ask", "café 안녕 🙂", "--json", PYTHONIOENCODING="ascii")
    assert json.loads(done.stdout)["text"] == "You said: café 안녕 🙂"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_disk_that_is_full_of_what_is_printed_gets_one_sentence(options: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "chatapp", "--fake-engine", "ask", "hi", *options]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=buffered)
    assert done.returncode == 1
    said = "The disk is full: nothing more can be written to standard output. Free some space, then try again."
    assert done.stderr == f"chatapp: {said}\n"


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe that nobody reads says it otherwise there")
def test_a_reader_that_has_seen_enough_ends_it_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = [sys.executable, "-m", "chatapp", "--fake-engine", "devices", "--json"]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False, env=buffered)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_prompt_that_is_no_text_gets_one_sentence() -> None:
    command = [sys.executable, "-m", "chatapp", "--fake-engine", "ask", "-"]
    strict = os.environ | {"PYTHONIOENCODING": "utf-8:strict"}
    done = subprocess.run(command, input=b"caf\xe9", capture_output=True, timeout=120, check=False, env=strict)
    assert done.returncode != 0
    assert b"cannot be read" in done.stderr
    assert b"Traceback" not in done.stderr


def test_ask_json_from_the_starter_model(starter_model: str) -> None:
    done = chatapp("ask", "What is attention?", "--json", "--model", starter_model, "--temperature", "0")
    reply = json.loads(done.stdout)
    assert done.returncode == 0
    assert "attention" in reply["text"].lower()
    assert "".join(token["text"] for token in reply["tokens"]) == reply["text"]
    assert reply["finish_reason"] == "stop"
    assert reply["usage"]["prompt_tokens"] == len(reply["prompt_ids"])
    assert all(len(token["top"]) == 20 and token["rank"] == 0 for token in reply["tokens"])


def test_the_tokens_make_the_text_also_where_the_template_began_it(tmp_path: Path) -> None:
    path = tmp_path / "thinking.gguf"
    write_llama(path, chat_template=CHAT_TEMPLATE.replace("<|assistant|>\n", "<|assistant|>\n<think>\n"))
    asked = ("ask", "hello", "--json", "--model", str(path), "--max-tokens", "12", "--temperature", "0")
    whole = json.loads(chatapp(*asked).stdout)["text"]
    reply = json.loads(chatapp(*asked, "--stop", whole[-4:-2]).stdout)
    assert reply["finish_reason"] == "stop_string"
    assert "<think>\n" + "".join(token["text"] for token in reply["tokens"]) == reply["text"]


def test_ask_begins_the_reply_with_given_tokens() -> None:
    asked = ("ask", "hello", "--json", "--model", str(tiny("llama-f32")), "--max-tokens", "6", "--temperature", "0")
    reply = json.loads(chatapp(*asked, "--prefix-ids", "105,266").stdout)
    assert [token["id"] for token in reply["tokens"]][:2] == [105, 266]
    assert len(reply["tokens"]) == 6
    prompt = len(reply["prompt_ids"])
    assert reply["usage"] == {
        "prompt_tokens": prompt, "reused_tokens": 0, "restored_tokens": 0, "cache": "none",
        "evaluated_tokens": prompt + 2, "completion_tokens": 6, "drafted_tokens": 0, "accepted_tokens": 0,
    }  # fmt: skip
    refused = complaint(chatapp(*asked, "--prefix-ids", "105,99999"), 2)
    assert "vocabulary" in refused
    assert refused.endswith("See chatapp ask --help.")  # the window says something else


def test_set_takes_every_value_that_it_names() -> None:
    asked = ("--fake-engine", "ask", "one two three")
    assert chatapp(*asked, "--set", "max_tokens=3").stdout == "You said: one \n"
    assert chatapp(*asked, "--set", 'stop=["two"]').stdout == "You said: one \n"


def test_ask_with_lookup_says_how_many_guesses_were_right() -> None:
    asked = ("ask", "one two " * 8, "--json", "--model", str(tiny("gpt2-f32")), "--max-tokens", "80", "--raw")
    usage = json.loads(chatapp(*asked, "--temperature", "0", "--lookup").stdout)["usage"]
    assert 0 < usage["accepted_tokens"] <= usage["drafted_tokens"]


def test_the_starter_model_speaks_korean(starter_model: str) -> None:
    done = chatapp("ask", "어텐션이 뭐야?", "--model", starter_model, "--temperature", "0")
    assert "어텐션" in done.stdout
    assert "�" not in done.stdout


def test_inspect_writes_what_it_promises(tmp_path: Path) -> None:
    out = tmp_path / "f.npz"
    model = str(tiny("llama-f32"))
    done = chatapp("inspect", "--text", "hello 안녕", "--out", str(out), "--model", model, "--last", "2")
    assert (done.returncode, done.stderr) == (0, "")
    with np.load(out) as found:
        n = len(found["tokens"])
        assert found["logprobs"].shape == found["ranks"].shape == (n - 1,)
        assert found["entropy"].shape == (n,)
        assert found["attention"].shape[2:] == (2, n)
        assert np.abs(found["attention"].sum(-1) - 1).max() < 1e-5
        assert json.loads(str(found["meta"]))["source"] == "replayed"


def test_inspect_keeps_an_earlier_file_until_the_new_one_is_whole(tiny_disk: Path) -> None:
    out = tiny_disk / "f.npz"
    out.write_bytes(b"earlier")
    (tiny_disk / "much").write_bytes(b"x" * 480_000)
    done = chatapp("inspect", "--text", "word " * 120, "--out", str(out), "--model", str(tiny("llama-f32")))
    assert "could not be written" in complaint(done)
    assert out.read_bytes() == b"earlier"
    assert {path.name for path in tiny_disk.iterdir()} == {"f.npz", "much"}


def test_models_list(tmp_path: Path, starter_model: str) -> None:
    # A home of its own: other programs' models are listed, too.
    home = dict.fromkeys(
        ("HOME", "USERPROFILE", "XDG_CACHE_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"), str(tmp_path / "home")
    )
    fresh = chatapp("models", "list", "--json", "--data-dir", str(tmp_path), **home)
    assert (fresh.returncode, fresh.stderr) == (0, "")
    assert [model["path"] for model in json.loads(fresh.stdout)] == [starter_model]
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "broken.gguf").write_text("no")
    done = chatapp("models", "list", "--data-dir", str(tmp_path), **home)
    assert done.returncode == 1
    assert "not a GGUF" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("ask", "hi", "--temperature", "9"), 2, "temperature"),
        (("ask", "hi", "--seed", str(2**64)), 2, "between 0 and 4,294,967,294. See chatapp ask --help."),
        (("ask", "hi", "--stop", "x" * 10_000), 2, "stop"),
        (("ask", "  "), 2, "nothing to send"),
        (("ask", "hi", "--model", "/no/such.gguf"), 1, "no model file"),
        (("ask", "hi", "--model", "/"), 1, "folder"),
        (("ask",), 2, "PROMPT"),
        (("nonsense",), 2, "nonsense"),
        (("inspect", "--text", "x"), 2, "--out"),
        (("inspect", "--text", "x", "--out", "/no/such/folder/f.npz"), 1, "could not be written"),
        (("inspect", "--text", "x", "--out", f"{'x' * 300}.npz"), 1, "could not be written"),
        (("inspect", "--tokens", "1,b", "--out", "f.npz"), 2, "whole numbers"),
        (("inspect", "--tokens", "", "--out", "f.npz"), 2, "nothing to send"),
    ],
)
def test_bad_input_gets_one_sentence(arguments: tuple[str, ...], code: int, words: str) -> None:
    assert words in complaint(chatapp(*arguments), code)


def test_a_model_larger_than_the_memory_is_refused_before_it_is_loaded() -> None:
    line = complaint(chatapp("ask", "hi", "--model", str(tiny("llama-f32")), "--ctx", "2000000000"))
    assert "memory" in line


@pytest.mark.parametrize("damage", ["text", "cut", "empty"])
def test_files_that_are_no_models(tmp_path: Path, damage: str) -> None:
    whole = tiny("llama-f32").read_bytes()
    path = tmp_path / "model.gguf"
    path.write_bytes({"text": b"just text, renamed", "cut": whole[: len(whole) * 2 // 3], "empty": b""}[damage])
    line = complaint(chatapp("ask", "hi", "--model", str(path)))
    assert str(path) in line


def test_a_prompt_longer_than_the_context() -> None:
    line = complaint(chatapp("ask", "-", "--model", str(tiny("llama-f32")), "--ctx", "256", stdin="word " * 2000))
    assert "256" in line


def test_a_crash_of_the_engine_is_one_line() -> None:
    done = chatapp("--fake-engine", "ask", "/abort")
    assert done.returncode == 1
    assert "stopped unexpectedly" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_without_a_display_the_terminal_is_pointed_out() -> None:
    line = complaint(chatapp(DISPLAY="", WAYLAND_DISPLAY="", QT_QPA_PLATFORM=""))
    assert "chatapp ask" in line


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
@pytest.mark.parametrize("trouble", ["file", "newer"])
def test_a_data_folder_that_cannot_be_used(tmp_path: Path, trouble: str) -> None:
    folder = tmp_path / "data"
    if trouble == "file":
        folder.write_text("a file, not a folder")
    else:
        import sqlite3  # noqa: PLC0415 - only here

        folder.mkdir()
        with sqlite3.connect(folder / "conversations.sqlite3") as database:
            database.execute("PRAGMA user_version = 999")
        database.close()
    script = (
        "import sys; from chatapp.ui.dialogs import startup\n"
        "startup.QMessageBox.exec = lambda self: print(self.text(), '|', self.informativeText())\n"
        "from chatapp import app, arguments\n"
        "sys.exit(app.main(arguments.parse(['--fake-engine', '--data-dir', sys.argv[1]])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        capture_output=True, text=True, timeout=60, check=False, env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert done.returncode == 1
    assert str(folder) in done.stdout
    assert "|" in done.stdout
    assert "Traceback" not in done.stderr
