"""What a GGUF file says about itself, read without llama.cpp: some milliseconds, even for broken or hostile files."""

import stat
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from chatapp.core.errors import ErrorCode, ModelError
from chatapp.core.text import one_line
from chatapp.hub.ggml_types import FILE_TYPES, GUESSED, TENSOR_TYPES
from chatapp.hub.header_reader import BrokenHeaderError, HeaderReader, Skipped, Value
from chatapp.hub.sizes import format_size

MAGIC = b"GGUF"
VERSIONS = (2, 3)

_MAX_KEY = 1024  # bytes
_MAX_LAYERS = 4096
_MAX_NUMBER = 2**40  # of anything a header counts; more is damage
_DEFAULT_ALIGNMENT = 32
_TOKENS = "tokenizer.ggml.tokens"


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """The facts the app needs of a model file. Sizes are bytes; a number the file does not give is 0.

    kind                "model", "adapter", "mmproj"…; "" when not given
    quantization        such as "Q4_K_M"; "" when unknown
    n_params            weights in this file, counted from the tensor shapes
    context_length      tokens the model was trained for
    head_counts         attention heads of every layer
    kv_head_counts      heads of keys and values of every layer (fewer with grouped queries)
    key_length, value_length   width of one head
    tensor_bytes        all weights of this file
    block_bytes         those of its layers; what is left are the embedding and the output
    input_bytes         those of the token embedding
    bytes_by_type       bytes of the tensors of each type ("Q4_K"), largest first
    tensors_by_type     and how many they are
    metadata            every key of the header with its value, when it was asked for
    expected_size       where the last tensor ends
    split_count         files of the whole model; 1 unless it is split
    """

    path: Path
    size: int
    architecture: str
    name: str
    kind: str
    quantization: str
    n_params: int
    context_length: int
    block_count: int
    embedding_length: int
    feed_forward_length: int
    head_counts: tuple[int, ...]
    kv_head_counts: tuple[int, ...]
    key_length: int
    value_length: int
    sliding_window: int
    vocab_size: int
    has_chat_template: bool
    licence: str
    alignment: int
    tensor_bytes: int
    expected_size: int
    split_count: int
    block_bytes: int = 0
    input_bytes: int = 0
    bytes_by_type: tuple[tuple[str, int], ...] = ()
    tensors_by_type: tuple[tuple[str, int], ...] = ()
    metadata: tuple[tuple[str, Value], ...] = ()


@dataclass(slots=True)
class _Tensors:
    """Sums over the tensor table."""

    count: int = 0
    n_params: int = 0
    end: int = 0  # of the last tensor, from the start of the data
    blocks: int = 0  # bytes
    inputs: int = 0  # bytes
    bytes_by_type: Counter[str] = field(default_factory=Counter)
    count_by_type: Counter[str] = field(default_factory=Counter)


def read_header(path: Path, *, any_part: bool = False, metadata: bool = False) -> GgufHeader:
    """Read the header of *path*; raise `ModelError` saying what is wrong when the model cannot be loaded from it.

    Of a split model only the first file says everything and can be opened; *any_part* takes the others too. With
    *metadata* all of the file's values are kept, which can be megabytes.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise ModelError(ErrorCode.MODEL_IS_FOLDER, path=path)
        if not stat.S_ISREG(status.st_mode):  # reading a pipe would wait for ever
            raise ModelError(ErrorCode.MODEL_NOT_GGUF, path=path)
        with path.open("rb") as file:
            header, values = _read(path, file, status.st_size, any_part=any_part)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ModelError(ErrorCode.MODEL_MISSING, path=path) from error
    except OSError as error:
        raise ModelError(ErrorCode.MODEL_UNREADABLE, path=path, reason=error.strerror or str(error)) from error
    except BrokenHeaderError as error:
        raise ModelError(ErrorCode.MODEL_BROKEN, path=path, reason=error) from error
    except ValueError as error:  # a NUL in the path
        raise ModelError(ErrorCode.MODEL_MISSING, path=str(path).replace("\0", "?")) from error
    return replace(header, metadata=tuple(values.items())) if metadata else header


def read_beginning(path: Path, data: bytes, size: int) -> GgufHeader:
    """What the first bytes of a file of *size* bytes say, without its tensors; *path* is only named.

    All but what is counted over tensors: the model's own numbers come before its vocabulary.
    Raises `BrokenHeaderError` when even those are not there.
    """
    reader = HeaderReader(BytesIO(data), size)
    if reader.bytes(len(MAGIC)) != MAGIC or reader.u32() not in VERSIONS:
        raise BrokenHeaderError("it is no GGUF file")
    reader.count(smallest=24)
    values: dict[str, Value] = {}
    key = ""
    try:
        for _ in range(reader.count(smallest=13)):
            key = reader.string(_MAX_KEY)
            values[key] = reader.value()
    except BrokenHeaderError:  # here the data end
        if key == _TOKENS:
            values[key] = Skipped(reader.items)
    header = _header(path, size, values, _Tensors(), _DEFAULT_ALIGNMENT, size, max(1, _number(values, "split.count")))
    if not header.block_count or not header.embedding_length:
        raise BrokenHeaderError("it does not say how large its layers are")
    return header


def _read(path: Path, file: BinaryIO, size: int, *, any_part: bool) -> tuple[GgufHeader, dict[str, Value]]:
    reader = HeaderReader(file, size)
    if size < len(MAGIC) or reader.bytes(len(MAGIC)) != MAGIC:
        raise ModelError(ErrorCode.MODEL_NOT_GGUF, path=path)
    _check_version(path, reader.u32())
    n_tensors, n_values = reader.count(smallest=24), reader.count(smallest=13)
    values: dict[str, Value] = {}
    for _ in range(n_values):
        key = reader.string(_MAX_KEY)
        if key in values:
            raise BrokenHeaderError(f"it says “{key[:80]}” twice")
        values[key] = reader.value()
    alignment = _alignment(values)
    tensors = _read_tensors(path, reader, n_tensors, alignment)
    split_count = max(1, _number(values, "split.count"))
    part = _number(values, "split.no")
    if part and not any_part:
        reason = f"it is file {part + 1} of {split_count} of a model; open the first one"
        raise ModelError(ErrorCode.MODEL_UNSUITABLE, path=path, reason=reason)
    if not part and not _text(values, "general.architecture"):
        raise BrokenHeaderError("it does not say what kind of model it is")
    if not tensors.count and split_count == 1:
        raise BrokenHeaderError("it holds no weights")
    # Without tensors nothing has to follow the header.
    expected = _aligned(reader.position, alignment) + tensors.end if tensors.count else reader.position
    if size < expected:
        raise ModelError(ErrorCode.MODEL_TRUNCATED, path=path, missing=format_size(expected - size))
    return _header(path, size, values, tensors, alignment, expected, split_count), values


def _check_version(path: Path, version: int) -> None:
    if version in VERSIONS:
        return
    if version & 0xFFFF == 0 and version:
        reason = "it is in big-endian byte order, made for other processors"
    elif version > max(VERSIONS):
        reason = f"it is in GGUF version {version}, newer than this ChatApp reads"
    else:
        reason = f"it is in GGUF version {version}, which is no longer in use"
    raise ModelError(ErrorCode.MODEL_UNSUITABLE, path=path, reason=reason)


def _read_tensors(path: Path, reader: HeaderReader, count: int, alignment: int) -> _Tensors:
    total = _Tensors(count)
    expected_offset = 0
    for _ in range(count):
        name = reader.string(_MAX_KEY)
        n_dims = reader.u32()
        if not 1 <= n_dims <= 4:
            raise BrokenHeaderError(f"the tensor “{name[:80]}” has {n_dims} dimensions")
        shape = [reader.u64() for _ in range(n_dims)]
        kind, offset = reader.u32(), reader.u64()
        if kind not in TENSOR_TYPES:
            reason = f"it uses the tensor type {kind}, which this ChatApp does not know"
            raise ModelError(ErrorCode.MODEL_UNSUITABLE, path=path, reason=reason)
        type_name, block, block_bytes = TENSOR_TYPES[kind]
        elements = 1
        for length in shape:
            elements *= length
        if not 0 < elements <= _MAX_NUMBER or shape[0] % block:
            raise BrokenHeaderError(f"the tensor “{name[:80]}” has the impossible shape {shape}")
        # llama.cpp insists on this too: tensors lie one after the other.
        if offset != expected_offset:
            raise BrokenHeaderError(f"the tensor “{name[:80]}” is not where it should be")
        n_bytes = elements // block * block_bytes
        total.n_params += elements
        total.end = offset + n_bytes
        total.bytes_by_type[type_name] += n_bytes
        total.count_by_type[type_name] += 1
        total.blocks += n_bytes if name.startswith("blk.") else 0
        total.inputs += n_bytes if name == "token_embd.weight" else 0
        expected_offset = _aligned(total.end, alignment)
    return total


def _header(
    path: Path, size: int, values: Mapping[str, Value], tensors: _Tensors, alignment: int, expected: int, splits: int
) -> GgufHeader:
    architecture = _text(values, "general.architecture")

    def number(key: str) -> int:
        return _number(values, f"{architecture}.{key}")

    layers = min(number("block_count"), _MAX_LAYERS)
    heads = _per_layer(values, f"{architecture}.attention.head_count", layers)
    kv_heads = _per_layer(values, f"{architecture}.attention.head_count_kv", layers) or heads
    width = number("embedding_length") // heads[0] if heads and heads[0] else 0
    weights = tensors.bytes_by_type
    return GgufHeader(
        path=path,
        size=size,
        architecture=architecture,
        name=_text(values, "general.name") or path.stem,
        kind=_text(values, "general.type"),
        quantization=_quantization(values, weights),
        n_params=tensors.n_params,
        context_length=number("context_length"),
        block_count=layers,
        embedding_length=number("embedding_length"),
        feed_forward_length=max(_per_layer(values, f"{architecture}.feed_forward_length", layers), default=0),
        head_counts=heads,
        kv_head_counts=kv_heads,
        key_length=number("attention.key_length") or width,
        value_length=number("attention.value_length") or width,
        sliding_window=number("attention.sliding_window"),
        vocab_size=_length(values.get(_TOKENS)) or number("vocab_size"),
        has_chat_template=_length(values.get("tokenizer.chat_template")) > 0,
        licence=_text(values, "general.license"),
        alignment=alignment,
        tensor_bytes=sum(weights.values()),
        expected_size=expected,
        split_count=splits,
        block_bytes=tensors.blocks,
        input_bytes=tensors.inputs,
        bytes_by_type=tuple(weights.most_common()),
        tensors_by_type=tuple(tensors.count_by_type.most_common()),
    )


def _alignment(values: Mapping[str, Value]) -> int:
    alignment = values.get("general.alignment", _DEFAULT_ALIGNMENT)
    if not isinstance(alignment, int) or not 0 < alignment <= 2**20 or alignment & (alignment - 1):
        raise BrokenHeaderError(f"it has the impossible alignment {alignment}")
    return alignment


def _aligned(position: int, alignment: int) -> int:
    return -(-position // alignment) * alignment


def _text(values: Mapping[str, Value], key: str) -> str:
    value = values.get(key)
    return one_line(value) if isinstance(value, str) else ""


def _number(values: Mapping[str, Value], key: str) -> int:
    value = values.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MAX_NUMBER:
        return 0
    return value


def _per_layer(values: Mapping[str, Value], key: str, layers: int) -> tuple[int, ...]:
    """A value that is either one for all layers or has one for each; empty when not given."""
    value = values.get(key)
    if isinstance(value, tuple):
        return tuple(int(v) for v in value[:layers] if isinstance(v, int) and 0 <= v <= _MAX_NUMBER)
    found = _number(values, key)
    return (found,) * layers if found else ()


def _length(value: Value | None) -> int:
    match value:
        case Skipped():
            return value.length
        case str() | tuple():
            return len(value)
        case _:
            return 0


def _quantization(values: Mapping[str, Value], bytes_by_type: Counter[str]) -> str:
    named = FILE_TYPES.get(_number(values, "general.file_type") & ~GUESSED)
    if named is not None and "general.file_type" in values:
        return named
    return bytes_by_type.most_common(1)[0][0] if bytes_by_type else ""
