"""Attention as a file of arrays (NPZ), and the command that makes the same numbers again."""

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from chatapp.core.text import file_name


def write_npz(file: IO[bytes], arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
    """Write *arrays*, and *meta* as one text of JSON among them; nothing in it needs pickle to be read."""
    text = np.array(json.dumps(meta, ensure_ascii=False))
    np.savez(file, allow_pickle=False, **arrays, meta=text)


def inspect_command(
    model: str,
    tokens: Sequence[int],
    *,
    method: str,
    kv_type: str,
    layers: Sequence[int] = (),
    last: int = 1,
    adapters: Sequence[tuple[str, float]] = (),
    reply_from: int = 0,
) -> str:
    """What to type in the folder of *model* for the attention of the last *last* of *tokens* in *layers* (empty: all).

    Of paths only the file's name is told.
    """
    words = ["chatapp", "inspect", "--model", file_name(model), "--tokens", ",".join(map(str, tokens))]
    words += ["--method", method, "--kv-type", kv_type, "--last", str(last)]
    if layers:
        words += ["--layers", ",".join(map(str, layers))]
    if reply_from:
        words += ["--reply-from", str(reply_from)]
    for path, scale in adapters:
        words += ["--lora", f"{file_name(path)}={scale:g}"]
    return shlex.join([*words, "--out", "attention.npz"])
