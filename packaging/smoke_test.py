#!/usr/bin/env python3
"""Installs a package (.deb or tarball) in fresh systems without Python or compilers, and uses it as a person does.

Needs root on Debian or Ubuntu, and debootstrap, Xvfb, xdotool and strace there (it installs what is missing).
"""

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import _dev_setup as setup
import _dev_state as state
from _smoke_app import App, Attention
from _smoke_screen import SOCKETS, Screen, wait
from _smoke_system import SYSTEMS, UID, USER, System

TOOLS = ["debootstrap", "debian-archive-keyring", "xvfb", "xdotool", "strace", "binutils", "util-linux"]
DEFAULT = ("debian-12", "ubuntu-22.04", "ubuntu-24.04")
OPTIONAL = {"libvulkan.so.1"}  # what uses it is loaded only where it is there
NOT_LINKED = {"ca-certificates", "fontconfig"}  # for downloads, and so that there is a font
HOME = f"/home/{USER}"
OWN = [f"{HOME}/{folder}/chatapp" for folder in (".local/share", ".local/state", ".config", ".cache")]
PARENTS = {f"{HOME}/{folder}" for folder in (".local", ".local/share", ".local/state", ".config", ".cache")}
EXPORT = f"{HOME}/attention.npz"  # where the person who tests wants it
MODEL = "_internal/resources/starter_model/chatapp-starter.gguf"
TOLERANCE = 5e-3  # of the same row from another run: flash attention rounds otherwise in a batch
OLDER = "0.0.1~older"
REPLY_WITHIN = 60.0  # seconds
QUESTION, OLD_QUESTION = "What is attention?", "What is a token?"


class Report:
    """One line for every check, as it comes in."""

    def __init__(self, system: str, quiet: bool) -> None:
        self.system, self.quiet, self.checks = system, quiet, list[dict[str, object]]()

    def check(self, name: str, good: object, detail: str = "") -> bool:
        self.checks.append({"name": name, "pass": bool(good), "detail": detail})
        line = f"{'ok  ' if good else 'FAIL'} {self.system:13} {name}" + (f": {detail}" if detail else "")
        print(line, file=sys.stderr if self.quiet else sys.stdout, flush=True)
        return bool(good)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="chatapp_*.deb or chatapp-*.tar.xz")
    parser.add_argument("--system", action="append", choices=sorted(SYSTEMS), help=f"without it: {', '.join(DEFAULT)}")
    parser.add_argument("--older", type=Path, help="an older .deb to upgrade from; without it the same under version "
                        f"{OLDER}")  # fmt: skip
    parser.add_argument("--pictures", type=Path, default=state.ROOT / "build" / "smoke", help="folder for screenshots")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    given = parser.parse_args(arguments)
    if os.geteuid() != 0 or not given.file.is_file():
        parser.error("it must be run as root" if given.file.is_file() else f"there is no file {given.file}")
    setup.install_packages(setup.missing_packages(TOOLS, setup.installed_packages()))
    reports = [Report(name, given.json) for name in given.system or DEFAULT]
    for report in reports:
        test(given.file.resolve(), report, given)
    good = all(check["pass"] for report in reports for check in report.checks)
    if given.json:
        found = {report.system: report.checks for report in reports}
        print(json.dumps({"file": str(given.file), "pass": good, "systems": found}, ensure_ascii=False, indent=1))
    return 0 if good else 1


def test(file: Path, report: Report, given: argparse.Namespace) -> None:
    """All checks in one fresh system."""
    pictures = given.pictures / f"{report.system}-{'deb' if file.suffix == '.deb' else 'tarball'}"
    shutil.rmtree(pictures, ignore_errors=True)
    with System(report.system, file.name) as system, Screen() as screen:
        system.add_user()
        system.share(SOCKETS)
        if file.suffix == ".deb":
            older = given.older or same_but_older(file, system.work)
            if not install(system, report, older, "an older version installs"):
                return
            before_upgrade(system, screen, report)
            install(system, report, file, "upgrade")
            program, folder = "chatapp", "/opt/chatapp"
            words = system.inside("dpkg-query", "-W", "-f", "${Depends}", "chatapp").stdout
            asked = {word.split()[0] for word in words.split(",")}
        else:
            program, folder, asked = unpack(system, report, file)
        report.check("no Python, no compiler there", not system.unwanted(), ", ".join(system.unwanted()))
        check_libraries(system, report, folder, asked)
        check_command_line(system, report, program)
        layer = system.add_layer()
        use(system, screen, report, program, folder, pictures, chats=file.suffix == ".deb")
        check_layer(layer, report)
        if file.suffix == ".deb":
            remove(system, report)


# Getting it there


def same_but_older(file: Path, folder: Path) -> Path:
    """The package under a lower version."""
    tree, made = folder / "older", folder / "older.deb"
    subprocess.run(["dpkg-deb", "-R", file, tree], check=True)
    control = tree / "DEBIAN" / "control"
    control.write_text(re.sub("(?m)^Version: .*", f"Version: {OLDER}", control.read_text("utf-8")), "utf-8")
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Znone", "-b", tree, made], check=True, stdout=subprocess.DEVNULL
    )
    shutil.rmtree(tree)
    return made


def install(system: System, report: Report, file: Path, name: str) -> bool:
    """With apt, which gets what it depends on and nothing else."""
    shutil.copy(file, system.root / "tmp" / "chatapp.deb")
    before = installed(system)
    system.inside("apt-get", "update", "-qq")
    done = system.inside("apt-get", "install", "-y", "-q", "--no-install-recommends", "/tmp/chatapp.deb")
    (system.root / "tmp" / "chatapp.deb").unlink()
    new = installed(system) - before
    detail = f"{len(new)} packages" if not done.returncode else done.stderr.strip()[-400:]
    return report.check(name, done.returncode == 0, detail)


def installed(system: System) -> set[str]:
    return set(system.inside("dpkg-query", "-W", "-f", "${Package} ${Version}\n").stdout.splitlines())


def unpack(system: System, report: Report, file: Path) -> tuple[str, str, set[str]]:
    """In the user's home, after the system libraries that its README asks for."""
    place = system.home / "apps"
    place.mkdir()
    subprocess.run(["tar", "-C", place, "-xf", file], check=True)
    (folder,) = place.iterdir()
    found = re.search(r"(?m)^ +sudo apt install (.*)$", (folder / "README.txt").read_text("utf-8"))
    names = found[1].split() if found else []
    system.inside("apt-get", "update", "-qq")
    done = system.inside("apt-get", "install", "-y", "-q", "--no-install-recommends", *names)
    detail = done.stderr.strip()[-400:] if done.returncode else f"{len(names)} packages"
    report.check("what its README asks for installs", names and done.returncode == 0, detail)
    inside = f"{HOME}/apps/{folder.name}"
    system.inside("chown", "-R", f"{UID}:{UID}", inside)
    return f"{inside}/chatapp", inside, {*names, "libc6"}


def check_libraries(system: System, report: Report, folder: str, asked: set[str]) -> None:
    """Everything that can be loaded finds its libraries, and the package asks for those it takes from the system."""
    linked = list(system.libraries(folder))
    missing = sorted(
        {f"{name} (for {Path(file).name})" for file, name, path in linked if not path and name not in OPTIONAL}
    )
    report.check("all libraries are there", linked and not missing, ", ".join(missing)[:500])
    needed = system.needed_packages(folder, OPTIONAL)
    unnamed, useless = sorted(needed - asked), sorted(asked - needed - NOT_LINKED)
    words = [
        f"{', '.join(names)} {what}" for names, what in ((unnamed, "not asked for"), (useless, "not needed")) if names
    ]
    report.check("asks for what it needs", not words, "; ".join(words) or f"{len(needed)} packages")


def check_command_line(system: System, report: Report, program: str) -> None:
    words = (program, "ask", QUESTION, "--json", "--temperature", "0", "--data-dir", "/tmp/ask")
    done = subprocess.run(["unshare", "--net", *system.command(*words, user=True)], capture_output=True, text=True,
                          check=False)  # fmt: skip
    shutil.rmtree(system.root / "tmp/ask", ignore_errors=True)
    try:
        reply = json.loads(done.stdout)
    except ValueError:
        report.check("chatapp ask --json", False, done.stderr.strip()[-400:])
        return
    good = done.returncode == 0 and not done.stderr and reply["text"].strip() and reply["tokens"][0]["logprob"] <= 0
    report.check("chatapp ask --json", good, f"{len(reply['tokens'])} tokens, “{reply['text'][:60]}…” {done.stderr}")


# Using it


def before_upgrade(system: System, screen: Screen, report: Report) -> None:
    """A chat that must be there afterwards."""
    app = App(system, screen, "chatapp")
    try:
        window_opens(app)
        app.write(OLD_QUESTION)
        report.check("a chat with the older version", wait(lambda: app.replied(1), REPLY_WITHIN), app.stderr())
        app.quit()
    finally:
        app.kill()


def use(system: System, screen: Screen, report: Report, program: str, folder: str, pictures: Path, chats: bool) -> None:
    """One sitting: a reply, its attention, a crash of the engine, another reply, the end."""
    app = App(system, screen, program)

    def step(name: str, act: Callable[[], tuple[object, str]]) -> None:
        try:
            good, detail = act()
        except (LookupError, OSError, AssertionError, ValueError) as error:
            good, detail = False, f"{type(error).__name__}: {error}"
        if app.process.poll():
            good, detail = False, f"{detail} (the app has ended with code {app.process.returncode}) {app.stderr()}"
        report.check(name, good, detail)
        screen.save(pictures / f"{len(report.checks):02}-{re.sub('[^a-z]+', '-', name.lower()).strip('-')}.png")

    replies = int(chats)
    try:
        step("the window opens", lambda: window_opens(app))
        if chats:
            step("chats are kept", lambda: (app.messages()[0][1] == OLD_QUESTION, f"“{app.messages()[0][1]}”"))
        step("a reply of the starter model", lambda: reply(app, QUESTION, replies + 1))
        step("the inspector shows real attention", lambda: looks_inside(app, program, f"{folder}/{MODEL}"))
        step("a crash of the engine is survived and told", lambda: crash(app))
        step("it goes on", lambda: goes_on(app, replies + 2))
        step("quits clean", lambda: quits(app))
    finally:
        app.kill()
    report.check("nothing on standard error", not app.stderr(), app.stderr()[-600:])
    outside = [path for path in app.written() if not is_own(path)]
    report.check("writes to its own folders only", not outside, ", ".join(outside)[:600])
    seen, calls = app.sockets(), app.calls()
    good = not seen and any("X11-unix" in call for call in calls)  # a trace without the screen's socket is none
    report.check("no network connection attempted", good, "; ".join(seen[:4])[:600] or f"{len(calls)} calls looked at")


def window_opens(app: App) -> tuple[object, str]:
    good = wait(lambda: not app.screen.is_blank() and app.screen.window(), 60)
    taken = time.monotonic() - app.started
    good = good and wait(app.engine, 60)  # started when the window is filled
    time.sleep(2)  # a person looks first
    return good, f"after {taken:.1f} s (traced)"


def reply(app: App, question: str, number: int) -> tuple[object, str]:
    app.write(question)
    good = wait(lambda: app.replied(number), REPLY_WITHIN)
    text = app.messages()[-1][1]
    return good, f"“{text[:70]}…”"


def looks_inside(app: App, program: str, model: str) -> tuple[object, str]:
    """The exported rows are attention: weights that sum to 1, other ones for each head, and the command line's, too."""
    path = app.export_attention(EXPORT)
    if not wait(path.exists, 10):
        return False, "nothing was exported"
    wait(lambda: path.stat().st_size > 1000, 5)
    time.sleep(0.5)
    shown = Attention.read(path)
    sums = sorted(map(sum, shown.rows()))
    again = path.with_name("attention.npz.again.npz")
    words = shlex.split(shown.meta["command"])  # the export says how the command line gets the same
    words[words.index("--model") + 1] = model
    words[words.index("--out") + 1] = f"{HOME}/{again.name}"
    done = app.system.inside(program, *words[1:], user=True)
    if done.returncode:
        return False, done.stderr.strip()
    difference = shown.difference(Attention.read(again))
    layers, heads = shown.shape[:2]
    good = min(sums) > 0.99 and max(sums) < 1.01 and len(set(shown.rows())) == len(sums)
    good = good and shown.shape[-1] == shown.tokens
    return good and difference < TOLERANCE, (
        f"{layers} layers x {heads} heads over {shown.tokens} tokens, {shown.meta['attention']}; rows sum to "
        f"{sums[0]:.3f} to {sums[-1]:.3f}; `chatapp inspect` differs by {difference:.4f} at most"
    )


def crash(app: App) -> tuple[object, str]:
    before = app.screen.red_box()
    app.kill_engine_in_a_reply("Tell me more.")
    told = wait(lambda: "SIGSEGV" in app.log(), 15) and wait(app.screen.red_box, 10)
    last = app.messages()[-1]
    good = told and not before and last[2] == "interrupted" and app.process.poll() is None
    return good, f"the reply is marked {last[2]}, a notice is {'shown' if told else 'not shown'}"


def goes_on(app: App, number: int) -> tuple[object, str]:
    """Its first button starts the engine again."""
    box = app.screen.red_box()
    assert box is not None, "no notice"
    app.screen.click(box[0] + 90, box[3] - 22)
    assert wait(app.engine, 15), "the engine does not start again"
    time.sleep(3)
    return reply(app, QUESTION, number)


def quits(app: App) -> tuple[object, str]:
    code = app.quit()
    left = [process.name for process in app.family()]
    return code == 0 and not left, f"exit code {code}" + (f", left: {', '.join(left)}" if left else "")


def is_own(path: str) -> bool:
    if path in PARENTS or path.startswith((EXPORT, "/dev/", "/proc/", "/tmp/.X11-unix/")):
        return True
    return any(path == own or path.startswith(f"{own}/") for own in OWN)


def check_layer(layer: Path, report: Report) -> None:
    """The same from the other side: what the disk has more than before."""
    ours = [f"/{path.relative_to(layer)}" for path in layer.rglob("*") if path.is_file() or path.is_symlink()]
    outside = [path for path in ours if not is_own(path)]
    report.check("leaves nothing behind elsewhere", not outside, ", ".join(outside)[:600])


def remove(system: System, report: Report) -> None:
    done = system.inside("apt-get", "remove", "-y", "-q", "chatapp")
    gone = not (system.root / "opt/chatapp").exists() and not (system.root / "usr/bin/chatapp").is_symlink()
    kept = (system.home / ".local/share/chatapp/conversations.sqlite3").exists()
    told = "~/.local/share/chatapp" in done.stdout
    words = [word for word, good in (("program gone", gone), ("chats kept", kept), ("says where", told)) if good]
    report.check("is removed, data stays", done.returncode == 0 and len(words) == 3, ", ".join(words))


if __name__ == "__main__":
    if "CHATAPP_SMOKE_ALONE" not in os.environ and os.geteuid() == 0:  # mounts of ours are nobody else's
        os.environ["CHATAPP_SMOKE_ALONE"] = "1"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv])
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
    except state.SetupError as error:
        sys.exit(state.sentence(error))
