"""The worker as a real process, driven by the client that the terminal uses."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from chatapp.core.errors import EngineError, ErrorCode, RequestError, UserFixable
from chatapp.core.generation import FinishReason, SamplingParams
from chatapp.engine.client import EngineClient
from chatapp.protocol.framing import encode
from chatapp.protocol.messages import ChatMessage, Count, Event, Finished, Generate, Inspect, PromptProgress, Tokens


@pytest.fixture
def fake() -> Iterator[EngineClient]:
    with EngineClient(fake=True) as client:
        client.load("fake")
        yield client


def ask(text: str, **params: object) -> Generate:
    return Generate(0, (ChatMessage("user", text),), SamplingParams(**params))  # type: ignore[arg-type]


def text_of(events: list[Event]) -> str:
    return "".join(e.text for e in events if isinstance(e, Tokens | Finished))


def finish_of(events: list[Event]) -> FinishReason | None:
    last = events[-1]
    assert isinstance(last, Finished)
    return last.info.finish


def test_a_reply_streams_in_whole_characters(fake: EngineClient) -> None:
    events = list(fake.generate(ask("안녕하세요 세계")))
    assert text_of(events) == "You said: 안녕하세요 세계"
    assert isinstance(events[0], PromptProgress)
    assert all("�" not in e.text for e in events if isinstance(e, Tokens))


def test_cancel_ends_the_reply_and_keeps_the_worker(fake: EngineClient) -> None:
    events = []
    for event in fake.generate(ask("/wait")):
        events.append(event)
        if isinstance(event, Tokens):
            fake.cancel(event.job)
    assert finish_of(events) is FinishReason.CANCELLED
    assert text_of(list(fake.generate(ask("still there?")))) == "You said: still there?"


def test_limits_and_stop_strings(fake: EngineClient) -> None:
    assert finish_of(list(fake.generate(ask("/long 100", max_tokens=7)))) is FinishReason.LENGTH
    events = list(fake.generate(ask("/say one two STOP three", stop=("STOP",))))
    assert finish_of(events) is FinishReason.STOP_STRING
    assert text_of(events) == "one two "


def test_the_fake_begins_with_given_words(fake: EngineClient) -> None:
    said = [event.trace.ids.tolist() for event in fake.generate(ask("/say one two")) if isinstance(event, Tokens)]
    ids = tuple(token for part in said for token in part)
    assert text_of(list(fake.generate(replace(ask("/say three"), prefix_ids=ids)))) == "one twothree"
    with pytest.raises(RequestError):
        list(fake.generate(replace(ask("/say three"), prefix_ids=(10**6,))))


@pytest.mark.parametrize("command", ["/abort", "/segfault", "/exit"])
def test_a_crash_is_told_with_the_last_words(fake: EngineClient, command: str) -> None:
    seen: list[Event] = []
    with pytest.raises(EngineError) as caught:
        seen.extend(fake.generate(ask(f"{command} Partial words. ")))
    assert caught.value.code is ErrorCode.ENGINE_CRASHED
    if command == "/abort":
        assert "GGML_ASSERT" in caught.value.details


def test_a_bug_in_one_job_leaves_the_worker_usable(fake: EngineClient) -> None:
    with pytest.raises(EngineError) as caught:
        list(fake.generate(ask("/bug")))
    assert "RuntimeError" in caught.value.message
    assert text_of(list(fake.generate(ask("hi")))) == "You said: hi"


def test_an_error_the_user_can_mend_arrives_as_itself(fake: EngineClient) -> None:
    with pytest.raises(RequestError) as caught:
        list(fake.generate(ask("/error")))
    assert caught.value.code is ErrorCode.TEMPLATE_FAILED
    with pytest.raises(UserFixable) as refused:
        fake.inspect(Inspect(0, text="x"))
    assert refused.value.code is ErrorCode.NO_ATTENTION
    assert fake.count(Count(0, (ChatMessage("user", "a b c"),))) == 3


def test_settings_out_of_bounds_are_refused_by_the_worker_too(fake: EngineClient) -> None:
    params = SamplingParams().to_json() | {"temperature": 1e9}
    raw = encode({"type": "generate", "job": 77, "messages": [], "params": params, "raw": False, "prompt": "x"})
    assert fake._process.stdin is not None
    fake._process.stdin.write(raw)
    with pytest.raises(UserFixable) as caught:
        list(fake.generate(ask("hi")))
    assert caught.value.code is ErrorCode.INVALID_SETTING


def test_end_of_input_ends_the_worker_even_in_the_middle_of_a_job() -> None:
    with EngineClient(fake=True) as client:
        client.load("fake")
        events = client.generate(ask("/hang"))
        while not isinstance(next(events), Tokens):
            pass
        process = psutil.Process(client.pid)
    assert not process.is_running()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_the_worker_dies_with_a_parent_that_was_killed() -> None:
    script = (
        "import sys, time\nfrom chatapp.engine.client import EngineClient\n"
        "c = EngineClient(fake=True); c.load('fake'); print(c.pid, flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    worker = psutil.Process(int(parent.stdout.readline()))
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    _gone, alive = psutil.wait_procs([worker], timeout=5)
    assert not alive


def test_garbage_on_stdin_ends_the_worker_with_a_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "chatapp.engine", "--fake"],
        input=b"hello\n",
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert b"not a frame" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_library_that_cannot_be_loaded_is_told_as_an_event() -> None:
    script = "import sys; sys.modules['llama_cpp'] = None\nfrom chatapp.engine.__main__ import main\nsys.exit(main())"
    done = subprocess.run([sys.executable, "-c", script], input=b"", capture_output=True, timeout=30, check=False)
    assert b'"engine_library"' in done.stdout
    assert done.returncode == 3


def test_a_worker_that_cannot_be_started_gets_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    missing = str(tmp_path / "chatapp-engine")
    monkeypatch.setattr("chatapp.engine.client.worker_command", lambda *, fake: (missing, []))
    with pytest.raises(EngineError) as caught:
        EngineClient()
    assert caught.value.code is ErrorCode.ENGINE_NOT_STARTED
