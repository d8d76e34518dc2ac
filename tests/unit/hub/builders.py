"""Tiny GGUF files: proper ones by the `gguf` package, odd ones by hand."""

import struct

import gguf
import numpy as np

from chatapp.hub.header_cache import HeaderCache
from chatapp.hub.library import Scanner, all_models
from chatapp.hub.places import Keeper, Place


def list_models(folders, starter=None):
    """The models in the user's *folders*, after the *starter* model."""
    return all_models(Scanner(HeaderCache()).scan([Place(Keeper.FOLDER, folder) for folder in folders], starter))


def write_model(path, architecture="llama", quantization=None, extra=None, layers=2):
    """A little Llama-shaped file with a vocabulary; *extra* is called with the writer."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name("작은 모델 (tiny)")
    writer.add_context_length(2048)
    writer.add_embedding_length(64)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(128)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_license("apache-2.0")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_token_list([f"토큰{i}" for i in range(100)])
    writer.add_token_scores([0.0] * 100)
    writer.add_chat_template("{{ messages }}")
    if extra:
        extra(writer)
    rng = np.random.default_rng(0)
    writer.add_tensor("token_embd.weight", rng.standard_normal((100, 64), np.float32))
    q8 = gguf.quants.quantize(rng.standard_normal((64, 64), np.float32), gguf.GGMLQuantizationType.Q8_0)
    writer.add_tensor("blk.0.attn_q.weight", q8, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    writer.add_tensor("output_norm.weight", np.ones(64, np.float32))
    writer.add_tensor("output.weight", rng.standard_normal((7, 64), np.float32).astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def text(value):
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(data)) + data


def pair(key, kind, data):
    return text(key) + struct.pack("<I", kind) + data


ARCHITECTURE = pair("general.architecture", 8, text("llama"))


def tensor(name="w", shape=(32,), kind=0, offset=0):
    return text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)


TENSOR = tensor()


def raw(pairs=(ARCHITECTURE,), tensors=(TENSOR,), data=b"\0" * 128, version=3, n_pairs=None, n_tensors=None):
    """A file from its parts; counts can lie."""
    head = b"GGUF" + struct.pack(
        "<IQQ",
        version,
        len(tensors) if n_tensors is None else n_tensors,
        len(pairs) if n_pairs is None else n_pairs,
    )
    body = head + b"".join(pairs) + b"".join(tensors)
    return body + b"\0" * (-len(body) % 32) + data
