"""What keeps the app from starting."""

import shutil
from pathlib import Path

import pytest

from chatapp.app import _prepare
from chatapp.core.errors import ErrorCode, StorageError
from chatapp.paths import Paths


def test_a_full_disk_is_called_by_its_name(tiny_disk: Path) -> None:
    paths = Paths.under(tiny_disk)
    paths.ensure()
    (tiny_disk / "filler").write_bytes(b"x" * shutil.disk_usage(tiny_disk).free)
    with pytest.raises(StorageError) as caught:
        _prepare(paths)
    assert caught.value.code is ErrorCode.DISK_FULL
    assert str(tiny_disk) in caught.value.message


def test_a_second_one_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    lock = _prepare(Paths.under(tmp_path))
    with pytest.raises(StorageError) as caught:
        _prepare(Paths.under(tmp_path))
    assert caught.value.code is ErrorCode.ALREADY_RUNNING
    lock.unlock()
