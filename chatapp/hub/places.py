"""Where model files lie on this computer: the app's folder, the user's, and those of other programs that are there."""

import configparser
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from chatapp.hub.side_files import read_json, read_text


class Keeper(StrEnum):
    """Who keeps a model file."""

    OWN = "own"  # the app: what it downloaded, and the starter model
    FOLDER = "folder"  # a folder that the user named
    FILE = "file"  # a file that the user named or opened
    HUGGING_FACE = "hugging_face"
    LM_STUDIO = "lm_studio"
    OLLAMA = "ollama"
    LLAMA_CPP = "llama_cpp"
    JAN = "jan"
    GPT4ALL = "gpt4all"

    @property
    def program(self) -> str:
        """The other program's name; empty for what is the user's or the app's."""
        return _PROGRAMS.get(self, "")

    @property
    def is_store(self) -> bool:
        """Whether its files belong together, so that taking one away breaks what the program knows of them."""
        return self in (Keeper.OLLAMA, Keeper.HUGGING_FACE)


_PROGRAMS = {
    Keeper.HUGGING_FACE: "Hugging Face",
    Keeper.LM_STUDIO: "LM Studio",
    Keeper.OLLAMA: "Ollama",
    Keeper.LLAMA_CPP: "llama.cpp",
    Keeper.JAN: "Jan",
    Keeper.GPT4ALL: "GPT4All",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A *folder* in which *keeper* keeps models."""

    keeper: Keeper
    folder: Path

    @property
    def switch(self) -> str:
        """What turns it off in the settings: a program's name for all its folders, else the folder."""
        return self.keeper.value if self.keeper.program else str(self.folder)


def places(own: Path, folders: tuple[str, ...], off: tuple[str, ...] = ()) -> list[Place]:
    """The places to look at: *own*, other programs' that exist, the user's *folders*; without those switched *off*."""
    # A program's before the user's: what lies in both is the program's.
    found = [Place(Keeper.OWN, own), *programs(), *(Place(Keeper.FOLDER, Path(folder)) for folder in folders)]
    return [place for place in found if place.keeper is Keeper.OWN or place.switch not in off]


def programs(environ: Mapping[str, str] | None = None, home: Path | None = None) -> Iterator[Place]:
    """The folders of other programs that exist, each once; *environ* and *home* are for tests."""
    system = _System(os.environ if environ is None else environ, home or Path.home())
    seen = set()
    for keeper, folder in system.candidates():
        try:
            real = folder.resolve() if folder.is_absolute() and folder.is_dir() else None
        except (OSError, RuntimeError):
            continue
        if real is not None and real not in seen:
            seen.add(real)
            yield Place(keeper, folder)


class _System:
    """Where the programs put things on this system, as their sources and documents say."""

    def __init__(self, environ: Mapping[str, str], home: Path) -> None:
        self._environ = environ
        self._home = home
        if sys.platform == "win32":
            local = self._variable("LOCALAPPDATA") or home / "AppData" / "Local"
            roaming = self._variable("APPDATA") or home / "AppData" / "Roaming"
            self._cache, self._config, self._data, self._local_data = local, roaming, roaming, local
        elif sys.platform == "darwin":
            support = home / "Library" / "Application Support"
            self._cache, self._config, self._data, self._local_data = home / "Library/Caches", support, support, support
        else:
            self._cache = self._variable("XDG_CACHE_HOME") or home / ".cache"
            self._config = self._variable("XDG_CONFIG_HOME") or home / ".config"
            self._data = self._local_data = self._variable("XDG_DATA_HOME") or home / ".local" / "share"

    def candidates(self) -> Iterator[tuple[Keeper, Path]]:
        """Every folder that could be there."""
        for keeper, folders in (
            (Keeper.HUGGING_FACE, self._hugging_face()),
            (Keeper.LM_STUDIO, self._lm_studio()),
            (Keeper.OLLAMA, self._ollama()),
            (Keeper.LLAMA_CPP, [self._variable("LLAMA_CACHE") or self._cache / "llama.cpp"]),
            (Keeper.JAN, self._jan()),
            (Keeper.GPT4ALL, self._gpt4all()),
        ):
            for folder in folders:
                yield keeper, folder

    def _variable(self, name: str) -> Path | None:
        value = self._environ.get(name, "").strip()
        return Path(value).expanduser() if value else None

    def _hugging_face(self) -> Iterator[Path]:
        # Not moved by XDG variables on macOS or Windows, unlike the caches of others.
        cache = self._variable("XDG_CACHE_HOME") or self._home / ".cache"
        home = self._variable("HF_HOME") or cache / "huggingface"
        yield self._variable("HF_HUB_CACHE") or self._variable("HUGGINGFACE_HUB_CACHE") or home / "hub"

    def _lm_studio(self) -> Iterator[Path]:
        homes = [self._home / ".lmstudio", self._home / ".cache" / "lm-studio"]
        pointer = read_text(self._home / ".lmstudio-home-pointer").strip()
        if pointer and "\0" not in pointer:
            homes.insert(0, Path(pointer))
        for settings in (*(home / "settings.json" for home in homes), self._config / "LM Studio" / "settings.json"):
            chosen = read_json(settings).get("downloadsFolder")
            if isinstance(chosen, str) and chosen and "\0" not in chosen:
                yield settings.parent / Path(chosen).expanduser()  # an absolute one stays as it is
        for home in homes:
            yield home / "models"

    def _ollama(self) -> Iterator[Path]:
        chosen = self._variable("OLLAMA_MODELS")
        if chosen is not None:
            yield chosen
        yield self._home / ".ollama" / "models"
        if sys.platform.startswith("linux"):
            yield Path("/usr/share/ollama/.ollama/models")  # of the system service

    def _jan(self) -> Iterator[Path]:
        chosen = self._variable("JAN_DATA_FOLDER")
        if chosen is None:
            named = read_json(self._data / "Jan" / "settings.json").get("data_folder")
            chosen = Path(named) if isinstance(named, str) and named and "\0" not in named else None
        yield (chosen or self._data / "Jan" / "data") / "llamacpp" / "models"

    def _gpt4all(self) -> Iterator[Path]:
        config = self._config if sys.platform == "win32" else self._home / ".config"
        ini = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            ini.read_string(read_text(config / "nomic.ai" / "GPT4All.ini"))
        except configparser.Error:
            ini.clear()
        chosen = ini.get("General", "modelPath", fallback="").strip('"')
        if chosen and "\0" not in chosen:
            yield Path(chosen)
        yield self._local_data / "nomic.ai" / "GPT4All"
