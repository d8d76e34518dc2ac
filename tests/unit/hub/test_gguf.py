import os
import random
import struct
import subprocess
import sys
import textwrap
import time

import gguf
import pytest

from chatapp.core.errors import ErrorCode, ModelError, UserFixable
from chatapp.hub.ggml_types import FILE_TYPES, TENSOR_TYPES
from chatapp.hub.gguf import read_header
from tests.unit.hub.builders import ARCHITECTURE, pair, raw, tensor, text, write_model

U32, U64, STRING, ARRAY = 4, 10, 8, 9


@pytest.fixture
def path(tmp_path):
    return tmp_path / "모델.gguf"


def refused(path):
    """The error that reading *path* raises."""
    with pytest.raises(ModelError) as caught:
        read_header(path)
    assert caught.value.message
    assert caught.value.remedy
    return caught.value


def refused_bytes(path, data):
    path.write_bytes(data)
    return refused(path)


# -- good files --------------------------------------------------------------------------------------------------------


def test_everything_is_read(path):
    header = read_header(write_model(path))
    assert header.architecture == "llama"
    assert header.name == "작은 모델 (tiny)"
    assert header.quantization == "Q8_0"
    assert header.context_length == 2048
    assert header.block_count == 2
    assert header.embedding_length == 64
    assert header.feed_forward_length == 128
    assert header.head_counts == (4, 4)
    assert header.kv_head_counts == (2, 2)
    assert (header.key_length, header.value_length) == (16, 16)
    assert header.vocab_size == 100
    assert header.has_chat_template
    assert header.licence == "apache-2.0"
    assert header.n_params == 100 * 64 + 64 * 64 + 64 + 7 * 64
    assert header.tensor_bytes == 100 * 64 * 4 + 64 * 64 // 32 * 34 + 64 * 4 + 7 * 64 * 2
    assert header.size == path.stat().st_size
    assert header.size - 32 < header.expected_size <= header.size
    assert header.split_count == 1


def test_agrees_with_the_gguf_package(path):
    reader = gguf.GGUFReader(write_model(path))
    header = read_header(path)
    assert header.n_params == sum(int(t.n_elements) for t in reader.tensors)
    assert header.expected_size == max(int(t.data_offset + t.n_bytes) for t in reader.tensors)
    reader.data._mmap.close()


def test_type_numbers_agree_with_the_gguf_package():
    for kind, sizes in gguf.GGML_QUANT_SIZES.items():
        if kind.name not in {"Q8_1", "Q8_K"}:  # never in files
            assert TENSOR_TYPES[int(kind)] == (kind.name, *sizes)
    for kind in gguf.LlamaFileType:
        if kind.name != "GUESSED":
            assert FILE_TYPES[int(kind)] == kind.name.removeprefix("MOSTLY_").removeprefix("ALL_")


def test_values_per_layer(path):
    def extra(writer):
        writer.add_array("llama.attention.head_count_kv", [1, 2, 4])
        writer.add_key_length(128)
        writer.add_value_length(96)

    header = read_header(write_model(path, extra=extra, layers=3))
    assert header.kv_head_counts == (1, 2, 4)
    assert (header.key_length, header.value_length) == (128, 96)


def test_other_alignment_and_version_2(path):
    alignment = pair("general.alignment", U32, struct.pack("<I", 256))
    data = raw((ARCHITECTURE, alignment), version=2)
    path.write_bytes(data.ljust(256, b"\0") + b"\0" * 128)
    assert read_header(path).alignment == 256
    path.write_bytes(raw(version=2))
    assert read_header(path).expected_size == len(raw())


def test_names_are_made_fit_for_a_menu(path):
    name = pair("general.name", STRING, text("a\n\x1b[31m\u202e" + "b" * 1000))
    path.write_bytes(raw((ARCHITECTURE, name)))
    assert read_header(path).name == "a [31m" + "b" * 194


def test_quantization_from_the_tensors_when_not_given(path):
    path.write_bytes(raw(tensors=(tensor(shape=(256,), kind=12),), data=b"\0" * 144))
    assert read_header(path).quantization == "Q4_K"


def test_odd_numbers_are_taken_as_unknown(path):
    keys = ("block_count", "context_length", "attention.head_count", "embedding_length")
    odd = (pair(f"llama.{key}", U64, struct.pack("<Q", 2**64 - 1)) for key in keys)
    path.write_bytes(raw((ARCHITECTURE, *odd)))
    header = read_header(path)
    assert (header.block_count, header.context_length, header.head_counts) == (0, 0, ())


def test_a_huge_vocabulary_is_fast(path):
    vocabulary = struct.pack("<IQ", STRING, 152_000) + text("토큰") * 152_000
    merges = struct.pack("<IQ", STRING, 152_000) + text("to ken") * 152_000
    pairs = (
        ARCHITECTURE,
        pair("tokenizer.ggml.tokens", ARRAY, vocabulary),
        pair("tokenizer.ggml.merges", ARRAY, merges),
        pair("tokenizer.ggml.scores", ARRAY, struct.pack("<IQ", 6, 152_000) + b"\0" * 608_000),
    )
    path.write_bytes(raw(pairs))
    durations = []
    for _ in range(3):
        start = time.perf_counter()
        header = read_header(path)
        durations.append(time.perf_counter() - start)
    assert header.vocab_size == 152_000
    assert min(durations) < 0.5  # some 40 ms; generous, as machines that test are busy


# -- files that are not models -----------------------------------------------------------------------------------------


def test_missing(path, tmp_path):
    assert refused(path).code is ErrorCode.MODEL_MISSING
    (tmp_path / "file").write_text("")
    assert refused(tmp_path / "file" / "x.gguf").code is ErrorCode.MODEL_MISSING
    assert refused(tmp_path / "nul\0.gguf").code is ErrorCode.MODEL_MISSING


def test_a_folder(tmp_path):
    assert refused(tmp_path).code is ErrorCode.MODEL_IS_FOLDER


def test_unreadable(path, monkeypatch):
    write_model(path)

    def deny(self, *args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", deny)
    error = refused(path)
    assert error.code is ErrorCode.MODEL_UNREADABLE
    assert "Permission denied" in error.message


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_does_not_hang(path):
    os.mkfifo(path)
    assert refused(path).code is ErrorCode.MODEL_NOT_GGUF


@pytest.mark.parametrize("data", [b"", b"GG", b"PK\x03\x04 a zip", "이것은 글입니다".encode(), b"GGML" + b"\0" * 99])
def test_not_gguf(path, data):
    assert refused_bytes(path, data).code is ErrorCode.MODEL_NOT_GGUF


@pytest.mark.parametrize(
    ("version", "words"), [(0x03000000, "big-endian"), (99, "newer"), (1, "no longer"), (0, "no longer")]
)
def test_versions(path, version, words):
    error = refused_bytes(path, raw(version=version))
    assert error.code is ErrorCode.MODEL_UNSUITABLE
    assert words in error.message


def test_truncated_says_how_much_is_missing(path):
    data = write_model(path).read_bytes()
    error = refused_bytes(path, data[:-2000])
    assert error.code is ErrorCode.MODEL_TRUNCATED
    assert error.params["missing"] in {"2.0 kB", "1.9 kB"}


def test_cut_within_the_header(path):
    data = write_model(path).read_bytes()
    error = refused_bytes(path, data[:500])
    assert error.code is ErrorCode.MODEL_BROKEN
    assert "ends before its header does" in error.message


# -- hostile files -----------------------------------------------------------------------------------------------------

HUGE = 2**63


@pytest.mark.parametrize(
    "data",
    {
        "tensor count": raw(n_tensors=2**64 - 1),
        "value count": raw(n_pairs=2**64 - 1),
        "more values than there are": raw(n_pairs=5),
        "key length": raw((struct.pack("<Q", HUGE) + b"x",)),
        "string length": raw((pair("k", STRING, struct.pack("<Q", 2**64 - 1)),)),
        "string length in the terabytes": raw((pair("k", STRING, struct.pack("<Q", 2**40)),)),
        "array count": raw((pair("k", ARRAY, struct.pack("<IQ", U64, HUGE)),)),
        "array of strings count": raw((pair("k", ARRAY, struct.pack("<IQ", STRING, HUGE)),)),
        "string in an array": raw((pair("k", ARRAY, struct.pack("<IQQ", STRING, 2, 2**64 - 9)),)),
        "nested arrays": raw((pair("k", ARRAY, struct.pack("<IQ", ARRAY, 1) * 1000),)),
        "unknown value type": raw((pair("k", 77, b"\0" * 8),)),
        "the same key twice": raw((ARCHITECTURE, ARCHITECTURE)),
        "no architecture": raw(()),
        "architecture is a number": raw((pair("general.architecture", U32, b"\0\0\0\0"),)),
        "alignment 0": raw((ARCHITECTURE, pair("general.alignment", U32, struct.pack("<I", 0)))),
        "alignment 3": raw((ARCHITECTURE, pair("general.alignment", U32, struct.pack("<I", 3)))),
        "alignment text": raw((ARCHITECTURE, pair("general.alignment", STRING, text("32")))),
        "no tensors": raw(tensors=()),
        "no dimensions": raw(tensors=(tensor(shape=()),)),
        "many dimensions": raw(tensors=(tensor(shape=(1,) * 9),)),
        "length 0": raw(tensors=(tensor(shape=(0, 5)),)),
        "product beyond 64 bits": raw(tensors=(tensor(shape=(2**32, 2**32, 2**32)),)),
        "part of a block": raw(tensors=(tensor(shape=(31,), kind=2),)),
        "offset far away": raw(tensors=(tensor(offset=2**60),)),
        "overlapping": raw(tensors=(tensor("a"), tensor("b", offset=32))),
    }.items(),
    ids=lambda item: item[0],
)
def test_hostile_headers(path, data):
    start = time.perf_counter()
    error = refused_bytes(path, data[1])
    assert error.code is ErrorCode.MODEL_BROKEN
    assert time.perf_counter() - start < 1


def test_unknown_tensor_type(path):
    error = refused_bytes(path, raw(tensors=(tensor(kind=200),)))
    assert error.code is ErrorCode.MODEL_UNSUITABLE
    assert "200" in error.message


def test_a_later_part_of_a_split_model(path):
    def pairs(number):
        return (
            pair("split.no", 2, struct.pack("<H", number)),
            pair("split.count", 2, struct.pack("<H", 3)),
            *((ARCHITECTURE,) if number == 0 else ()),
        )

    error = refused_bytes(path, raw(pairs(1)))
    assert error.code is ErrorCode.MODEL_UNSUITABLE
    assert "file 2 of 3" in error.message
    assert read_header(path, any_part=True).split_count == 3
    path.write_bytes(raw(pairs(0), tensors=(), data=b""))
    assert read_header(path).split_count == 3


def test_random_damage(path):
    """Whatever is done to the bytes, the user gets a header or a sentence."""
    data = write_model(path).read_bytes()
    header_length = read_header(path).expected_size - read_header(path).tensor_bytes
    chance = random.Random(20261121)
    refusals = 0
    start = time.perf_counter()
    for _ in range(500):
        broken = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 8, 64))):
            at = chance.randrange(header_length)
            broken[at] = chance.choice((0, 1, 0x7F, 0xFF, broken[at] ^ (1 << chance.randrange(8))))
        if chance.random() < 0.3:
            del broken[chance.randrange(len(broken)) :]
        path.write_bytes(broken)
        try:
            read_header(path)
        except UserFixable:
            refusals += 1
    assert refusals > 200
    assert time.perf_counter() - start < 30


@pytest.mark.skipif(sys.platform == "win32", reason="limits the memory of a process the POSIX way")
def test_lies_about_lengths_allocate_nothing(path):
    """A file of 4 GB that is nothing but a header, read in a process that may take 600 MB."""
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + pair("k", STRING, struct.pack("<Q", 4_000_000_000))
    with path.open("wb") as file:
        file.write(head)
        file.truncate(4_000_000_100)  # sparse
    code = f"""
        import resource
        from pathlib import Path
        from chatapp.hub.gguf import read_header
        resource.setrlimit(resource.RLIMIT_AS, (600_000_000,) * 2)
        try:
            read_header(Path({str(path)!r}))
        except Exception as error:
            print(type(error).__name__, error)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )
    assert done.stdout.startswith("ModelError"), done.stderr
    assert "far too large" in done.stdout
