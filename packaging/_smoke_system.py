"""Fresh Debian and Ubuntu systems without Python or compilers to install a package in: chroots that are made once and
kept, with a layer above them that is thrown away. Needs root; mounts are seen by the calling process alone."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import _dev_setup as setup
import _dev_state as state
from _dev_console import Progress, run

CHROOTS = state.cache_folder() / "chroots"
USER, UID = "tester", 1000
KEYS = Path("/usr/share/keyrings")
DEBIAN, UBUNTU = "sid", "gutsy"  # debootstrap's scripts: they know the mirror, and bootstrap all suites alike
# name: suite, script (an older debootstrap lacks the names of the newest suites), keyring
SYSTEMS = {
    "debian-12": ("bookworm", DEBIAN, "debian-archive-keyring.gpg"),
    "debian-13": ("trixie", DEBIAN, "debian-archive-keyring.gpg"),
    "ubuntu-22.04": ("jammy", UBUNTU, "ubuntu-archive-keyring.gpg"),  # the oldest C library that the parts allow
    "ubuntu-24.04": ("noble", UBUNTU, "ubuntu-archive-keyring.gpg"),
}
UNWANTED = ("python3", "python", "gcc", "cc", "g++", "clang")


def base(name: str) -> Path:
    """The untouched system, made when it is not there yet (some two minutes, 200 MB)."""
    place = CHROOTS / name
    if not place.exists():
        suite, script, key = SYSTEMS[name]
        unfinished = place.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        command = ["debootstrap", "--variant=minbase", f"--keyring={keyring(key)}", suite, unfinished, "", script]
        if script == UBUNTU:
            command.insert(2, "--components=main,universe")
        with setup.shown(Progress(f"Making a fresh {name}")) as progress:
            run(command, progress, progress.update)
        unfinished.rename(place)
    return place


def keyring(name: str) -> Path:
    """The keys that a mirror's packages are signed with; Ubuntu's are in a package of Debian 13."""
    if (KEYS / name).exists():
        return KEYS / name
    kept = CHROOTS / "keys" / name
    if not kept.exists():
        source = System("debian-13", "ubuntu-keyring")
        with source:
            source.inside("apt-get", "update", "-qq")
            source.inside("sh", "-c", "cd /tmp && apt-get download -qq ubuntu-keyring && dpkg -x *.deb keys")
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source.root / "tmp/keys" / (KEYS / name).relative_to("/"), kept)
    return kept


@dataclass
class System:
    """One fresh system as a context manager; *root* is where its files are while it is open."""

    name: str
    purpose: str
    root: Path = field(init=False)
    layers: list[Path] = field(default_factory=list)
    shared: list[Path] = field(default_factory=list)

    def __enter__(self) -> "System":
        self.layers = [base(self.name)]
        self.work = Path(tempfile.mkdtemp(prefix=f"chatapp-{self.name}-"))
        self.work.chmod(0o755)
        self.root = self.work / "root"
        self.root.mkdir()
        self.add_layer()
        shutil.copy("/etc/resolv.conf", self.root / "etc")  # names are looked up as here
        return self

    def __exit__(self, *_: object) -> None:
        mount("umount", "--recursive", "--lazy", self.root)
        shutil.rmtree(self.work)

    def add_layer(self) -> Path:
        """From here on everything that is written goes into a new folder, which is returned."""
        if self.root.is_mount():
            mount("umount", "--recursive", self.root)
        upper, scratch = self.work / f"layer{len(self.layers)}", self.work / f"scratch{len(self.layers)}"
        upper.mkdir(mode=0o755)
        scratch.mkdir()
        lower = ":".join(map(str, reversed(self.layers)))
        options = f"lowerdir={lower},upperdir={upper},workdir={scratch}"
        mount("mount", "-t", "overlay", "overlay", "-o", options, self.root)
        mount("mount", "-t", "proc", "proc", self.root / "proc")
        mount("mount", "--bind", "/dev", self.root / "dev")
        archives = CHROOTS / "archives" / self.name  # packages are fetched once
        (archives / "partial").mkdir(parents=True, exist_ok=True)
        (self.root / "var/cache/apt/archives").mkdir(parents=True, exist_ok=True)
        mount("mount", "--bind", archives, self.root / "var/cache/apt/archives")
        for folder in self.shared:
            self._bind(folder)
        self.layers.append(upper)
        return upper

    def share(self, folder: Path) -> None:
        """Let a folder of this machine be seen inside, at the same place."""
        self.shared.append(folder)
        self._bind(folder)

    def _bind(self, folder: Path) -> None:
        inside = self.root / folder.relative_to("/")
        inside.mkdir(parents=True, exist_ok=True)
        mount("mount", "--bind", folder, inside)

    def inside(self, *command: object, user: bool = False, **options: object) -> "subprocess.CompletedProcess[str]":
        """Run to the end; the result."""
        return subprocess.run(self.command(*command, user=user), capture_output=True, text=True, errors="replace",
                              check=False, **options)  # type: ignore[call-overload,no-any-return]  # fmt: skip

    def command(self, *command: object, user: bool = False, display: str = "") -> list[str]:
        """The words that start *command* inside, as root or as the user."""
        who = [f"--userspec={UID}:{UID}"] if user else []
        home = f"/home/{USER}" if user else "/root"
        variables = {"HOME": home, "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8"}
        variables |= {"DEBIAN_FRONTEND": "noninteractive"}
        if user:
            variables["XDG_RUNTIME_DIR"] = f"/run/user/{UID}"
        if display:
            variables["DISPLAY"] = display
        assigned = [f"{key}={value}" for key, value in variables.items()]
        return ["chroot", *who, str(self.root), "env", "-i", *assigned, *map(str, command)]

    def add_user(self) -> None:
        """Somebody with a home and nothing in it."""
        self.inside("useradd", "--create-home", "--uid", UID, "--skel", "/nothing", USER)
        runtime = self.root / f"run/user/{UID}"
        runtime.mkdir(parents=True, mode=0o700)
        os.chown(runtime, UID, UID)

    @property
    def home(self) -> Path:
        """The user's home, as seen from here."""
        return self.root / "home" / USER

    def unwanted(self) -> list[str]:
        """Programs that users do not have, and that a package must not need."""
        folders = ("usr/bin", "usr/local/bin")
        return [name for name in UNWANTED for folder in folders if (self.root / folder / name).exists()]

    def libraries(self, folder: str) -> "Iterator[tuple[str, str, str]]":
        """(file, library it is linked with, path of that or "") of everything that can be loaded in *folder*."""
        look = (
            f"LD_LIBRARY_PATH={folder}/_internal xargs -0 -n 50 ldd 2>/dev/null"  # as the programs do when they start
        )
        find = f"find {folder} -type f \\( -name '*.so*' -o -perm -100 \\) -print0 | {look}"
        file = ""
        for line in self.inside("sh", "-c", find).stdout.splitlines():
            if line.startswith("/"):
                file = line.rstrip(":")
            elif "=>" in line:
                name, _, found = line.strip().partition(" => ")
                yield file, name, "" if "not found" in found else found.split(" ")[0]

    def needed_packages(self, folder: str, without: set[str]) -> set[str]:
        """Names of the packages whose libraries something in *folder* is linked with by itself, *without* some."""
        inside, linked = self.root / folder.lstrip("/"), set()
        for file in inside.rglob("*"):
            if file.is_file() and not file.is_symlink() and file.open("rb").read(4) == b"\x7fELF":
                dynamic = subprocess.run(["readelf", "-d", file], capture_output=True, text=True, check=False).stdout
                linked |= set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic))
        linked -= without | {path.name for path in inside.rglob("*.so*")}
        owners = self.inside("dpkg", "-S", *[f"*/{name}" for name in linked]).stdout
        # libgtk-3-0t64 is what Debian and Ubuntu have called libgtk-3-0 since times have 64 bits
        return {re.sub("t64$", "", line.partition(":")[0]) for line in owners.splitlines() if " by " not in line}


def mount(*command: object) -> None:
    subprocess.run([str(word) for word in command], check=True)
