#!/usr/bin/env python3
# ruff: noqa: PLC0415  (an import where it is needed: a second start has milliseconds)
"""Set ChatApp up for development and start it or its tests: one command on a fresh machine, standard library only.

Everything lands in .venv; only the compiled llama.cpp is kept outside, in a per-user cache, for the next clone.
Python 3.6 must still be able to parse this file, so that an old Python shows a sentence and not a syntax error.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "ChatApp needs Python 3.11 or newer, and this is Python %d.%d: install a newer one and start this file with "
        "it, for example: python3.12 packaging/dev.py run" % sys.version_info[:2]
    )

import os
import signal
from typing import Any, NoReturn

import _dev_state as state  # all that a second start needs; _dev_setup is imported when there is something to set up

HELP = """\
usage: python3 packaging/dev.py [--no-apt] COMMAND

  run [ARGS...]            start ChatApp from this clone; ARGS go to ChatApp
  test [--slow] [ARGS...]  run the tests; ARGS go to pytest
  setup                    get everything ready and start nothing
  package                  build the installers of this system into dist/
  COMMAND --help           more about one of them

The first start creates .venv, installs the pinned libraries and compiles llama.cpp, which takes 5 to 10 minutes on
two cores. The compiled library is kept for other clones in
  {cache}
Later starts take a moment.

  --no-apt         Debian and Ubuntu: do not look for missing system packages
  CMAKE_ARGS=...   environment variable with build options for llama.cpp, for example CMAKE_ARGS=-DGGML_CUDA=on for
                   NVIDIA GPUs; this clone keeps them until the variable is set again (CMAKE_ARGS= for the default)
"""
MOST_PROCESSES = 4  # of the tests; each takes up to 2 GB
COMMAND_HELP = {
    "run": """\
usage: python3 packaging/dev.py run [ARGS...]

Set up what is missing, then start ChatApp from this clone. ARGS go to ChatApp unchanged, for example
  python3 packaging/dev.py run --model some.gguf
  python3 packaging/dev.py run ask "What is attention?"
  python3 packaging/dev.py run -- --help                   ChatApp's own options
""",
    "test": """\
usage: python3 packaging/dev.py test [--slow] [ARGS...]

Set up what is missing, then run pytest in the repository root (paths in ARGS start there). Tests marked slow are
left out unless --slow is given; then all of them run. For example
  python3 packaging/dev.py test tests/unit -x
  python3 packaging/dev.py test -- --help                  pytest's own options
Without a display on Linux the windows open under Xvfb; with QT_QPA_PLATFORM=offscreen set they open nowhere. In both
cases several processes share the work when all tests run.
""",
    "package": """\
usage: python3 packaging/dev.py package [--vulkan | --vulkan=FILE | --only-vulkan]

Set up what is missing, compile llama.cpp for every kind of processor (once, some 15 minutes on two cores), freeze
ChatApp with PyInstaller and pack it: on Linux a .deb and a portable tarball in dist/.

  --vulkan       with what computes on graphics cards through Vulkan; it is used where the system has Vulkan
  --vulkan=FILE  the same, compiled elsewhere
  --only-vulkan  compile nothing but that, into dist/
""",
    "setup": """\
usage: python3 packaging/dev.py setup

Set up what is missing and start nothing: system packages (Debian and Ubuntu), .venv, the pinned libraries,
llama.cpp, translations.
""",
}


def run_command(args: "list[str]") -> "list[str]":
    """Start of the app. -P: never from a chatapp folder that happens to lie where the user is."""
    return [str(state.PYTHON), "-P", "-m", "chatapp", *args]


def test_command(args: "list[str]") -> "list[str]":
    """Start of the tests, with real windows where nobody is disturbed by them."""
    selection = [] if "--slow" in args else ["-m", "not slow"]  # a later -m of the user wins
    rest = [arg for arg in args if arg != "--slow"]
    if not rest and may_share_the_work():  # all of it; a file stays with one process, for its fixtures
        selection += ["-n", str(min(os.cpu_count() or 1, MOST_PROCESSES)), "--dist", "loadfile"]
    command = [str(state.PYTHON), "-m", "pytest", *selection, *rest]
    if needs_xvfb():
        os.environ["QT_QPA_PLATFORM"] = "xcb"  # Qt would prefer Wayland where the session says so
        command = ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24", *command]
    return command


def may_share_the_work() -> bool:
    """Not on a screen that somebody looks at: windows of two processes would take the keyboard from each other."""
    return sys.platform == "linux" and (needs_xvfb() or os.environ.get("QT_QPA_PLATFORM") == "offscreen")


def needs_xvfb() -> bool:
    return sys.platform == "linux" and not os.environ.get("DISPLAY") and "QT_QPA_PLATFORM" not in os.environ


def become(command: "list[str]") -> NoReturn:
    """Replace this process by the command; Windows cannot, so there wait for it and pass its exit code on."""
    sys.stdout.flush()
    if sys.platform == "win32":
        import subprocess

        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for the child, which gets it too
        sys.exit(subprocess.call(command))
    os.execvp(command[0], command)


def set_up(apt: bool, xvfb: bool) -> None:
    """Bring .venv and the translations up to date; next to nothing to do when they are."""
    if not state.is_ready():
        import _dev_setup

        _dev_setup.set_up(apt, xvfb)
    elif xvfb and not state.on_path("xvfb-run"):  # after `run`, which does not ask for it
        import _dev_setup

        _dev_setup.system_packages(apt, xvfb)
    if state.stale_translations():
        import _dev_setup

        _dev_setup.compile_translations()


def main(argv: "list[str]") -> None:
    apt = argv[:1] != ["--no-apt"]
    command, args = (argv if apt else argv[1:])[:1], (argv if apt else argv[1:])[1:]
    name = command[0] if command else ""
    if name in COMMAND_HELP and args[:1] in (["-h"], ["--help"]):
        print(COMMAND_HELP[name], end="")
        return
    if name not in COMMAND_HELP:
        print(HELP.format(cache=state.cache_folder()), end="")
        sys.exit(0 if name in ("-h", "--help", "help") else 2)
    if args[:1] == ["--"]:
        args = args[1:]
    if name == "package":  # in an environment of its own
        package(apt, args)
        return
    set_up(apt, xvfb=name == "test" and needs_xvfb())
    if name == "run":
        become(run_command(args))
    if name == "test":
        os.chdir(state.ROOT)
        become(test_command(args))
    print("Ready. Start ChatApp with: python3 packaging/dev.py run")


def package(apt: bool, args: "list[str]") -> None:
    from pathlib import Path

    import _dev_package

    option, _, file = args[0].partition("=") if args else ("", "", "")
    if len(args) > 1 or option not in ("", "--vulkan", "--only-vulkan") or (file and option != "--vulkan"):
        raise state.SetupError(f"`package` does not know {' '.join(args)}: try python3 packaging/dev.py package --help")
    if file and not Path(file).is_file():
        raise state.SetupError(f"There is no file {file}.")
    if option == "--only-vulkan":
        _dev_package.only_vulkan(apt)
        return
    _dev_package.package(apt, option == "--vulkan", Path(file) if file else None)


def stop(signum: int, frame: Any) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    for ending in ("SIGTERM", "SIGHUP"):  # end what was started, as on Ctrl-C; compilers outlive us otherwise
        if getattr(signal, ending, None) and signal.getsignal(getattr(signal, ending)) == signal.SIG_DFL:
            signal.signal(getattr(signal, ending), stop)
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # a Windows console lacks pip's box characters
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("\nStopped. Run the same command again to go on.")
    except (state.SetupError, OSError) as error:
        sys.exit(state.sentence(error))
