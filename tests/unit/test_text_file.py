"""Text files of the encodings people have, and files that are none."""

from pathlib import Path

import pytest

from chatapp.core import text_file
from chatapp.core.errors import ErrorCode, StorageError
from chatapp.core.text_file import NO_TEXT, TOO_LARGE, PlainText, decoded, plain_text, read_text

TEXT = "안녕하세요, attention!\n어텐션은 똠방각하 뷁.\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp949"]
)  # "utf-16" writes a byte order mark
def test_encodings_are_told_apart(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(TEXT.encode(encoding))
    assert read_text(path) == PlainText(TEXT.encode(), len(TEXT))


def test_line_ends_stay_what_they_are() -> None:
    assert decoded(b"a\r\nb\r\n\r") == PlainText(b"a\r\nb\r\n\r", 7)
    assert decoded(b"") == PlainText()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp949"])
def test_slices_meet_wherever_they_are_cut(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = TEXT.replace("\n", "\r\n")
    for size in (1, 2, 3, 5, 7):
        monkeypatch.setattr(text_file, "_SLICE", size)
        assert decoded(text.encode(encoding)) == PlainText(text.encode(), len(text))
        assert plain_text(TEXT) == PlainText(TEXT.encode(), len(TEXT))


@pytest.mark.parametrize(
    "data", [b"\x7fELF\x02\x01\x01\0\0\0\0\0\x03\0>\0\x01\0\0\0", b"GGUF\x03\0\0\0abc", b"\xff\x01\x80", b"\0"]
)
def test_binary_files_are_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(data)
    with pytest.raises(StorageError) as caught:
        read_text(path)
    assert caught.value.code is ErrorCode.FILE_UNREADABLE
    assert caught.value.params["reason"] == NO_TEXT
    assert "file.bin" in caught.value.message


def test_large_files_are_refused_without_being_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_file, "MAX_BYTES", 3 * 1024**2)
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(3 * 1024**2 + 1)
    with pytest.raises(StorageError) as caught:
        read_text(path)
    assert caught.value.params["reason"] == TOO_LARGE
    assert "3 MB" in caught.value.message


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file"):
        read_text(tmp_path / "nothing.txt")
