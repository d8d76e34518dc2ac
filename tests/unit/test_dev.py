"""packaging/dev.py: its own logic, without network, pip or apt."""

import ast
import errno
import importlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import textwrap
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
MODULES = ("_dev_state", "_dev_console", "_dev_setup", "dev")
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and locks of POSIX")


class Dev:
    """The modules of dev.py, looking at a project of the test's own."""

    state: ModuleType
    console: ModuleType
    setup: ModuleType
    dev: ModuleType


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dev]:
    monkeypatch.syspath_prepend(str(PACKAGING))
    for name in MODULES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    loaded = Dev()
    loaded.state, loaded.console, loaded.setup, loaded.dev = map(importlib.import_module, MODULES)
    root = tmp_path / "clone"
    (root / "packaging").mkdir(parents=True)
    (root / "packaging" / "constraints.txt").write_text("# pins\nllama-cpp-python==0.3.36\npip==26.3\n")
    (root / "pyproject.toml").write_text(PYPROJECT)
    cache = tmp_path / "cache"
    (cache / "wheels").mkdir(parents=True)
    places = {
        "ROOT": root,
        "VENV": root / ".venv",
        "BIN": root / ".venv" / "bin",
        "PYTHON": root / ".venv" / "bin" / "python",
        "STAMP": root / ".venv" / "chatapp-dev.json",
        "CONSTRAINTS": root / "packaging" / "constraints.txt",
        "UNFINISHED": root / ".venv" / "chatapp-dev.unfinished",
    }
    for module in (loaded.state, loaded.console, loaded.setup):
        for name, place in places.items():
            if hasattr(module, name):
                monkeypatch.setattr(module, name, place)
    monkeypatch.setattr(loaded.state, "cache_folder", lambda: cache)
    for name in ("CMAKE_ARGS", "CC", "CXX", "CFLAGS", "CXXFLAGS", "SKBUILD_CMAKE_ARGS"):
        monkeypatch.delenv(name, raising=False)
    yield loaded
    for name in MODULES:
        sys.modules.pop(name, None)


PYPROJECT = """
[build-system]
requires = ["setuptools>=77"]
[project]
name = "chatapp"
dependencies = ["numpy"]
[tool.ruff]
line-length = 120
"""

CPUINFO = """\
processor\t: 0
model name\t: Some CPU 9000
flags\t\t: fpu sse sse2 avx avx2 {extra}
bugs\t\t: spectre_v1

processor\t: 1
flags\t\t: fpu
"""


# Files that others rely on


def test_an_old_python_gets_a_sentence() -> None:
    source = (PACKAGING / "dev.py").read_text("utf-8")
    tree = ast.parse(source, feature_version=(3, 6))
    imported = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    guard = next(node for node in tree.body if isinstance(node, ast.If))
    assert ast.unparse(imported[0]) == "import sys"
    assert guard.lineno < imported[1].lineno, "the check comes before anything that an old Python may lack"
    assert not re.search(r'f"', source.split("import os")[0])


def test_every_constraint_is_one_pin() -> None:
    lines = (PACKAGING / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9.]*", pin) for pin in pins)
    names = [pin.partition("==")[0].lower() for pin in pins]
    assert names == sorted(set(names))


def test_ci_calls_the_test_command_and_nothing_else() -> None:
    script = (PACKAGING.parent / ".ci" / "run").read_text("utf-8").splitlines()
    assert [line for line in script if "python3" in line] == ["exec python3 packaging/dev.py test"]


def test_packaging_is_no_package() -> None:
    assert not (PACKAGING / "__init__.py").exists(), "it would hide the library named packaging"


# Arguments


def test_run_passes_its_arguments_on(dev: Dev, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(dev.dev, "set_up", lambda apt, xvfb: started.append([str(apt), str(xvfb)]))
    monkeypatch.setattr(dev.dev, "become", started.append)
    dev.dev.main(["run", "ask", "--help", "-x"])
    dev.dev.main(["--no-apt", "run", "--", "--help"])
    start = [str(dev.state.PYTHON), "-P", "-m", "chatapp"]
    assert started[0] == ["True", "False"]
    assert started[1] == [*start, "ask", "--help", "-x"]
    assert started[2] == ["False", "False"]
    assert started[3] == [*start, "--help"]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ([], ["-m", "not slow", "-n", "2", "--dist", "loadfile"]),
        (["--slow"], ["-n", "2", "--dist", "loadfile"]),
        (["tests/unit", "-x"], ["-m", "not slow", "tests/unit", "-x"]),
        (["--slow", "-x"], ["-x"]),
        (["-x", "--slow"], ["-x"]),
    ],
)
def test_test_leaves_slow_tests_out(
    dev: Dev, monkeypatch: pytest.MonkeyPatch, args: list[str], expected: list[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert dev.dev.test_command(args) == [str(dev.state.PYTHON), "-m", "pytest", *expected]


def test_test_opens_real_windows_without_a_display(dev: Dev, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("QT_QPA_PLATFORM", "")  # so that it is put back in any case
    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.setenv("DISPLAY", ":0")
    assert dev.dev.test_command([]) == [str(dev.state.PYTHON), "-m", "pytest", "-m", "not slow"], "one on a real screen"
    monkeypatch.delenv("DISPLAY")
    command = dev.dev.test_command([])
    assert command[:4] == ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24"]
    assert os.environ["QT_QPA_PLATFORM"] == "xcb"


@pytest.mark.parametrize("args", [["--help"], ["run", "--help"], ["test", "-h"], ["setup", "--help"]])
def test_help_sets_nothing_up(
    dev: Dev, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], args: list[str]
) -> None:
    monkeypatch.delattr(dev.dev, "set_up")
    if args == ["--help"]:
        with pytest.raises(SystemExit) as ended:
            dev.dev.main(args)
        assert ended.value.code == 0
    else:
        dev.dev.main(args)
    shown = capsys.readouterr().out
    assert shown.startswith("usage: python3 packaging/dev.py")
    assert "{" not in shown
    assert max(map(len, shown.splitlines())) <= 120


@pytest.mark.parametrize("args", [[], ["start"], ["--slow", "test"]])
def test_an_unknown_command_shows_the_usage(dev: Dev, capsys: pytest.CaptureFixture[str], args: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        dev.dev.main(args)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().out


# Is .venv right?


def finished(dev: Dev, cmake_args: str = "") -> None:
    dev.state.PYTHON.parent.mkdir(parents=True, exist_ok=True)
    dev.state.PYTHON.touch()
    dev.state.STAMP.write_text(json.dumps(dev.state.wanted_stamp(cmake_args)))


def test_a_finished_venv_is_ready(dev: Dev) -> None:
    assert not dev.state.is_ready()
    finished(dev)
    assert dev.state.is_ready()


@pytest.mark.parametrize("damage", ["no python", "no stamp", "half a stamp", "list", "old schema", "moved"])
def test_a_damaged_venv_is_not_ready(dev: Dev, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    finished(dev)
    if damage == "no python":
        dev.state.PYTHON.unlink()
    elif damage == "no stamp":
        dev.state.STAMP.unlink()
    elif damage == "half a stamp":
        dev.state.STAMP.write_bytes(dev.state.STAMP.read_bytes()[:40])
    elif damage == "list":
        dev.state.STAMP.write_text("[]")
    elif damage == "old schema":
        monkeypatch.setattr(dev.state, "SCHEMA", dev.state.SCHEMA + 1)
    else:
        stamp = json.loads(dev.state.STAMP.read_text()) | {"root": "/elsewhere"}
        dev.state.STAMP.write_text(json.dumps(stamp))
    assert not dev.state.is_ready()


def test_only_what_decides_about_libraries_makes_it_stale(dev: Dev) -> None:
    pyproject, constraints = dev.state.ROOT / "pyproject.toml", dev.state.CONSTRAINTS
    finished(dev)
    pyproject.write_text(PYPROJECT.replace("120", "100"))
    assert dev.state.is_ready(), "a linter's setting"
    pyproject.write_text(PYPROJECT.replace('"numpy"', '"numpy", "jinja2"'))
    assert not dev.state.is_ready(), "a new dependency"
    pyproject.write_text(PYPROJECT)
    assert dev.state.is_ready()
    constraints.write_text(constraints.read_text().replace("26.3", "26.4"))
    assert not dev.state.is_ready(), "another pin"


def test_a_slip_in_pyproject_is_named(dev: Dev) -> None:
    finished(dev)
    (dev.state.ROOT / "pyproject.toml").write_text(PYPROJECT + "<<<<<<< HEAD\n")
    with pytest.raises(dev.state.SetupError, match=r"pyproject\.toml cannot be read \(.*line 9"):
        dev.state.is_ready()


def test_build_options_are_kept_until_set_again(dev: Dev, monkeypatch: pytest.MonkeyPatch) -> None:
    finished(dev, "-DGGML_CUDA=on")
    assert dev.state.is_ready()
    monkeypatch.setenv("CMAKE_ARGS", "-DGGML_CUDA=on")
    assert dev.state.is_ready()
    monkeypatch.setenv("CMAKE_ARGS", "")
    assert not dev.state.is_ready()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc on Linux")
def test_a_second_start_imports_nothing_heavy() -> None:
    code = "import sys, _dev_state as s; s.is_ready(); s.stale_translations(); print(*sys.modules)"
    env = dict(os.environ, PYTHONPATH=str(PACKAGING))
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert not {"subprocess", "shutil", "argparse", "tempfile", "_dev_setup"} & set(done.stdout.split())


def test_translations_are_compiled_when_older(dev: Dev) -> None:
    folder = dev.state.ROOT / "resources" / "i18n"
    assert dev.state.stale_translations() == []
    folder.mkdir(parents=True)
    korean, german = folder / "chatapp_ko.ts", folder / "chatapp_de.ts"
    for ts in (korean, german):
        ts.touch()
        ts.with_suffix(".qm").touch()
        os.utime(ts, (1000, 1000))
    assert dev.state.stale_translations() == []
    os.utime(korean.with_suffix(".qm"), (999, 999))
    german.with_suffix(".qm").unlink()
    assert dev.state.stale_translations() == [german, korean]


def test_pinned(dev: Dev) -> None:
    assert dev.state.pinned("pip") == "pip==26.3"
    with pytest.raises(dev.state.SetupError, match="no pin for numpy"):
        dev.state.pinned("numpy")


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="XDG")
def test_the_cache_is_where_xdg_says(tmp_path: Path) -> None:
    code = "import _dev_state as s; print(s.cache_folder())"

    def folder(**env: str) -> str:
        env |= {"PYTHONPATH": str(PACKAGING), "HOME": str(tmp_path)}
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    assert folder() == f"{tmp_path}/.cache/chatapp-dev"
    assert folder(XDG_CACHE_HOME="/some/where") == "/some/where/chatapp-dev"
    assert folder(XDG_CACHE_HOME="relative") == f"{tmp_path}/.cache/chatapp-dev"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(errno.ENOSPC, "No space left", "/x"), "disk is full"),
        (PermissionError(errno.EACCES, "Permission denied", "/x/y"), "/x/y cannot be written"),
        (OSError(errno.EROFS, "Read-only file system", "/x/y"), "/x/y cannot be written"),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "/p.toml"), "/p.toml: No such file"),
    ],
)
def test_errors_become_one_sentence(dev: Dev, error: OSError, expected: str) -> None:
    sentence = dev.state.sentence(error)
    assert expected in sentence
    assert "\n" not in sentence
    assert sentence.endswith("then run the same command again.")


# Which build of llama.cpp


def test_a_build_is_for_one_cpu_but_not_for_one_kernel(dev: Dev) -> None:
    plain = dev.state.cpu_identity(CPUINFO.format(extra=""))
    assert plain == dev.state.cpu_identity(CPUINFO.format(extra="retpoline tsc_known_freq smep"))
    assert plain != dev.state.cpu_identity(CPUINFO.format(extra="avx512f"))
    assert plain != dev.state.cpu_identity(CPUINFO.format(extra="").replace("9000", "9001"))
    assert "avx2" in plain


def test_arm_has_features_instead_of_flags(dev: Dev) -> None:
    text = "processor\t: 0\nFeatures\t: fp asimd sve i8mm\nCPU implementer\t: 0x41\nCPU part\t: 0xd40\n"
    assert dev.state.cpu_identity(text).split() == ["0x41", "0xd40", "asimd", "i8mm", "sve"]


def test_the_key_covers_what_changes_the_build(dev: Dev, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {
        dev.state.wheel_key("llama-cpp-python==0.3.36", "", "cpu"),
        dev.state.wheel_key("llama-cpp-python==0.3.37", "", "cpu"),
        dev.state.wheel_key("llama-cpp-python==0.3.36", "-DGGML_CUDA=on", "cpu"),
        dev.state.wheel_key("llama-cpp-python==0.3.36", "", "other cpu"),
    }
    monkeypatch.setenv("CXX", "clang++")
    keys.add(dev.state.wheel_key("llama-cpp-python==0.3.36", "", "cpu"))
    assert len(keys) == 5
    assert all(re.fullmatch(r"llama-cpp-python-0\.3\.3[67]-[0-9a-f]{16}", key) for key in keys)


@pytest.mark.parametrize(
    ("given", "full"),
    [
        ("", "-DLLAVA_BUILD=OFF"),
        ("-DGGML_CUDA=on", "-DGGML_CUDA=on -DLLAVA_BUILD=OFF"),
        ("-DLLAVA_BUILD=ON", "-DLLAVA_BUILD=ON"),
    ],
)
def test_the_users_build_options_stay(dev: Dev, given: str, full: str) -> None:
    assert dev.state.full_cmake_args(given) == full


def test_the_build_is_tuned_to_this_cpu_whatever_the_environment(
    dev: Dev, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    env = importlib.import_module("_dev_llama").build_env(tmp_path, "-DGGML_CUDA=on")
    assert env["SOURCE_DATE_EPOCH"] is None
    assert env["CMAKE_ARGS"] == "-DGGML_CUDA=on -DLLAVA_BUILD=OFF"


@pytest.mark.skipif(sys.platform == "win32", reason="other flags there")
def test_a_cache_in_a_folder_with_a_space_compiles(dev: Dev, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CFLAGS", "-O2 -g")
    work = tmp_path / "김 민수" / "work"
    env = importlib.import_module("_dev_llama").build_env(work, "")
    assert shlex.split(env["CFLAGS"]) == ["-O2", "-g", f"-ffile-prefix-map={work}=."]


def fake_compile(work: Path, cmake_args: str, _python: Path | None = None) -> None:
    (work / "done").mkdir()
    with zipfile.ZipFile(work / "done" / "llama_cpp_python-0.3.36-py3-none-any.whl", "w") as wheel:
        wheel.writestr("made/with", cmake_args)


def test_a_build_appears_complete_or_not_at_all(dev: Dev, monkeypatch: pytest.MonkeyPatch) -> None:
    wheels = dev.state.cache_folder() / "wheels"

    def failing(work: Path, cmake_args: str, _python: Path) -> None:
        fake_compile(work, cmake_args)
        raise dev.state.SetupError("no")

    monkeypatch.setattr(dev.setup, "compile_wheel", failing)
    with pytest.raises(dev.state.SetupError):
        dev.setup.build_wheel("key", "")
    assert list(wheels.iterdir()) == []
    monkeypatch.setattr(dev.setup, "compile_wheel", fake_compile)
    assert dev.setup.build_wheel("key", "") == dev.setup.find_wheel("key")
    assert [folder.name for folder in wheels.iterdir()] == ["key"]


def test_a_damaged_wheel_and_a_killed_build_are_replaced(dev: Dev, monkeypatch: pytest.MonkeyPatch) -> None:
    wheels = dev.state.cache_folder() / "wheels"
    (wheels / "key").mkdir()
    (wheels / "key" / "llama_cpp_python-0.3.36-py3-none-any.whl").write_bytes(b"PK half of it")
    (wheels / "building-key-abc").mkdir()
    (wheels / "building-other-abc").mkdir()
    assert dev.setup.find_wheel("key") is None
    monkeypatch.setattr(dev.setup, "compile_wheel", fake_compile)
    assert zipfile.is_zipfile(dev.setup.build_wheel("key", ""))
    assert {folder.name for folder in wheels.iterdir()} == {"key", "building-other-abc"}


def test_a_build_whose_starter_was_killed_is_used_when_it_ended(dev: Dev, monkeypatch: pytest.MonkeyPatch) -> None:
    orphan = dev.state.cache_folder() / "wheels" / "building-key-abc"
    orphan.mkdir()
    fake_compile(orphan, "by the orphan")
    monkeypatch.delattr(dev.setup, "compile_wheel")
    wheel = dev.setup.build_wheel("key", "")
    with zipfile.ZipFile(wheel) as content:
        assert content.read("made/with") == b"by the orphan"
    assert not orphan.exists()


def test_a_build_of_others_is_used(dev: Dev, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow_compile(work: Path, cmake_args: str, _python: Path) -> None:
        compiled.append(cmake_args)
        time.sleep(0.2)
        fake_compile(work, cmake_args)

    compiled: list[str] = []
    monkeypatch.setattr(dev.setup, "compile_wheel", slow_compile)
    found: list[Path] = []
    clones = [threading.Thread(target=lambda: found.append(dev.setup.build_wheel("key", ""))) for _ in range(3)]
    for clone in clones:
        clone.start()
    for clone in clones:
        clone.join()
    assert len(set(found)) == 1
    assert len(found) == 3
    assert compiled == [""]


# Half-made environments


def test_the_mark_of_unfinished_work(dev: Dev) -> None:
    with dev.setup.unfinished():
        assert dev.setup.UNFINISHED.exists()
    assert not dev.setup.UNFINISHED.exists()
    with pytest.raises(dev.state.SetupError), dev.setup.unfinished():
        raise dev.state.SetupError("pip failed and cleaned up")
    assert not dev.setup.UNFINISHED.exists()
    with pytest.raises(KeyboardInterrupt), dev.setup.unfinished():
        raise KeyboardInterrupt
    assert dev.setup.UNFINISHED.exists()


@pytest.mark.parametrize("state", ["made by hand", "killed meanwhile", "broken", "moved"])
def test_a_half_made_venv_is_made_again(dev: Dev, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    commands: list[Any] = []
    monkeypatch.setattr(dev.setup, "venv_works", lambda: state != "broken")
    monkeypatch.setattr(dev.setup, "run", lambda command, *_: commands.append(command))
    dev.state.VENV.mkdir()
    (dev.state.VENV / "old").touch()
    if state == "killed meanwhile":
        dev.setup.UNFINISHED.touch()
    assert dev.setup.make_venv({"root": "/where/it/was"} if state == "moved" else {})
    kept = state == "made by hand"
    assert (dev.state.VENV / "old").exists() == kept
    assert len(commands) == (0 if kept else 1)
    assert not dev.setup.UNFINISHED.exists()


# System packages


def test_installed_packages_count_with_what_they_provide(dev: Dev) -> None:
    listing = [
        "installed\tlibglib2.0-0t64, libglib2.0-0 (= 2.84.4)",
        "config-files\tlibgl1, ",
        "installed\tlibegl1, ",
        "installed\tfonts-nanum, ",
    ]
    installed = dev.setup.parse_packages(listing)
    wanted = ["libglib2.0-0", "libgl1", "libegl1", "fonts-noto-cjk", "xvfb"]
    assert dev.setup.missing_packages(wanted, installed) == ["libgl1", "xvfb"]


def test_who_is_not_root_gets_one_line_to_paste(dev: Dev, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    with pytest.raises(dev.state.SetupError) as raised:
        dev.setup.install_packages(["libegl1", "xvfb"])
    lines = [line for line in str(raised.value).splitlines() if "apt-get" in line]
    assert len(lines) == 1
    assert lines[0].endswith("sudo apt-get install --no-install-recommends libegl1 xvfb")
    dev.setup.install_packages([])


@pytest.mark.parametrize(
    ("cached", "xvfb", "asked"),
    [(True, False, []), (False, False, ["g++"]), (True, True, ["xvfb", "xauth"])],
)
def test_only_what_this_run_needs_is_asked_for(
    dev: Dev, monkeypatch: pytest.MonkeyPatch, cached: bool, xvfb: bool, asked: list[str]
) -> None:
    missing: list[str] = []
    monkeypatch.setattr(dev.state, "on_path", lambda program: program in {"dpkg-query", "apt-get"})
    monkeypatch.setattr(dev.setup, "has_compiler", lambda: False)
    monkeypatch.setattr(dev.setup, "installed_packages", lambda: set(dev.setup.QT_PACKAGES))
    monkeypatch.setattr(dev.setup, "install_packages", missing.extend)
    monkeypatch.setattr(dev.setup.importlib.util, "find_spec", lambda name: True)
    dev.setup.system_packages(True, xvfb, compiler=not cached)
    assert missing == asked


def test_elsewhere_only_what_would_fail_is_said(dev: Dev, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev.state, "on_path", lambda program: False)
    monkeypatch.setattr(dev.setup, "has_compiler", lambda: False)
    dev.setup.system_packages(True, False, compiler=False)
    with pytest.raises(dev.state.SetupError, match="compiler"):
        dev.setup.system_packages(True, False, compiler=True)
    with pytest.raises(dev.state.SetupError, match="xvfb-run"):
        dev.setup.system_packages(True, True)


# Room and rights


def test_too_little_room_is_said_before_it_is_used_up(dev: Dev, monkeypatch: pytest.MonkeyPatch) -> None:
    free = 0.5e9
    monkeypatch.setattr(dev.setup.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": free}))
    with pytest.raises(dev.state.SetupError, match=r"0\.5 GB free and \d\.\d GB are needed"):
        dev.setup.check_space(build=True)
    free = 10e9
    dev.setup.check_space(build=True)


def test_a_folder_of_somebody_else(dev: Dev, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: path != dev.state.ROOT)
    with pytest.raises(dev.state.SetupError, match=r"may not write to .*clone"):
        dev.setup.check_writable()


# Commands and what they print


class Recorder:
    """Progress that is not shown."""

    def draw(self) -> None: ...

    def finish(self, how: str) -> None:
        self.how = how


def test_a_command_returns_its_lines(dev: Dev) -> None:
    seen: list[str] = []
    code = "import os; print('안녕'); print(os.environ['A'], 'B' in os.environ)"
    lines = dev.console.run([sys.executable, "-c", code], Recorder(), seen.append, A="1", B=None, PYTHONUTF8="1")
    assert lines == seen == ["안녕", "1 False"]


def test_a_failing_command_explains_itself(dev: Dev) -> None:
    progress = Recorder()
    code = "print('OSError: [Errno 28] No space left on device'); raise SystemExit(3)"
    with pytest.raises(dev.state.SetupError, match="disk is full"):
        dev.console.run([sys.executable, "-c", code], progress, len)
    assert progress.how == "failed"
    with pytest.raises(dev.state.SetupError, match="exit code 3"):
        dev.console.run([sys.executable, "-c", "raise SystemExit(3)"], progress, len)


@posix
@pytest.mark.parametrize("background", [False, True])
def test_stopping_ends_what_the_command_started(dev: Dev, background: bool) -> None:
    code = textwrap.dedent("""
        import subprocess, sys
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        print(child.pid, flush=True)
        child.wait()
    """)
    pids: list[int] = []

    def interrupt(line: str) -> None:
        pids.append(int(line))
        raise KeyboardInterrupt

    progress, start = Recorder(), time.monotonic()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN if background else signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            dev.console.run([sys.executable, "-c", code], progress, interrupt)
    finally:
        signal.signal(signal.SIGINT, before)
    assert time.monotonic() - start < 15
    assert progress.how == "stopped"
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and alive(pids[0]):
        time.sleep(0.02)
    assert not alive(pids[0])


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")  # a zombie whose new parent does not wait, as in some containers, is dead
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


@posix
def test_a_lock_lasts_as_long_as_the_command_of_one_who_was_killed(dev: Dev, tmp_path: Path) -> None:
    code = textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {str(PACKAGING)!r})
        import _dev_console, _dev_setup
        from pathlib import Path
        _dev_setup.state.cache_folder = lambda: Path({str(dev.state.cache_folder())!r})
        command = [sys.executable, "-c", "import time; print('go', flush=True); time.sleep(1.5)"]
        with _dev_setup.lock("name", "busy"):
            _dev_console.run(command, _dev_console.Progress("x"), lambda line: print(line, flush=True))
    """)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout
        while killed.stdout.readline().strip() != "go":
            pass
        killed.send_signal(signal.SIGKILL)
    file = (dev.state.cache_folder() / "locks" / "name").open("a+b")
    with file:
        assert not dev.setup.try_lock(file.fileno(), wait=False)
        assert dev.setup.try_lock(file.fileno(), wait=True)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("NewConnectionError('...: [Errno -3] Temporary failure in name resolution')", "network does not answer"),
        ("  Temporary failure resolving 'some.host'", "network does not answer"),
        ("  CMake Error: CMAKE_CXX_COMPILER not set, after EnableLanguage", "no .*compiler"),
        ("c++: fatal error: Killed signal terminated program cc1plus", "ran out of memory"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("SSLError(SSLCertVerificationError(1, 'certificate verify failed'))", "certificate"),
        ("ERROR: No matching distribution found for PySide6-Essentials==6.12.0", "not offered for Python 3"),
        (
            "lrelease: error while loading shared libraries: libx.so.2: cannot open shared object file",
            "library is missing",
        ),
        ("E: Could not get lock /var/lib/dpkg/lock-frontend", "Another program is installing"),
    ],
)
def test_known_failures_get_their_sentence(dev: Dev, line: str, expected: str) -> None:
    sentence = dev.console.explain(["Collecting x", line, "error: subprocess-exited-with-error"])
    assert re.search(expected, sentence)
    assert sentence.endswith("then run the same command again.")


def test_unknown_failures_get_none(dev: Dev) -> None:
    assert dev.console.explain(["some output", "exit code 1"]) == ""


def test_the_useful_lines_start_at_the_error(dev: Dev) -> None:
    lines = ["Collecting x", *(f"  [{n}/9] g++ -c file{n}.cpp" for n in range(8)), "", "  FAILED: [code=1] a.o"]
    lines += ["  a.cpp:1:1: error: 'x' was not declared", "  " + "x" * 500, *["more"] * 40]
    useful = dev.console.useful_lines(lines)
    assert useful[0] == "  FAILED: [code=1] a.o"
    assert useful[1].endswith("declared")
    assert len(useful) == 12
    assert max(map(len, useful)) <= 200
    assert dev.console.useful_lines([str(n) for n in range(40)])[-1] == "39"


def test_progress_in_a_log_is_a_line_every_tenth(
    dev: Dev, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 0.0
    monkeypatch.setattr(dev.console.time, "monotonic", lambda: now)
    progress = dev.console.Progress("Compiling")
    for n in range(1, 141):
        now += 3
        progress.update(f"{n} of 140 files", n / 140)
    progress.finish("done")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Compiling ..."
    assert lines[1] == "   10%, 14 of 140 files, 0:42, about 6:18 left"
    assert lines[-2] == "  100%, 140 of 140 files, 7:00, about 0:00 left"
    assert lines[-1] == "Compiling: done after 7:00"
    assert len(lines) == 12


def test_progress_on_a_terminal_is_one_line(
    dev: Dev, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    progress = dev.console.Progress("Installing")
    progress.update("a long name " * 20)
    progress.finish("done")
    shown = capsys.readouterr().out
    assert shown.count("\n") == 1
    assert all(len(part) <= 60 for part in shown.split("\r"))
    assert shown.split("\r")[-1].strip() == "Installing: done after 0:00"
