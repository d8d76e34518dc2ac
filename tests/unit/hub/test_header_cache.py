import os

import pytest

from chatapp.core.errors import ErrorCode, ModelError
from chatapp.hub import header_cache
from chatapp.hub.gguf import read_header
from chatapp.hub.header_cache import HeaderCache
from tests.unit.hub.builders import write_model


@pytest.fixture
def reads(monkeypatch):
    """The files whose headers were read."""
    read = []

    def counting(path, **options):
        read.append(path.name)
        return read_header(path, **options)

    monkeypatch.setattr(header_cache, "read_header", counting)
    return read


def test_a_header_is_read_once_over_restarts_until_the_file_changes(tmp_path, reads):
    path, database = write_model(tmp_path / "m.gguf"), tmp_path / "cache" / "headers.sqlite3"
    broken = tmp_path / "broken.gguf"
    broken.write_text("hello")
    for _ in range(2):
        cache = HeaderCache(database)
        for _ in range(2):
            facts = cache.facts([path])
            with pytest.raises(ModelError) as caught:
                cache.header(broken)
            assert caught.value.code is ErrorCode.MODEL_NOT_GGUF
        cache.close()
        assert facts.header == read_header(path)
    assert sorted(reads) == ["broken.gguf", "m.gguf"]
    os.utime(path, (1, 1))
    again = HeaderCache(database)
    assert again.facts([path]).fingerprint == facts.fingerprint
    again.close()
    assert reads.count("m.gguf") == 2


def test_a_missing_file_is_asked_for_again(tmp_path):
    cache = HeaderCache()
    with pytest.raises(ModelError):
        cache.header(tmp_path / "m.gguf")
    write_model(tmp_path / "m.gguf")
    assert cache.header(tmp_path / "m.gguf").architecture == "llama"
    (tmp_path / "m.gguf").unlink()
    remembered = cache.remembered(tmp_path / "m.gguf")  # needs no disk
    assert remembered is not None
    assert remembered.architecture == "llama"
    assert cache.remembered(tmp_path / "other.gguf") is None


@pytest.mark.parametrize("text", ["", "no database at all" * 100])
def test_a_cache_that_is_broken_is_made_anew(tmp_path, reads, text):
    database = tmp_path / "headers.sqlite3"
    database.write_text(text)
    path = write_model(tmp_path / "m.gguf")
    for _ in range(2):
        cache = HeaderCache(database)
        assert cache.header(path).architecture == "llama"
        cache.close()
    assert reads == ["m.gguf"]


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, reads):
    cache = HeaderCache(write_model(tmp_path / "m.gguf") / "no folder" / "headers.sqlite3")
    assert cache.header(tmp_path / "m.gguf").architecture == "llama"
    cache.close()
