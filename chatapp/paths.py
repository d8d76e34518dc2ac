"""Where files live: per-user folders, and what ships with the app. The only module that resolves `resources/`."""

import errno
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from platformdirs import PlatformDirs

_NAME = "chatapp"


@dataclass(frozen=True, slots=True)
class Paths:
    """The app's folders. Chats live in *data*, never in *cache*, which the system may empty at any time."""

    config: Path
    data: Path
    cache: Path
    logs: Path
    models: Path

    @classmethod
    def default(cls) -> Self:
        """The folders this system has for such things."""
        # Not roaming on Windows: a database and models must not travel with a login.
        dirs = PlatformDirs(_NAME, appauthor=False, roaming=False)
        data = dirs.user_data_path
        return cls(dirs.user_config_path, data, dirs.user_cache_path, dirs.user_log_path, data / "models")

    @classmethod
    def under(cls, data_dir: Path | str) -> Self:
        """Everything inside one folder, for ``--data-dir``."""
        root = Path(data_dir).expanduser().absolute()
        return cls(root, root, root / "cache", root / "logs", root / "models")

    @property
    def database(self) -> Path:
        """The conversations."""
        return self.data / "conversations.sqlite3"

    @property
    def presets(self) -> Path:
        """The user's sampling presets."""
        return self.config / "presets"

    @property
    def library(self) -> Path:
        """What the user noted of models: names, tags, favourites."""
        return self.data / "library.json"

    @property
    def headers(self) -> Path:
        """What model files say of themselves; made anew when it is gone."""
        return self.cache / "headers.sqlite3"

    @property
    def settings_file(self) -> Path:
        """The settings."""
        return self.config / "settings.json"

    def ensure(self) -> None:
        """Create the folders, readable by their owner only; raise OSError (``filename`` says where) when one fails."""
        for folder in (self.config, self.data, self.cache, self.logs, self.models):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not os.access(folder, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, "the folder is not writable", str(folder))


def resources() -> Path:
    """The folder with icons, translations and the starter model, however the app was installed."""
    bundle = getattr(sys, "_MEIPASS", None)  # set in a frozen app
    if bundle is not None:
        return Path(bundle) / "resources"
    package = Path(__file__).resolve().parent
    # A wheel carries a copy inside the package. Looked at first: beside site-packages/chatapp, a folder of that name
    # would be somebody else's.
    inside = package / "resources"
    return inside if inside.is_dir() else package.parent / "resources"


def is_file(path: Path) -> bool:
    """Whether there is a file; False, too, where nobody says: on a network drive that is gone, in others' folders."""
    try:
        return path.is_file()
    except OSError:
        return False


def starter_model() -> Path:
    """The small model that ships with the app (it may be missing in a source checkout)."""
    return resources() / "starter_model" / "chatapp-starter.gguf"
