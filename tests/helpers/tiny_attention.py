"""Tiny models of kinds of attention that Llama, GPT-2 and Gemma 3 do not have: see `tests.helpers.tiny_models`."""

from pathlib import Path

from tests.helpers.tiny_file import CHAT_TEMPLATE, TinyFile


def write_gpt_oss(
    path: Path,
    *,
    n_layer: int = 3,
    n_embd: int = 64,
    n_head: int = 4,
    n_head_kv: int = 2,
    head: int = 16,
    window: int = 12,
    vocab: int = 320,
    context_length: int = 2048,
    seed: int = 9,
) -> None:
    """gpt-oss: every second layer has a window, every head a learned sink, and the feed-forward is of experts."""
    n_ff, experts = 32, 4  # MXFP4 in the real ones, which wants multiples of 32
    file = TinyFile(path, "gpt-oss", kind="F32", seed=seed, n_layer=n_layer, n_embd=n_embd)
    file.writer.add_context_length(context_length)
    file.writer.add_feed_forward_length(n_ff)
    file.writer.add_expert_feed_forward_length(n_ff)
    file.writer.add_expert_count(experts)
    file.writer.add_expert_used_count(2)
    file.writer.add_head_count(n_head)
    file.writer.add_head_count_kv(n_head_kv)
    file.writer.add_key_length(head)
    file.writer.add_value_length(head)
    file.writer.add_layer_norm_rms_eps(1e-5)
    file.writer.add_rope_freq_base(150_000.0)
    file.writer.add_sliding_window(window)
    file.add_vocabulary(vocab, "gpt-4o", CHAT_TEMPLATE)
    file.matrix("token_embd.weight", vocab, n_embd, gain=n_embd**0.5)
    for i in range(n_layer):
        file.vector(f"blk.{i}.attn_norm.weight", n_embd, mean=1.0)
        for part, count in (("q", n_head), ("k", n_head_kv), ("v", n_head_kv)):
            file.matrix(f"blk.{i}.attn_{part}.weight", count * head, n_embd)
            file.vector(f"blk.{i}.attn_{part}.bias", count * head)
        file.matrix(f"blk.{i}.attn_output.weight", n_embd, n_head * head, gain=0.7)
        file.vector(f"blk.{i}.attn_output.bias", n_embd)
        file.vector(f"blk.{i}.attn_sinks.weight", n_head, mean=1.0, spread=1.0)
        file.vector(f"blk.{i}.post_attention_norm.weight", n_embd, mean=1.0)
        file.matrix(f"blk.{i}.ffn_gate_inp.weight", experts, n_embd)
        file.vector(f"blk.{i}.ffn_gate_inp.bias", experts)
        for part, rows, columns in (("gate", n_ff, n_embd), ("up", n_ff, n_embd), ("down", n_embd, n_ff)):
            values = file.random.standard_normal((experts, rows, columns)) * (0.7 / columns**0.5)
            file.plain(f"blk.{i}.ffn_{part}_exps.weight", values)
            file.plain(f"blk.{i}.ffn_{part}_exps.bias", file.random.standard_normal((experts, rows)) * 0.1)
    file.vector("output_norm.weight", n_embd, mean=1.0)
    file.matrix("output.weight", vocab, n_embd, gain=1.1)
    file.close()


def write_deepseek2(
    path: Path,
    *,
    n_layer: int = 2,
    n_embd: int = 64,
    n_head: int = 4,
    vocab: int = 320,
    context_length: int = 2048,
    seed: int = 11,
    lite: bool = False,
) -> None:
    """DeepSeek 2 without experts: latent attention. What is cached of a token is shared by all heads, as K and as V.

    lite  queries are not latent; llama.cpp knows these models by their 27 layers
    """
    latent, rope, plain, value, n_ff = 32, 8, 16, 16, 128
    n_layer, n_ff = (27, 16) if lite else (n_layer, n_ff)
    file = TinyFile(path, "deepseek2", kind="F32", seed=seed, n_layer=n_layer, n_embd=n_embd)
    file.writer.add_context_length(context_length)
    file.writer.add_feed_forward_length(n_ff)
    file.writer.add_leading_dense_block_count(n_layer)
    file.writer.add_expert_feed_forward_length(n_ff)
    file.writer.add_expert_shared_count(1)
    file.writer.add_head_count(n_head)
    file.writer.add_head_count_kv(1)
    if not lite:
        file.writer.add_q_lora_rank(latent)
    file.writer.add_kv_lora_rank(latent)
    file.writer.add_key_length(latent + rope)
    file.writer.add_value_length(latent)
    file.writer.add_key_length_mla(plain + rope)
    file.writer.add_value_length_mla(value)
    file.writer.add_rope_dimension_count(rope)
    file.writer.add_rope_freq_base(10000.0)
    file.writer.add_layer_norm_rms_eps(1e-6)
    file.add_vocabulary(vocab, "gpt-2", CHAT_TEMPLATE)
    file.matrix("token_embd.weight", vocab, n_embd, gain=n_embd**0.5)
    for i in range(n_layer):
        file.vector(f"blk.{i}.attn_norm.weight", n_embd, mean=1.0)
        if lite:
            file.matrix(f"blk.{i}.attn_q.weight", n_head * (plain + rope), n_embd)
        else:
            file.matrix(f"blk.{i}.attn_q_a.weight", latent, n_embd)
            file.vector(f"blk.{i}.attn_q_a_norm.weight", latent, mean=1.0)
            file.matrix(f"blk.{i}.attn_q_b.weight", n_head * (plain + rope), latent)
        file.matrix(f"blk.{i}.attn_kv_a_mqa.weight", latent + rope, n_embd)
        file.vector(f"blk.{i}.attn_kv_a_norm.weight", latent, mean=1.0)
        file.plain(f"blk.{i}.attn_k_b.weight", file.random.standard_normal((n_head, latent, plain)) / latent**0.5)
        file.plain(f"blk.{i}.attn_v_b.weight", file.random.standard_normal((n_head, value, latent)) / latent**0.5)
        file.matrix(f"blk.{i}.attn_output.weight", n_embd, n_head * value, gain=0.7)
        file.vector(f"blk.{i}.ffn_norm.weight", n_embd, mean=1.0)
        file.matrix(f"blk.{i}.ffn_gate.weight", n_ff, n_embd)
        file.matrix(f"blk.{i}.ffn_up.weight", n_ff, n_embd)
        file.matrix(f"blk.{i}.ffn_down.weight", n_embd, n_ff)
    file.vector("output_norm.weight", n_embd, mean=1.0)
    file.matrix("output.weight", vocab, n_embd, gain=1.1)
    file.close()


def write_bloom(
    path: Path, *, n_layer: int = 2, n_embd: int = 48, n_head: int = 6, vocab: int = 320, seed: int = 12
) -> None:
    """BLOOM: no positions but ALiBi's distances; six heads, since the slopes of a power of two are the simple case."""
    file = TinyFile(path, "bloom", kind="F32", seed=seed, n_layer=n_layer, n_embd=n_embd)
    file.writer.add_context_length(2048)
    file.writer.add_feed_forward_length(4 * n_embd)
    file.writer.add_head_count(n_head)
    file.writer.add_head_count_kv(n_head)
    file.writer.add_layer_norm_eps(1e-5)
    file.add_vocabulary(vocab, "bloom", CHAT_TEMPLATE)
    file.matrix("token_embd.weight", vocab, n_embd, gain=1.2)
    sizes = {"attn_qkv": (3 * n_embd, n_embd, 1.1), "attn_output": (n_embd, n_embd, 1.0)}
    sizes |= {"ffn_up": (4 * n_embd, n_embd, 1.0), "ffn_down": (n_embd, 4 * n_embd, 0.01)}  # see "gpt2-hf"
    for i in range(n_layer):
        for norm in ("attn_norm", "ffn_norm"):
            file.vector(f"blk.{i}.{norm}.weight", n_embd, mean=1.0)
            file.vector(f"blk.{i}.{norm}.bias", n_embd)
        for name, (rows, columns, gain) in sizes.items():
            file.matrix(f"blk.{i}.{name}.weight", rows, columns, gain=gain)
            file.vector(f"blk.{i}.{name}.bias", rows, spread=0.02)
    for norm in ("token_embd_norm", "output_norm"):
        file.vector(f"{norm}.weight", n_embd, mean=1.0)
        file.vector(f"{norm}.bias", n_embd)
    file.close()


def write_t5(path: Path, *, n_layer: int = 2, n_embd: int = 32, vocab: int = 320, seed: int = 10) -> None:
    """T5: an encoder and a decoder, which has an attention to what the encoder made beside its own."""
    n_head, n_ff, buckets = 2, 64, 32
    file = TinyFile(path, "t5", kind="F32", seed=seed, n_layer=n_layer, n_embd=n_embd)
    file.writer.add_context_length(512)
    file.writer.add_feed_forward_length(n_ff)
    file.writer.add_head_count(n_head)
    file.writer.add_key_length(n_embd // n_head)
    file.writer.add_value_length(n_embd // n_head)
    file.writer.add_layer_norm_eps(1e-6)
    file.writer.add_layer_norm_rms_eps(1e-6)
    file.writer.add_relative_attn_buckets_count(buckets)
    file.writer.add_decoder_start_token_id(0)
    file.add_vocabulary(vocab, "gpt-2", None)
    file.matrix("token_embd.weight", vocab, n_embd)
    for side in ("enc", "dec"):
        for i in range(n_layer):
            for kind in ("attn", "cross_attn") if side == "dec" else ("attn",):
                file.vector(f"{side}.blk.{i}.{kind}_norm.weight", n_embd, mean=1.0)
                for part in ("q", "k", "v", "o"):
                    file.matrix(f"{side}.blk.{i}.{kind}_{part}.weight", n_embd, n_embd)
            file.matrix(f"{side}.blk.{i}.attn_rel_b.weight", buckets, n_head)
            file.vector(f"{side}.blk.{i}.ffn_norm.weight", n_embd, mean=1.0)
            file.matrix(f"{side}.blk.{i}.ffn_up.weight", n_ff, n_embd)
            file.matrix(f"{side}.blk.{i}.ffn_down.weight", n_embd, n_ff)
        file.vector(f"{side}.output_norm.weight", n_embd, mean=1.0)
    file.close()
