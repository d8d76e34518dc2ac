"""What a hub has: GGUF repositories that match a search, and the files of one of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from chatapp.hub import api
from chatapp.hub.file_names import Variant, variants
from chatapp.hub.remote_file import RemoteFile, Source

Sort = Literal["downloads", "likes", "last_modified", "created_at", "trending_score"]
MAX_RESULTS = 100
_MAX_ASKED = 20  # files of one repository, one by one
_SHA256 = re.compile("[0-9a-f]{64}")

_FIELDS = ["author", "downloads", "gated", "gguf", "lastModified", "likes", "pipeline_tag", "tags"]


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for; empty fields do not matter.

    licence     as in tags: "apache-2.0"
    language    two letters: "ko"
    task        the hub's word: "text-generation"
    max_params  billions of weights at most; 0: any
    """

    text: str = ""
    sort: Sort = "downloads"
    limit: int = 30
    author: str = ""
    licence: str = ""
    language: str = ""
    task: str = ""
    max_params: float = 0.0
    without_gated: bool = False


@dataclass(frozen=True, slots=True)
class HubModel:
    """A repository, as its author and the hub describe it; nothing of this can be trusted.

    modified  None when unknown; numbers are 0 when unknown
    gated     its authors want to be asked first
    n_params  weights; *architecture* and *context_length* (tokens) as in the GGUF header that the hub looked at
    """

    repo: str
    downloads: int = 0
    likes: int = 0
    modified: datetime | None = None
    gated: bool = False
    licence: str = ""
    languages: tuple[str, ...] = ()
    task: str = ""
    tags: tuple[str, ...] = ()
    architecture: str = ""
    context_length: int = 0
    n_params: int = 0


@dataclass(frozen=True, slots=True)
class Repository:
    """One repository at one *commit*, and what can be had from it."""

    model: HubModel
    commit: str
    variants: tuple[Variant, ...]
    files: tuple[RemoteFile, ...]

    @property
    def models(self) -> tuple[Variant, ...]:
        """The quantizations, the smallest first."""
        return tuple(variant for variant in self.variants if variant.kind == "model")

    @property
    def projectors(self) -> tuple[Variant, ...]:
        """What lets its models see pictures (mmproj)."""
        return tuple(variant for variant in self.variants if variant.kind == "mmproj")

    def find(self, path: str) -> Variant | None:
        """The variant that the file *path* belongs to."""
        return next((v for v in self.variants if any(file.path == path for file in v.files)), None)


class Catalogue:
    """Asks *source*; every method waits, at most *seconds*, and raises HubError."""

    def __init__(self, source: Source, seconds: float = api.DEADLINE) -> None:
        self._source = source
        self._seconds = seconds

    def search(self, query: Query) -> tuple[HubModel, ...]:
        """Repositories with GGUF files, best first."""
        tags = ["gguf"]
        if query.licence:
            tags.append(f"license:{query.licence}")
        if query.language:
            tags.append(query.language)

        def ask(hub: Any) -> tuple[HubModel, ...]:
            found = hub.list_models(
                filter=tags,
                search=query.text.strip() or None,
                author=query.author or None,
                pipeline_tag=query.task or None,
                num_parameters=f"max:{query.max_params:g}B" if query.max_params > 0 else None,
                gated=False if query.without_gated else None,
                sort=query.sort,
                limit=max(1, min(query.limit, MAX_RESULTS)),
                expand=_FIELDS,
            )
            return tuple(_model(info) for info in found)

        return api.call(self._source, "models", ask, self._seconds)

    def repository(self, repo: str, revision: str = "") -> Repository:
        """The files of *repo*, at its newest commit or at *revision* (a commit, branch or tag)."""

        def ask(hub: Any) -> Repository:
            info = hub.model_info(repo, revision=revision or None, files_metadata=True, timeout=self._seconds)
            files = tuple(_completed([*_files(info)], hub, self._source, self._seconds))
            return Repository(_model(info), str(info.sha or ""), variants(files), files)

        return api.call(self._source, repo, ask, self._seconds)


def _model(info: Any) -> HubModel:
    tags = tuple(tag for tag in info.tags or () if isinstance(tag, str))
    card = info.card_data or {}
    languages = card.get("language") or [tag for tag in tags if len(tag) == 2]
    licence = next((tag.partition(":")[2] for tag in tags if tag.startswith("license:")), card.get("license"))
    gguf = info.gguf if isinstance(info.gguf, dict) else {}
    return HubModel(
        str(info.id),
        _number(info.downloads),
        _number(info.likes),
        info.last_modified if isinstance(info.last_modified, datetime) else None,
        bool(info.gated),
        licence if isinstance(licence, str) else "",
        (languages,) if isinstance(languages, str) else tuple(str(language) for language in languages),
        str(info.pipeline_tag or ""),
        tags,
        str(gguf.get("architecture") or ""),
        _number(gguf.get("context_length")),
        _number(gguf.get("total")),
    )


def _files(info: Any) -> Iterable[RemoteFile]:
    for sibling in info.siblings or ():
        size = _number(sibling.lfs.size if sibling.lfs else sibling.size)
        sha256 = sibling.lfs.sha256 if sibling.lfs else ""
        if isinstance(sibling.rfilename, str) and isinstance(sha256, str):
            yield RemoteFile(str(info.id), str(info.sha or ""), sibling.rfilename, size, sha256)


def _completed(files: list[RemoteFile], hub: Any, source: Source, seconds: float) -> Iterable[RemoteFile]:
    """Sizes and hashes that a mirror has left out of its list are told at the files' own addresses."""
    left = _MAX_ASKED
    for file in files:
        if (file.size and file.sha256) or not left or not file.path.lower().endswith(".gguf"):
            yield file
            continue
        left -= 1
        found = hub.get_hf_file_metadata(url=source.address(file), timeout=seconds)
        sha256 = found.etag if _SHA256.fullmatch(found.etag or "") else ""
        yield replace(file, size=file.size or _number(found.size), sha256=file.sha256 or sha256)


def _number(value: object) -> int:
    """*value*, if it is a number that can count something."""
    return int(value) if isinstance(value, int | float) and 0 <= value < 1 << 62 else 0
