"""The command line's ``chatapp models``: list, search, show, download, verify, remove."""

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from chatapp import cli_download
from chatapp.cli_output import write, write_json
from chatapp.core.errors import ErrorCode, HubError, ModelError, RequestError, StorageError
from chatapp.hub import access
from chatapp.hub.catalogue import Catalogue, HubModel, Query
from chatapp.hub.header_cache import HeaderCache
from chatapp.hub.library import LocalModel, Scanner, all_models, split_files
from chatapp.hub.pace import Pace
from chatapp.hub.partial import PART, RECORD, beside, discard, is_same, read_record
from chatapp.hub.places import Keeper, Place, places
from chatapp.hub.remote_file import Source
from chatapp.hub.sizes import format_size
from chatapp.hub.stop import Stop
from chatapp.paths import Paths, starter_model
from chatapp.settings import schema
from chatapp.settings.file import Settings


def run(given: argparse.Namespace) -> int:
    """Do what *given* asks for; the exit code."""
    actions: dict[str, Callable[[argparse.Namespace], int]] = {
        "list": listing, "search": search, "show": show, "download": download, "verify": verify, "remove": remove
    }  # fmt: skip
    return actions[given.action](given)


def environment(given: argparse.Namespace) -> tuple[Paths, Settings]:
    """The folders and the settings that a command works with."""
    paths = Paths.under(given.data_dir) if given.data_dir else Paths.default()
    return paths, Settings.load(paths.settings_file)


def listing(given: argparse.Namespace) -> int:
    """List the models on this computer; exit code 1 when one is broken, or a folder cannot be looked through."""
    paths, settings = environment(given)
    looked_at = places(paths.models, settings.get(schema.MODEL_FOLDERS), settings.get(schema.MODEL_SOURCES_OFF))
    if not paths.models.exists():
        looked_at.remove(Place(Keeper.OWN, paths.models))  # nothing was downloaded yet
    files = [Path(file) for file in settings.get(schema.MODEL_FILES)]
    headers = HeaderCache(paths.headers)
    looked = Scanner(headers).scan(looked_at, starter_model(), files)
    headers.close()
    found = all_models(looked)
    for look in looked:
        if look.problem is not None:
            sys.stderr.write(f"chatapp: {look.problem.message}\n")
    if given.json:
        write_json([_local_json(model) for model in found], indent=2)
    else:
        for model in found:
            facts = (model.quantization, format_size(model.size), model.keeper.program)
            _print(model.name, *((model.error.message,) if model.error else facts), model.path)
    return 1 if any(model.error for model in found) or any(look.problem for look in looked) else 0


def search(given: argparse.Namespace) -> int:
    """Print the repositories that match."""
    query = Query(
        given.text,
        given.sort,
        given.limit,
        author=given.author,
        licence=given.licence,
        language=given.language,
        max_params=given.max_params,
    )
    found = Catalogue(_source(environment(given)[1])).search(query)
    if given.json:
        write_json([_model_json(model) for model in found], indent=2)
    else:
        for model in found:
            size = f"{model.n_params / 1e9:.1f}B" if model.n_params else ""
            _print(model.repo, size, model.licence, f"{model.downloads} downloads", "gated" if model.gated else "")
    return 0


def show(given: argparse.Namespace) -> int:
    """Print what can be downloaded from a repository."""
    found = Catalogue(_source(environment(given)[1])).repository(given.repo, given.revision)
    if given.json:
        variants = [asdict(variant) | {"size": variant.size} for variant in found.variants]
        write_json(_model_json(found.model) | {"commit": found.commit, "variants": variants}, indent=2)
    else:
        for variant in found.variants:
            _print(variant.name, variant.quantization or variant.kind, format_size(variant.size), variant.files[0].path)
    return 0


def download(given: argparse.Namespace) -> int:
    """Fetch a model; what arrived earlier is not fetched again."""
    paths, settings = environment(given)
    limit = given.max_speed * 1_000_000 if given.max_speed else settings.get(schema.SPEED_LIMIT) * 1000
    return cli_download.download(given, _download_folder(paths, settings), _source(settings), Pace(round(limit)))


def verify(given: argparse.Namespace) -> int:
    """Hash downloaded files again; exit code 1 when one is not what its authors published."""
    results = []
    for target in given.files or sorted(_downloaded(environment(given))):
        record = read_record(target)
        try:
            same = None if record is None else is_same(target, record, Stop(), lambda _: None)
            state = {True: "ok", False: "damaged", None: "unknown origin"}[same]
        except FileNotFoundError:
            state = "missing"  # its record is there: somebody else has deleted it
        except OSError as error:
            raise ModelError(ErrorCode.MODEL_UNREADABLE, path=target, reason=error.strerror or error) from error
        results.append({"path": str(target), "state": state})
        if not given.json:
            _print(state, target)
    if given.json:
        write_json(results, indent=2)
    return 1 if any(result["state"] != "ok" for result in results) else 0


def remove(given: argparse.Namespace) -> int:
    """Delete models in the folder for downloads, all files of those that are split, and what has arrived of them."""
    folders = [folder.resolve() for folder in _own_folders(*environment(given))]
    files: list[Path] = []
    for first in given.files:
        parts = split_files(first.absolute())
        for file in parts:
            if not any(file.resolve().is_relative_to(folder) for folder in folders):
                reason = f"{file} is not in {' or '.join(map(str, folders))}, where downloads are; delete it yourself"
                raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=reason)
        there = [file for file in parts if any(beside(file, ending).is_file() for ending in ("", PART, RECORD))]
        if not there:  # of a download that was stopped, the last parts have not begun yet
            raise ModelError(ErrorCode.MODEL_MISSING, path=first.absolute())
        files += there
    for file in files:
        try:
            file.unlink(missing_ok=True)
            beside(file, RECORD).unlink(missing_ok=True)
            discard(file)
        except OSError as error:
            raise StorageError(ErrorCode.FILE_NOT_DELETED, path=file, reason=error.strerror or error) from error
    if given.json:
        write_json([str(file) for file in files], indent=2)
    return 0


def _source(settings: Settings) -> Source:
    """The hub, with the token from the keyring when the environment has none."""
    access.use_proxy(settings)
    try:
        return access.source_with_saved_token(settings)
    except HubError as error:
        sys.stderr.write(f"chatapp: {error.message}\n")
        return access.source(settings)


def _download_folder(paths: Paths, settings: Settings) -> Path:
    return Path(settings.get(schema.DOWNLOAD_FOLDER) or paths.models)


def _own_folders(paths: Paths, settings: Settings) -> set[Path]:
    return {paths.models, _download_folder(paths, settings)}


def _downloaded(where: tuple[Paths, Settings]) -> Iterator[Path]:
    for folder in _own_folders(*where):
        for record in folder.rglob(f"*{RECORD}"):
            yield record.with_name(record.name.removesuffix(RECORD))


def _model_json(model: HubModel) -> dict[str, Any]:
    return asdict(model) | {"modified": model.modified.isoformat() if model.modified else None}


def _local_json(model: LocalModel) -> dict[str, Any]:
    data = asdict(replace(model, error=None))
    del data["inode"]
    return data | {
        "path": str(model.path),
        "folder": str(model.folder),
        "error": model.error.message if model.error else None,
    }


def _print(*cells: object) -> None:
    """A line for people; what a hub says must not steer their terminal."""
    texts = ("".join(c if c.isprintable() else "?" for c in str(cell)) for cell in cells)
    write("\t".join(texts).rstrip() + "\n")
