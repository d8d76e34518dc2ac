"""`chatapp models download` as a process that is killed, interrupted, cut off and left without a disk."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chatapp import arguments, cli
from chatapp.hub.partial import PART, RECORD, beside, size_of_part
from tests.helpers.hub_server import Fault, Hub, running_hub

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and mounts")

MIB = 1 << 20
DATA = random.Random(21).randbytes(6 * MIB)
REPO = "some/model-GGUF"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with running_hub() as server:
        yield server


class Command:
    """Starts `chatapp models`, and ends what it has started."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        self.hub, self.folder = hub, folder
        proxies = dict.fromkeys(("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"), "")
        self._environment = os.environ | proxies | {"HF_ENDPOINT": hub.url, "HF_HOME": str(folder / "hf")}
        self._started: list[subprocess.Popen[str]] = []

    def target(self, name: str = "model.gguf") -> Path:
        return self.folder / "models" / REPO / name

    def start(self, *given: str, name: str = "model.gguf") -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "chatapp", "models", "download", REPO, name]
        started = subprocess.Popen(
            [*command, *given, "--data-dir", str(self.folder)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self._environment,
        )  # fmt: skip
        self._started.append(started)
        return started

    def run(self, *given: str, name: str = "model.gguf") -> tuple[int, str, str]:
        started = self.start(*given, name=name)
        out, error = started.communicate(timeout=300)
        return started.returncode, out, error

    def end(self) -> None:
        for started in self._started:
            started.kill()
            started.communicate()


@pytest.fixture
def command(hub: Hub, tmp_path: Path) -> Iterator[Command]:
    found = Command(hub, tmp_path)
    yield found
    found.end()


def arrived(command: Command, count: int, name: str = "model.gguf") -> None:
    """Wait until that many bytes lie on the disk."""
    until = time.monotonic() + 60
    while size_of_part(command.target(name)) < count:
        assert time.monotonic() < until
        time.sleep(0.002)  # another process' file: there is no signal to wait for


def test_ctrl_c_says_how_to_go_on_and_the_same_command_does(hub: Hub, command: Command) -> None:
    hub.add("model.gguf", DATA)
    hub.halt_at = 4 * MIB
    running = command.start()
    assert hub.hanging.wait(60)
    arrived(command, 3 * MIB)
    running.send_signal(signal.SIGINT)
    out, error = running.communicate(timeout=30)
    assert running.returncode == 130
    assert out == ""
    assert re.fullmatch(r"chatapp: Stopped at \d\.\d MB of 6\.3 MB\. The same command goes on from there\.\n", error)
    hub.release.set()

    code, out, error = command.run("--json-lines")
    assert (code, error) == (0, "")
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["event"] for line in lines] == ["progress"] * (len(lines) - 1) + ["done"]
    assert lines[0]["phase"] == "checking"
    assert lines[-2]["done"] == lines[-2]["total"] == len(DATA)
    assert lines[-1]["commit"] == hub.commit
    assert lines[-1]["files"][0]["path"] == str(command.target())
    assert command.target().read_bytes() == DATA
    assert hub.sent - len(DATA) <= 2 * MIB


def test_who_no_longer_reads_its_progress_is_not_told_that_the_file_failed(hub: Hub, command: Command) -> None:
    hub.add("model.gguf", DATA)
    running = command.start("--json-lines")
    assert running.stdout is not None
    running.stdout.close()
    assert running.stderr is not None
    assert running.stderr.read() == ""
    assert running.wait() == 1


# -- names -------------------------------------------------------------------------------------------------------------


# What has ever led out of a folder, or to another file than its name said, somewhere.
_PIECES = (
    *("..", ".", "", "a", "model", "C:", "\\", "\\\\host\\share", "CON", "nul", "com1", "x" * 300, "\u202e", "\0", " "),
    *("\u200b", "é", "e\u0301", "~", "%2e%2e", "\n", "-o", "$HOME", ".part", "가" * 90, "/", "/"),
)
_WHOLE = (
    *("/etc/x.gguf", "../../x.gguf", "C:\\x.gguf", "model.GGUF", "Model.gguf", "model.gguf", "caf\u00e9.gguf"),
    *("cafe\u0301.gguf", "a/b/../../../../x.gguf", "nul.gguf", "모델 (2).gguf", "sub/model.gguf", "%2e%2e%2fx.gguf"),
)


def test_no_name_of_a_hub_leaves_the_folder(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dice = random.Random(5)
    names = {"".join(dice.choices(_PIECES, k=dice.randrange(1, 6))) + ".gguf" for _ in range(40)} | {*_WHOLE}
    for name in sorted(names):
        hub.add(name, name.encode())
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.delenv("http_proxy", raising=False)
    data_dir = tmp_path / "deep" / "er" / "data"
    taken = []
    for name in sorted(names):
        code = cli.main(arguments.parse(["models", "download", "--data-dir", str(data_dir), "--", REPO, name]))
        out, error = capsys.readouterr()
        if code == 0:
            path = Path(out.rstrip("\n"))
            assert path == data_dir / "models" / REPO / name
            assert path.read_bytes() == name.encode()
            assert path.resolve() == path
            taken.append(name)
        else:
            assert (code, out, error.count("\n")) == (1, "", 1), name
            assert error.rstrip("\n").isprintable()
    assert {"%2e%2e%2fx.gguf", "Model.gguf", "cafe\u0301.gguf", "sub/model.gguf", "모델 (2).gguf"} <= {*taken}
    assert {"model.gguf", "model.GGUF", "caf\u00e9.gguf"}.isdisjoint(taken)  # as another one's on some systems
    outside = {path.name for path in tmp_path.rglob("*") if not path.is_relative_to(data_dir / "models")}
    assert outside == {"deep", "er", "data"}


def test_what_is_there_of_a_model_can_be_removed(tmp_path: Path) -> None:
    target = tmp_path / "models" / REPO / "m-00001-of-00003.gguf"
    target.parent.mkdir(parents=True)
    target.write_bytes(b"first")
    second = target.with_name("m-00002-of-00003.gguf")  # and the third has not begun
    for ending in (PART, f"{PART}.json", f"{PART}.sums"):
        beside(second, ending).write_bytes(b"so far")
    remove = arguments.parse(["models", "remove", "--data-dir", str(tmp_path), str(target)])
    assert cli.main(remove) == 0
    assert list(target.parent.iterdir()) == []
    assert cli.main(remove) == 1  # nothing is there
    beside(target, RECORD).write_text("{}")  # of a file that somebody else has deleted: `verify` would go on to miss it
    assert cli.main(remove) == 0
    assert list(target.parent.iterdir()) == []


# -- heavy -------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_ten_kills_of_a_gigabyte_cost_16_mb_each_at_most(hub: Hub, command: Command) -> None:
    data = random.Random(8).randbytes(64 * MIB) * 16
    hub.add("model.gguf", data)
    dice = random.Random()
    points = sorted(dice.sample(range(len(data) // 50, len(data)), 10))
    again = []
    for point in points:
        before, there = hub.sent, size_of_part(command.target())
        running = command.start()
        while there + hub.sent - before < point:
            assert running.poll() is None
            time.sleep(0.0002)
        running.kill()
        running.communicate()
        again.append(there + hub.sent - before - size_of_part(command.target()))
    before, there = hub.sent, size_of_part(command.target())
    code, _out, error = command.run()
    assert (code, error) == (0, "")
    assert command.target().read_bytes() == data
    assert hub.sent - before == len(data) - there
    print("killed at", points, "fetched again", again)
    assert max(again) <= 16 * MIB
    assert hub.sent - len(data) == sum(again)


@pytest.mark.slow
def test_one_file_is_fetched_by_one_program_at_a_time(hub: Hub, command: Command) -> None:
    hub.add("model.gguf", DATA)
    hub.halt_at = 4 * MIB
    running = command.start()
    assert hub.hanging.wait(60)
    code, out, error = command.run()
    assert (code, out) == (1, "")
    assert "being downloaded already" in error
    hub.release.set()
    running.communicate(timeout=60)
    assert running.returncode == 0
    code, out, _error = command.run()  # nothing is left to do
    assert (code, out) == (0, f"{command.target()}\n")


@pytest.mark.slow
def test_a_network_that_goes_and_comes_back(hub: Hub, command: Command) -> None:
    hub.add("model.gguf", DATA)
    hub.faults.append(Fault(drop_after=2 * MIB))
    hub.go_away(after=1)
    running = command.start("--json-lines", "--max-speed", "2")
    assert running.stdout is not None
    for line in running.stdout:
        if json.loads(line)["phase"] == "offline":
            assert "refused" in json.loads(line)["reason"]
            hub.come_back()
            break
    began = time.monotonic()
    out, error = running.communicate(timeout=60)
    assert len(DATA) - 2 * MIB <= 2.1e6 * (time.monotonic() - began)
    assert (running.returncode, error) == (0, "")
    assert json.loads(out.splitlines()[-1])["event"] == "done"
    assert hub.sent == len(DATA)


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no right to mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.slow
def test_a_disk_of_64_mb_fills_up_and_the_download_goes_on_when_there_is_room(hub: Hub, tmp_path: Path) -> None:
    data = random.Random(9).randbytes(50 * MIB)
    with small_disk(tmp_path / "disk", "64m") as disk:
        command = Command(hub, disk)
        hub.add("large.gguf", bytes(65 * MIB))
        code, _out, error = command.run(name="large.gguf")
        assert code == 1
        assert re.search(r"large\.gguf needs 68\.2 MB more on the disk, and 6\d\.\d MB can be used", error)
        assert hub.asked_store == []

        hub.add("model.gguf", data)
        hub.halt_at = 20 * MIB
        running = command.start()
        assert hub.hanging.wait(60)
        arrived(command, 19 * MIB)
        other = disk / "somebody elses"
        other.write_bytes(bytes(25 * MIB))
        hub.release.set()
        _out, error = running.communicate(timeout=60)
        assert running.returncode == 1
        assert "needs" in error
        assert "Free some space" in error
        assert "Traceback" not in error
        assert os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize >= 64 * MIB // 20
        there = size_of_part(command.target())
        assert there >= 19 * MIB
        assert data.startswith(beside(command.target(), PART).read_bytes())
        other.unlink()
        code, _out, error = command.run()
        assert (code, error) == (0, "")
        assert command.target().read_bytes() == data
        assert hub.asked_store[-1].offset == there
        assert {path.name for path in command.target().parent.iterdir()} == {"model.gguf", f"model.gguf{RECORD}"}
        command.end()


@pytest.mark.slow
def test_three_at_once_with_everything_that_can_go_wrong(hub: Hub, command: Command) -> None:
    data = {f"m{index}.gguf": random.Random(index).randbytes(64 * MIB) for index in range(3)}
    for name, content in data.items():
        hub.add(name, content)
    dice = random.Random(3)
    for _ in range(40):
        hub.faults.append(dice.choice([
            Fault(drop_after=dice.randrange(8 * MIB)), Fault(status=503), Fault(status=403), Fault(status=410),
            Fault(status=429, headers={"Retry-After": "1"}), Fault(status=500, drop_after=0), Fault(html=True),
            Fault(drop_after=0), Fault(ignore_range=True, drop_after=dice.randrange(64 * MIB)), Fault(),
        ]))  # fmt: skip
    hub.hub_faults.extend([Fault(), Fault(), Fault()])
    running = [command.start(name=name) for name in data]
    for started in running:
        out, error = started.communicate(timeout=300)
        assert (started.returncode, error) == (0, ""), out
    for name, content in data.items():
        assert command.target(name).read_bytes() == content
