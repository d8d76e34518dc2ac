"""The packaged app in a fresh system, used with keys and mouse; what it did is read from what it kept."""

import ast
import contextlib
import json
import os
import re
import signal
import sqlite3
import struct
import subprocess
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _smoke_screen import Screen
from _smoke_system import System

QUIT_WITHIN = 15.0  # seconds
CALLS = (
    "network,open,openat,openat2,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,link,linkat,"
    "symlink,symlinkat,truncate,mknod,mknodat"
)


class App:
    """One run of the window, without any network, every file and socket it opens being noted."""

    def __init__(self, system: System, screen: Screen, program: str) -> None:
        self.system, self.screen = system, screen
        self._trace, self._stderr = system.work / "trace", system.work / "stderr"
        traced = ["strace", "-f", "-qq", "--seccomp-bpf", "-s", "300", "-e", f"trace={CALLS}", "-e", "signal=none"]
        app = system.command(program, "--lang", "en", user=True, display=screen.display)
        with self._stderr.open("wb") as stderr:
            command = ["unshare", "--net", *traced, "-o", self._trace, *app]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=stderr, cwd="/")
        self.started = time.monotonic()

    # -- doing ---------------------------------------------------------------------------------------------------------

    def write(self, text: str) -> None:
        """The first message of a new conversation, sent with Enter."""
        self.screen.window()
        self.screen.keys("ctrl+n")
        self.screen.type(text)
        self.screen.keys("Return")

    def export_attention(self, path: str) -> Path:
        """The inspector's Attention tab for the last token of the reply, written by its Export menu as NPZ."""
        left, top, width, height = self.screen.window()
        self.screen.keys("ctrl+i")
        time.sleep(1.5)
        self.screen.click(left + width - 280, top + int(height * 0.62))  # the strip of tokens
        self.screen.keys("End", "ctrl+Tab", "ctrl+Tab")
        time.sleep(1.5)
        self.screen.click(left + width - 16, top + 90)
        self.screen.keys("Up", "Return")
        time.sleep(1.0)
        self.screen.type(path)
        self.screen.keys("Return")
        return self.system.root / path.lstrip("/")

    def kill_engine_in_a_reply(self, text: str) -> None:
        """SIGSEGV after the message was sent and before its reply can begin: the engine is held until then."""
        engine = self.engine()
        engine.send(signal.SIGSTOP)
        self.write(text)
        time.sleep(0.7)
        engine.send(signal.SIGSEGV)
        engine.send(signal.SIGCONT)

    def quit(self) -> int | None:
        """With Ctrl+Q; the exit code, None when it did not end."""
        self.screen.window()
        self.screen.keys("ctrl+q")
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.process.wait(QUIT_WITHIN)
        return None

    def kill(self) -> None:
        """Whatever is left of it."""
        for process in self.family():
            process.send(signal.SIGKILL)
        self.process.wait()

    # -- what is to be seen --------------------------------------------------------------------------------------------

    def messages(self) -> list[tuple[str, str, str, int]]:
        """(role, text, why it ended, bytes of its token trace) of all messages in the database."""
        path = self.system.home / ".local/share/chatapp/conversations.sqlite3"
        query = "SELECT role, text, info, length(blob) FROM message LEFT JOIN trace ON message_id = id ORDER BY id"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            rows = connection.execute(query).fetchall()
        return [(role, text, json.loads(info or "{}").get("finish", ""), size or 0) for role, text, info, size in rows]

    def replied(self, replies: int) -> bool:
        """Whether so many replies have come to their end, the last one with text and the numbers of its tokens."""
        try:
            ended = [row for row in self.messages() if row[0] == "assistant" and row[2] == "stop"]
        except sqlite3.Error:  # not made yet
            return False
        return len(ended) >= replies and bool(ended[-1][1].strip()) and ended[-1][3] > 0

    def log(self) -> str:
        return (self.system.home / ".local/state/chatapp/log/chatapp.log").read_text("utf-8")

    def stderr(self) -> str:
        return self._stderr.read_text("utf-8", "replace").strip()

    def engine(self) -> "Process":
        """The worker; LookupError where there is none."""
        for process in self.family():
            if process.name.startswith("chatapp-engin"):
                return process
        raise LookupError("no engine")

    def family(self) -> list["Process"]:
        """All that were started by the process that started the app; their numbers may have begun anew meanwhile."""
        everyone = [process for process in map(Process, Process.all()) if process.parent]
        found: list[Process] = []
        wanted, before = {self.process.pid}, 0
        while len(wanted) > before:
            before = len(wanted)
            found = [process for process in everyone if process.parent in wanted]
            wanted |= {process.pid for process in found}
        return found

    def calls(self) -> list[str]:
        """The lines of the trace, calls that were interrupted being put together again."""
        begun: dict[str, str] = {}
        whole = []
        for line in self._trace.read_text("utf-8", "replace").splitlines():
            pid, _, call = line.partition(" ")
            call = call.strip()
            if call.endswith("<unfinished ...>"):
                begun[pid] = call.removesuffix("<unfinished ...>")
            elif found := re.match(r"<\.\.\. \w+ resumed>(.*)", call):
                whole.append(begun.pop(pid, "") + found[1])
            else:
                whole.append(call)
        return whole + list(begun.values())

    def sockets(self) -> list[str]:
        """Calls that ask for something other than a socket on this machine."""
        asked = [call for call in self.calls() if call.startswith(("socket(", "connect(", "bind(", "sendto("))]
        return [call for call in asked if not re.search(r"AF_UNIX|^sendto\(\d+, [^{]*NULL, 0\)", call)]

    def written(self) -> list[str]:
        """Paths of all files and folders that were made, written, renamed or removed, even for a moment."""
        found = set()
        for call in self.calls():
            name = call.partition("(")[0]
            failed = re.search(r"\) += -1 ", call)
            reading = name.startswith("open") and not re.search(r"O_WRONLY|O_RDWR|O_CREAT", call)
            if not failed and not reading and not call.startswith(("socket", "connect", "bind", "send", "recv")):
                found |= {path for path in re.findall(r'"((?:[^"\\]|\\.)*)"', call) if path.startswith("/")}
        return sorted(found)


class Process:
    """A process of this machine."""

    def __init__(self, pid: int) -> None:
        self.pid, self.name, self.parent = pid, "", 0
        with contextlib.suppress(OSError):
            stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
            self.name = stat[stat.index("(") + 1 : stat.rindex(")")]
            self.parent = int(stat[stat.rindex(")") + 2 :].split()[1])

    @staticmethod
    def all() -> list[int]:
        return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]

    def send(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)


@dataclass(frozen=True)
class Attention:
    """What the Attention tab or `chatapp inspect` wrote as NPZ: *values* in *shape* (layers, heads, queries, keys)."""

    shape: tuple[int, ...]
    values: tuple[float, ...]
    tokens: int
    meta: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> "Attention":
        with zipfile.ZipFile(path) as file:
            shape, kind, data = _array(file.read("attention.npy"))
            meta = _array(file.read("meta.npy"))[2].decode("utf-32-le").rstrip("\0")
            tokens = _array(file.read("tokens.npy"))[0][0]
        size, letter = {"<f2": (2, "e"), "<f4": (4, "f")}[kind]
        return cls(shape, struct.unpack(f"<{len(data) // size}{letter}", data), tokens, json.loads(meta))

    def rows(self) -> list[tuple[float, ...]]:
        """What each head of each layer gave to every token."""
        return [self.values[at : at + self.shape[-1]] for at in range(0, len(self.values), self.shape[-1])]

    def difference(self, other: "Attention") -> float:
        """The largest between any two weights; 1 when they are not of the same form."""
        if self.shape != other.shape:
            return 1.0
        return max(abs(a - b) for a, b in zip(self.values, other.values, strict=True))


def _array(content: bytes) -> tuple[tuple[int, ...], str, bytes]:
    """Shape, type and bytes of an .npy file (version 1)."""
    size = struct.unpack_from("<H", content, 8)[0]
    head = ast.literal_eval(content[10 : 10 + size].decode("latin-1"))
    return head["shape"], head["descr"], content[10 + size :]
