"""What Hugging Face's eager attention makes of our tiny models: `known` reads it from tests/data/hf_attention.

Run by hand to write these files anew (when a model of `TWINS` changes); the tests themselves need neither library:

    python -m venv /tmp/hf && /tmp/hf/bin/pip install torch "transformers==4.57.6" gguf numpy
    /tmp/hf/bin/python -m tests.helpers.hf_reference

The tokens are a random block and the same block again. Each GGUF file is read back (`gguf_weights`), its tensors are
put into the Hugging Face model of that architecture under their names there, and that runs in float32 with
``attn_implementation="eager"``. A file says which weights it is of.
Sources of the names and of what is rearranged: llama.cpp's convert_hf_to_gguf.py, transformers/models/*/modeling_*.py.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.helpers.gguf_weights import Weights, read
from tests.helpers.tiny_models import tiny

FOLDER = Path(__file__).resolve().parents[1] / "data/hf_attention"
TWINS = (
    "llama-f32", "qwen2-f32", "gpt2-hf", "gemma3-hf", "gemma2-hf", "gpt-oss-hf", "deepseek2-hf", "bloom-hf",
    "jamba-f32", "mamba-f32",
)  # fmt: skip
LENGTH = 48  # tokens: some at random, and the same once more

Tensors = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Known:
    """What Hugging Face says to *ids*.

    attention  float32 (layers that have it, heads, T, T)    layers  their numbers
    logprobs   float32 (T-1,), nats, of each token after those before it
    """

    ids: list[int]
    layers: list[int]
    attention: NDArray[np.float32]
    logprobs: NDArray[np.float32]


def known(name: str) -> Known:
    """The stored answer for the tiny model *name*; raise ValueError when it is of other weights."""
    with np.load(FOLDER / f"{name}.npz", allow_pickle=False) as file:
        if str(file["weights"]) != digest(read(tiny(name))):
            raise ValueError(f"{name} has other weights now: run `python -m tests.helpers.hf_reference`")
        return Known(file["ids"].tolist(), file["layers"].tolist(), file["attention"], file["logprobs"])


def digest(weights: Weights) -> str:
    """SHA-256, hex, of all tensors."""
    found = hashlib.sha256()
    for name, values in sorted(weights.tensors.items()):
        found.update(name.encode() + b"\0" + np.ascontiguousarray(values).tobytes())
    return found.hexdigest()


# -- by hand -----------------------------------------------------------------------------------------------------------


def main() -> None:
    """Write a file for every one of `TWINS`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in TWINS:
        weights = read(tiny(name))
        ids = np.tile(np.random.default_rng(23).integers(0, 320, LENGTH // 2), 2).astype(np.int32)
        layers, attention, logprobs = run(weights, ids)
        path = FOLDER / f"{name}.npz"
        np.savez_compressed(
            path, ids=ids, layers=layers, attention=attention, logprobs=logprobs, weights=np.str_(digest(weights))
        )
        print(f"{path.name}: attention {attention.shape} of layers {layers.tolist()}, {path.stat().st_size} bytes")


def run(weights: Weights, ids: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]:
    """Layers with attention, attention and logprobs, as in `Known`."""
    import torch  # noqa: PLC0415 - neither is there when tests run

    model = _FAMILIES[weights.architecture](_Source(weights))
    model.eval()
    with torch.no_grad():
        tokens = torch.from_numpy(ids.astype(np.int64))[None]
        more = {} if weights.architecture == "mamba" else {"output_attentions": True}
        found = model(tokens, use_cache=False, **more)
    logprobs = torch.log_softmax(found.logits[0].double(), dim=-1).numpy()
    rows = [(i, a[0].numpy()) for i, a in enumerate(getattr(found, "attentions", None) or ()) if a is not None]
    numbers = _attention_layers(weights) if len(rows) != weights.n_layer else [i for i, _ in rows]
    assert len(numbers) == len(rows)
    attention = np.stack([a for _, a in rows]) if rows else np.zeros((0, 0, len(ids), len(ids)), np.float32)
    chosen = logprobs[np.arange(len(ids) - 1), ids[1:]].astype(np.float32)
    return np.array(numbers, np.int32), attention.astype(np.float32), chosen


def _attention_layers(weights: Weights) -> list[int]:
    heads = weights.metadata.get("attention.head_count_kv", 0)
    return [i for i, count in enumerate(heads) if count] if isinstance(heads, list) else []


class _Source:
    """A GGUF file's tensors by their names in Hugging Face's model."""

    def __init__(self, weights: Weights) -> None:
        self.tensors, self.meta, self.n_layer = weights.tensors, weights.metadata, weights.n_layer
        self.heads = int(self.meta["attention.head_count"])
        self.vocab, self.width = self.tensors["token_embd.weight"].shape
        self.found: Tensors = {}

    def take(self, names: Mapping[str, str], change: Callable[[NDArray[np.float32]], Any] = lambda a: a) -> None:
        """*names* maps Hugging Face's to the file's; "{i}" stands for every layer."""
        for there, here in names.items():
            for i in range(self.n_layer) if "{i}" in here else (0,):
                values = self.tensors.get(here.format(i=i))
                if values is not None:
                    self.found[there.format(i=i)] = np.ascontiguousarray(change(values), np.float32)

    def into(self, model: Any) -> Any:
        """*model* with these weights; every one of its parameters must be among them."""
        import torch  # noqa: PLC0415

        state = {name: torch.from_numpy(values.copy()) for name, values in self.found.items()}
        left = model.load_state_dict(state, strict=False)
        assert not left.unexpected_keys, left.unexpected_keys
        assert all(name == "lm_head.weight" for name in left.missing_keys), left.missing_keys
        model.tie_weights()
        return model.float()


_PLAIN = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
}
_HALVES = {
    "model.layers.{i}.input_layernorm.weight": "blk.{i}.attn_norm.weight",
    "model.layers.{i}.post_attention_layernorm.weight": "blk.{i}.ffn_norm.weight",
}
_MIXED = {
    f"model.layers.{{i}}.self_attn.{there}_proj.{part}": f"blk.{{i}}.attn_{here}.{part}"
    for there, here in {"q": "q", "k": "k", "v": "v", "o": "output"}.items()
    for part in ("weight", "bias")
}
_GATED = {
    f"model.layers.{{i}}.mlp.{name}_proj.weight": f"blk.{{i}}.ffn_{name}.weight" for name in ("gate", "up", "down")
}


def _sizes(source: _Source) -> dict[str, Any]:
    meta = source.meta
    return {
        "vocab_size": source.vocab,
        "hidden_size": source.width,
        "num_hidden_layers": source.n_layer,
        "num_attention_heads": source.heads,
        "intermediate_size": int(meta["feed_forward_length"]),
        "rms_norm_eps": float(meta["attention.layer_norm_rms_epsilon"]),
        "max_position_embeddings": int(meta["context_length"]),
        "attn_implementation": "eager",
        "pad_token_id": None,
    }


def _llama(source: _Source) -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM  # noqa: PLC0415

    groups = int(source.meta["attention.head_count_kv"])
    config = LlamaConfig(**_sizes(source), num_key_value_heads=groups, rope_theta=10000.0, tie_word_embeddings=False)
    source.take(_PLAIN | _HALVES | _MIXED | _GATED)
    for part, count in (("q", source.heads), ("k", groups)):
        source.take(
            {f"model.layers.{{i}}.self_attn.{part}_proj.weight": f"blk.{{i}}.attn_{part}.weight"},
            lambda w, count=count: _neighbours_to_halves(w, count),
        )
    return source.into(LlamaForCausalLM(config))


def _neighbours_to_halves(matrix: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Rows of each head in the order in which Hugging Face rotates them."""
    size = len(matrix) // heads
    return matrix.reshape(heads, size // 2, 2, -1).swapaxes(1, 2).reshape(matrix.shape)


def _qwen2(source: _Source) -> Any:
    from transformers import Qwen2Config, Qwen2ForCausalLM  # noqa: PLC0415

    groups = int(source.meta["attention.head_count_kv"])
    config = Qwen2Config(**_sizes(source), num_key_value_heads=groups, rope_theta=10000.0, tie_word_embeddings=False)
    source.take(_PLAIN | _HALVES | _MIXED | _GATED)
    return source.into(Qwen2ForCausalLM(config))


def _gpt2(source: _Source) -> Any:
    from transformers import GPT2Config, GPT2LMHeadModel  # noqa: PLC0415

    config = GPT2Config(
        vocab_size=source.vocab, n_embd=source.width, n_layer=source.n_layer, n_head=source.heads,
        n_inner=int(source.meta["feed_forward_length"]), n_positions=int(source.meta["context_length"]),
        layer_norm_epsilon=float(source.meta["attention.layer_norm_epsilon"]), attn_implementation="eager",
    )  # fmt: skip
    block = "transformer.h.{i}"
    matrices = {"attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output", "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down"}
    norms = {"ln_1": "attn_norm", "ln_2": "ffn_norm"}
    for part in ("weight", "bias"):
        source.take({f"{block}.{there}.{part}": f"blk.{{i}}.{here}.{part}" for there, here in norms.items()})
        source.take({f"transformer.ln_f.{part}": f"output_norm.{part}"})
    source.take({f"{block}.{there}.bias": f"blk.{{i}}.{here}.bias" for there, here in matrices.items()})
    transposed = {f"{block}.{there}.weight": f"blk.{{i}}.{here}.weight" for there, here in matrices.items()}
    source.take(transposed, np.transpose)
    source.take({"transformer.wte.weight": "token_embd.weight", "transformer.wpe.weight": "position_embd.weight"})
    return source.into(GPT2LMHeadModel(config))


_GEMMA_NORMS = {
    "model.norm.weight": "output_norm.weight",
    "model.layers.{i}.input_layernorm.weight": "blk.{i}.attn_norm.weight",
    "model.layers.{i}.post_attention_layernorm.weight": "blk.{i}.post_attention_norm.weight",
    "model.layers.{i}.pre_feedforward_layernorm.weight": "blk.{i}.ffn_norm.weight",
    "model.layers.{i}.post_feedforward_layernorm.weight": "blk.{i}.post_ffw_norm.weight",
    "model.layers.{i}.self_attn.q_norm.weight": "blk.{i}.attn_q_norm.weight",
    "model.layers.{i}.self_attn.k_norm.weight": "blk.{i}.attn_k_norm.weight",
}


def _gemma_sizes(source: _Source) -> dict[str, Any]:
    head = int(source.meta["attention.key_length"])
    return _sizes(source) | {
        "num_key_value_heads": int(source.meta["attention.head_count_kv"]),
        "head_dim": head,
        "query_pre_attn_scalar": head,
        "sliding_window": int(source.meta["attention.sliding_window"]),
        "tie_word_embeddings": True,
    }


def _gemma3(source: _Source) -> Any:
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig  # noqa: PLC0415

    config = Gemma3TextConfig(
        **_gemma_sizes(source), rope_theta=float(source.meta["rope.freq_base"]), rope_local_base_freq=10000.0
    )
    source.take({k: v for k, v in _PLAIN.items() if "embed" in k} | _MIXED | _GATED)
    source.take(_GEMMA_NORMS, lambda w: w - 1)  # theirs are added to 1
    return source.into(Gemma3ForCausalLM(config))


def _gemma2(source: _Source) -> Any:
    from transformers import Gemma2Config, Gemma2ForCausalLM  # noqa: PLC0415

    config = Gemma2Config(
        **_gemma_sizes(source), rope_theta=10000.0,
        attn_logit_softcapping=float(source.meta["attn_logit_softcapping"]),
        final_logit_softcapping=float(source.meta["final_logit_softcapping"]),
    )  # fmt: skip
    source.take({k: v for k, v in _PLAIN.items() if "embed" in k} | _MIXED | _GATED)
    source.take(_GEMMA_NORMS, lambda w: w - 1)
    return source.into(Gemma2ForCausalLM(config))


def _gpt_oss(source: _Source) -> Any:
    from transformers import GptOssConfig, GptOssForCausalLM  # noqa: PLC0415

    meta = source.meta
    config = GptOssConfig(
        **_sizes(source) | {"intermediate_size": int(meta["expert_feed_forward_length"])},
        num_key_value_heads=int(meta["attention.head_count_kv"]), head_dim=int(meta["attention.key_length"]),
        num_local_experts=int(meta["expert_count"]), num_experts_per_tok=int(meta["expert_used_count"]),
        sliding_window=int(meta["attention.sliding_window"]), rope_theta=float(meta["rope.freq_base"]),
        rope_scaling=None, tie_word_embeddings=False,
    )  # fmt: skip
    source.take(_PLAIN | _MIXED)
    source.take({
        "model.layers.{i}.input_layernorm.weight": "blk.{i}.attn_norm.weight",
        "model.layers.{i}.post_attention_layernorm.weight": "blk.{i}.post_attention_norm.weight",
        "model.layers.{i}.self_attn.sinks": "blk.{i}.attn_sinks.weight",
        "model.layers.{i}.mlp.router.weight": "blk.{i}.ffn_gate_inp.weight",
        "model.layers.{i}.mlp.router.bias": "blk.{i}.ffn_gate_inp.bias",
        "model.layers.{i}.mlp.experts.down_proj_bias": "blk.{i}.ffn_down_exps.bias",
    })  # fmt: skip
    down = {"model.layers.{i}.mlp.experts.down_proj": "blk.{i}.ffn_down_exps.weight"}
    source.take(down, lambda w: w.swapaxes(1, 2))
    for i in range(source.n_layer):  # gate and up are neighbours there
        for there, part in (("gate_up_proj", "weight"), ("gate_up_proj_bias", "bias")):
            pair = [source.tensors[f"blk.{i}.ffn_{name}_exps.{part}"] for name in ("gate", "up")]
            joined = np.stack(pair, axis=2).reshape(pair[0].shape[0], -1, *pair[0].shape[2:])
            joined = joined.swapaxes(1, 2) if part == "weight" else joined
            source.found[f"model.layers.{i}.mlp.experts.{there}"] = np.ascontiguousarray(joined)
    return source.into(GptOssForCausalLM(config))


def _deepseek(source: _Source) -> Any:
    from transformers import DeepseekV3Config, DeepseekV3ForCausalLM  # noqa: PLC0415

    meta = source.meta
    rope, value = int(meta["rope.dimension_count"]), int(meta["attention.value_length_mla"])
    config = DeepseekV3Config(
        **_sizes(source), num_key_value_heads=source.heads, q_lora_rank=int(meta["attention.q_lora_rank"]),
        kv_lora_rank=int(meta["attention.kv_lora_rank"]), qk_rope_head_dim=rope, v_head_dim=value,
        qk_nope_head_dim=int(meta["attention.key_length_mla"]) - rope, first_k_dense_replace=source.n_layer,
        rope_theta=10000.0, rope_scaling=None, tie_word_embeddings=False,
    )  # fmt: skip
    source.take(_PLAIN | _HALVES | _GATED)
    names = {
        "q_a_proj": "q_a", "q_a_layernorm": "q_a_norm", "q_b_proj": "q_b", "kv_a_proj_with_mqa": "kv_a_mqa",
        "kv_a_layernorm": "kv_a_norm", "o_proj": "output",
    }  # fmt: skip
    block = "model.layers.{i}.self_attn"
    source.take({f"{block}.{there}.weight": f"blk.{{i}}.attn_{here}.weight" for there, here in names.items()})
    for i in range(source.n_layer):  # one matrix there, head by head first K and then V
        k, v = (source.tensors[f"blk.{i}.attn_{name}_b.weight"] for name in ("k", "v"))
        joined = np.concatenate([k.swapaxes(1, 2), v], axis=1)
        source.found[f"{block}.kv_b_proj.weight".format(i=i)] = np.ascontiguousarray(joined.reshape(-1, k.shape[1]))
    return source.into(DeepseekV3ForCausalLM(config))


def _bloom(source: _Source) -> Any:
    from transformers import BloomConfig, BloomForCausalLM  # noqa: PLC0415

    config = BloomConfig(
        vocab_size=source.vocab, hidden_size=source.width, n_layer=source.n_layer, n_head=source.heads,
        layer_norm_epsilon=float(source.meta["attention.layer_norm_epsilon"]), attn_implementation="eager",
    )  # fmt: skip
    block, heads = "transformer.h.{i}", source.heads
    names = {
        "input_layernorm": "attn_norm", "self_attention.dense": "attn_output", "post_attention_layernorm": "ffn_norm",
        "mlp.dense_h_to_4h": "ffn_up", "mlp.dense_4h_to_h": "ffn_down",
    }  # fmt: skip
    for part in ("weight", "bias"):
        source.take({f"{block}.{there}.{part}": f"blk.{{i}}.{here}.{part}" for there, here in names.items()})
        source.take({f"transformer.ln_f.{part}": f"output_norm.{part}"})
        source.take({f"transformer.word_embeddings_layernorm.{part}": f"token_embd_norm.{part}"})
        # Q, K and V of one head stand together there.
        source.take(
            {f"{block}.self_attention.query_key_value.{part}": f"blk.{{i}}.attn_qkv.{part}"},
            lambda a: a.reshape(3, heads, -1, *a.shape[1:]).swapaxes(0, 1).reshape(a.shape),
        )
    source.take({"transformer.word_embeddings.weight": "token_embd.weight"})
    return source.into(BloomForCausalLM(config))


_SSM = {
    "in_proj.weight": "ssm_in.weight", "conv1d.bias": "ssm_conv1d.bias", "x_proj.weight": "ssm_x.weight",
    "dt_proj.weight": "ssm_dt.weight", "dt_proj.bias": "ssm_dt.bias", "D": "ssm_d", "out_proj.weight": "ssm_out.weight",
}  # fmt: skip


def _take_ssm(source: _Source, block: str) -> None:
    source.take({f"{block}.{there}": f"blk.{{i}}.{here}" for there, here in _SSM.items()})
    source.take({f"{block}.conv1d.weight": "blk.{i}.ssm_conv1d.weight"}, lambda w: w[:, None])
    source.take({f"{block}.A_log": "blk.{i}.ssm_a"}, lambda a: np.log(-a))


def _jamba(source: _Source) -> Any:
    from transformers import JambaConfig, JambaForCausalLM  # noqa: PLC0415

    meta, at = source.meta, [i for i, n in enumerate(source.meta["attention.head_count_kv"]) if n]
    assert len(at) == 1
    config = JambaConfig(
        **_sizes(source), num_key_value_heads=meta["attention.head_count_kv"][at[0]], num_experts=1,
        num_experts_per_tok=1, attn_layer_period=source.n_layer, attn_layer_offset=at[0], use_mamba_kernels=False,
        mamba_d_state=int(meta["ssm.state_size"]), mamba_d_conv=int(meta["ssm.conv_kernel"]), mamba_expand=2,
        mamba_dt_rank=int(meta["ssm.time_step_rank"]), tie_word_embeddings=False,
    )  # fmt: skip
    source.take(_PLAIN | _MIXED)
    source.take({k.replace("mlp", "feed_forward"): v for k, v in _GATED.items()})
    source.take({
        "model.final_layernorm.weight": "output_norm.weight",
        "model.layers.{i}.input_layernorm.weight": "blk.{i}.attn_norm.weight",
        "model.layers.{i}.pre_ff_layernorm.weight": "blk.{i}.ffn_norm.weight",
    })  # fmt: skip
    for part in ("dt", "b", "c"):
        source.take({f"model.layers.{{i}}.mamba.{part}_layernorm.weight": f"blk.{{i}}.ssm_{part}_norm.weight"})
    del source.found["model.norm.weight"]
    _take_ssm(source, "model.layers.{i}.mamba")
    return source.into(JambaForCausalLM(config))


def _mamba(source: _Source) -> Any:
    from transformers import MambaConfig, MambaForCausalLM  # noqa: PLC0415

    meta = source.meta
    config = MambaConfig(
        vocab_size=source.vocab, hidden_size=source.width, num_hidden_layers=source.n_layer,
        state_size=int(meta["ssm.state_size"]), conv_kernel=int(meta["ssm.conv_kernel"]), expand=2,
        time_step_rank=int(meta["ssm.time_step_rank"]), tie_word_embeddings=False,
        layer_norm_epsilon=float(meta["attention.layer_norm_rms_epsilon"]), use_mambapy=False,
    )  # fmt: skip
    source.take({
        "backbone.embeddings.weight": "token_embd.weight",
        "backbone.norm_f.weight": "output_norm.weight",
        "backbone.layers.{i}.norm.weight": "blk.{i}.attn_norm.weight",
        "lm_head.weight": "output.weight",
    })  # fmt: skip
    _take_ssm(source, "backbone.layers.{i}.mixer")
    return source.into(MambaForCausalLM(config))


_FAMILIES: dict[str, Callable[[_Source], Any]] = {
    "llama": _llama, "qwen2": _qwen2, "gpt2": _gpt2, "gemma3": _gemma3, "gemma2": _gemma2, "gpt-oss": _gpt_oss,
    "deepseek2": _deepseek, "bloom": _bloom,
    "jamba": _jamba, "mamba": _mamba,
}  # fmt: skip

if __name__ == "__main__":
    main()
