"""The token trace: what the model thought at every token of a reply, kept with the message.

A trace needs no model to be shown: it carries the bytes of every token it names.
"""

import codecs
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from chatapp.core.arrays import decode_arrays, encode_arrays
from chatapp.core.stages import StageTrace

_MAGIC = b"CTT1"
_COLUMNS = ("ids", "logprobs", "ranks", "entropy", "top_ids", "top_logprobs")
_MAX_BLOB = 256 * 1024 * 1024  # bytes after decompression; a million tokens stay below it


@dataclass(frozen=True, slots=True)
class TokenTrace:
    """Arrays over the T tokens of a reply; logarithms are natural, of the distribution *before* any sampler.

    ids           int32 (T,)
    logprobs      float32 (T,)     of the token that was taken
    ranks         int32 (T,)       how many tokens were strictly likelier; 0 is the likeliest
    entropy       float32 (T,)     nats
    top_ids       int32 (T, K)     likeliest first
    top_logprobs  float32 (T, K)
    pieces        token id → its bytes, for every id above; a token can be part of a UTF-8 character
    meta          JSON: model, fingerprint, sampling, seed, prompt_tokens, adapters (LoRA: path and scale)
    stages        what every sampler stage left, when it was asked for
    names         control token → its name, for those above that have no bytes: shown, but no part of the reply's text
    """

    ids: NDArray[np.int32]
    logprobs: NDArray[np.float32]
    ranks: NDArray[np.int32]
    entropy: NDArray[np.float32]
    top_ids: NDArray[np.int32]
    top_logprobs: NDArray[np.float32]
    pieces: dict[int, bytes]
    meta: dict[str, Any] = field(default_factory=dict)
    stages: StageTrace | None = None
    names: dict[int, bytes] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def token_bytes(self, index: int) -> bytes:
        """The exact bytes of token *index*."""
        return self.pieces[int(self.ids[index])]

    def shown(self, token: int) -> bytes:
        """What is shown of the vocabulary's *token*: its bytes, or its name; empty when neither is known."""
        return self.pieces.get(token) or self.names.get(token, b"")

    def texts(self) -> list[str]:
        """The text each token completes; joined they are the reply. Part of a character gives "" until it is whole."""
        return decode_pieces(self.pieces[int(i)] for i in self.ids)

    def head(self, count: int) -> Self:
        """The first *count* tokens."""
        columns = {name: getattr(self, name)[:count] for name in _COLUMNS}
        named = {*columns["ids"].tolist(), *columns["top_ids"].ravel().tolist()}
        pieces, names = ({t: said for t, said in of.items() if t in named} for of in (self.pieces, self.names))
        stages = self.stages.head(count) if self.stages else None
        return replace(self, pieces=pieces, names=names, stages=stages, **columns)

    def as_given(self, part: "TokenTrace") -> Self:
        """The same for a reply that goes on with *part*, in which these tokens were given and not drawn."""
        stages = None
        if part.stages is not None:
            n_vocab = int(part.stages.left[0, 0])
            stages = StageTrace.of_given(part.stages.names, n_vocab, self.logprobs, self.top_logprobs)
        return replace(self, stages=stages)

    @classmethod
    def empty(cls, meta: dict[str, Any] | None = None) -> Self:
        """A trace of no tokens."""
        return cls.join([], meta)

    @classmethod
    def join(cls, parts: "Iterable[TokenTrace]", meta: dict[str, Any] | None = None) -> Self:
        """One trace from the parts in which a reply arrived."""
        parts = list(parts)
        pieces: dict[int, bytes] = {}
        names: dict[int, bytes] = {}
        for part in parts:
            pieces |= part.pieces
            names |= part.names
        if meta is None:
            meta = parts[0].meta if parts else {}
        parts = [part for part in parts if len(part)]  # an empty one does not know how many candidates there are
        if not parts:
            none_i, none_f = np.zeros(0, np.int32), np.zeros(0, np.float32)
            wide_i, wide_f = np.zeros((0, 0), np.int32), np.zeros((0, 0), np.float32)
            return cls(none_i, none_f, none_i, none_f, wide_i, wide_f, pieces, meta, names=names)
        return cls(
            np.concatenate([p.ids for p in parts]),
            np.concatenate([p.logprobs for p in parts]),
            np.concatenate([p.ranks for p in parts]),
            np.concatenate([p.entropy for p in parts]),
            np.concatenate([p.top_ids for p in parts]),
            np.concatenate([p.top_logprobs for p in parts]),
            pieces,
            meta,
            StageTrace.join([p.stages for p in parts if p.stages]) if all(p.stages for p in parts) else None,
            names,
        )

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Everything but *meta* as arrays; `from_arrays` reads them back."""
        return {
            "ids": self.ids,
            "logprobs": self.logprobs,
            "ranks": self.ranks,
            "entropy": self.entropy,
            "top_ids": self.top_ids,
            "top_logprobs": self.top_logprobs,
            **_packed("piece", self.pieces),
            **(_packed("name", self.names) if self.names else {}),
            **(self.stages.arrays() if self.stages else {}),
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]], meta: dict[str, Any] | None = None) -> Self:
        """Rebuild a trace; raise ValueError when arrays are missing or their lengths disagree."""
        try:
            ids = arrays["ids"]
            columns = {n: arrays[n] for n in ("logprobs", "ranks", "entropy", "top_ids", "top_logprobs")}
            pieces = _unpacked("piece", arrays)
            names = _unpacked("name", arrays) if "name_ids" in arrays else {}
        except KeyError as error:
            raise ValueError(f"trace lacks {error}") from error
        wide = {"top_ids", "top_logprobs"}
        if ids.ndim != 1 or any(c.ndim != (2 if n in wide else 1) for n, c in columns.items()):
            raise ValueError("trace arrays have the wrong number of dimensions")
        if (
            any(len(c) != len(ids) for c in columns.values())
            or columns["top_ids"].shape != columns["top_logprobs"].shape
        ):
            raise ValueError("trace arrays differ in length")
        stages = StageTrace.from_arrays(arrays, len(ids))
        if stages is not None and stages.probs.shape[2] != columns["top_ids"].shape[1]:
            raise ValueError("trace stages have the wrong shape")
        return cls(ids, pieces=pieces, meta=meta or {}, stages=stages, names=names, **columns)

    def to_blob(self) -> bytes:
        """Compact bytes for the database: magic, then zlib of a JSON line and the arrays (about 100 bytes a token)."""
        spec, data = encode_arrays(self.arrays())
        header = json.dumps({"arrays": spec, "meta": self.meta}, ensure_ascii=False).encode()
        return _MAGIC + zlib.compress(header + b"\n" + data, level=6)

    @classmethod
    def from_blob(cls, blob: bytes) -> Self:
        """Read `to_blob`; raise ValueError when the bytes are not a whole trace."""
        if not blob.startswith(_MAGIC):
            raise ValueError("not a token trace")
        inflate = zlib.decompressobj()
        try:
            data = inflate.decompress(blob[len(_MAGIC) :], _MAX_BLOB)
        except zlib.error as error:
            raise ValueError(f"damaged token trace: {error}") from error
        if not inflate.eof:
            raise ValueError("token trace is cut short or too large")
        line, newline, rest = data.partition(b"\n")
        if not newline:
            raise ValueError("token trace has no header")
        match json.loads(line):
            case {"arrays": spec, "meta": dict(meta)}:
                trace = cls.from_arrays(decode_arrays(spec, rest), meta)
            case _:
                raise ValueError("token trace has no header")
        # Parts on their way may rely on pieces sent earlier; what is kept has to stand alone.
        if missing := set(trace.ids.tolist()) - trace.pieces.keys():
            raise ValueError(f"token trace lacks the pieces of {len(missing)} tokens")
        return trace


def _packed(name: str, said: dict[int, bytes]) -> dict[str, NDArray[np.generic]]:
    return {
        f"{name}_ids": np.array(list(said), np.int32),
        f"{name}_lengths": np.array([len(data) for data in said.values()], np.int32),
        f"{name}_bytes": np.frombuffer(b"".join(said.values()), np.uint8),
    }


def _unpacked(name: str, arrays: dict[str, NDArray[Any]]) -> dict[int, bytes]:
    """What `_packed` wrote; raise KeyError or ValueError when it is not whole."""
    ids, lengths, raw = (arrays[f"{name}_{what}"] for what in ("ids", "lengths", "bytes"))
    data = raw.tobytes()
    if len(lengths) != len(ids) or (lengths < 0).any() or int(lengths.sum()) != len(data):
        raise ValueError("trace pieces do not match their bytes")
    ends = np.cumsum(lengths)
    return {int(i): data[end - n : end] for i, n, end in zip(ids, lengths, ends, strict=True)}


def decode_pieces(pieces: Iterable[bytes]) -> list[str]:
    """Incremental UTF-8: the text that each piece completes.

    Bytes that cannot become a character give U+FFFD; a character that the end of the reply cut in half gives nothing.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    return [decoder.decode(piece) for piece in pieces]
