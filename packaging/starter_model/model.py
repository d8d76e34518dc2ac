"""The starter model itself: a small decoder-only transformer with exactly the arithmetic of llama.cpp's ``llama``.

RMSNorm, rotary positions, grouped-query attention, SwiGLU, tied input and output embeddings. Rotary positions turn
neighbouring pairs of a head's dimensions, as llama.cpp does for this architecture, so the exported query and key
matrices need no permutation (Hugging Face checkpoints, which turn the two halves against each other, do).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Config:
    """Sizes of the model."""

    vocab: int = 6144
    width: int = 256
    layers: int = 4
    heads: int = 8
    kv_heads: int = 4
    hidden: int = 704
    context: int = 1024
    rope_base: float = 10000.0
    norm_eps: float = 1e-5

    @property
    def head_size(self) -> int:
        """Dimensions of one head."""
        return self.width // self.heads

    def to_dict(self) -> dict[str, float]:
        """For the checkpoint."""
        return asdict(self)


class Norm(nn.Module):
    """RMSNorm with a learned gain."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """Divides each vector by its root mean square; in float32, since bfloat16 loses too much here."""
        return functional.rms_norm(x.float(), (x.shape[-1],), self.weight, self.eps)


def rope_tables(config: Config) -> tuple[Tensor, Tensor]:
    """Cosines and sines, each of shape (context, head_size / 2)."""
    powers = torch.arange(0, config.head_size, 2, dtype=torch.float64) / config.head_size
    angles = torch.outer(torch.arange(config.context, dtype=torch.float64), config.rope_base**-powers)
    return angles.cos().float(), angles.sin().float()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotates neighbouring pairs of the last dimension by their position's angle; x: (batch, heads, time, size)."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1).flatten(-2)


def causal_attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """softmax(q k^T / sqrt(size)) v with later positions hidden; all: (batch, heads, time, size)."""
    time = q.shape[-2]
    if q.is_cuda or time > 256:
        return functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    # For short texts on a CPU the plain products are up to 40 % faster than the fused kernel and its backward pass.
    hidden = torch.full((time, time), float("-inf"), device=q.device).triu(1)
    scores = (q @ k.transpose(-2, -1)).float() * q.shape[-1] ** -0.5 + hidden
    mixed: Tensor = scores.softmax(-1).to(v.dtype) @ v
    return mixed


class Layer(nn.Module):
    """Attention and feed-forward, each behind a norm and a residual connection."""

    def __init__(self, c: Config) -> None:
        super().__init__()
        self.c = c
        self.attn_norm = Norm(c.width, c.norm_eps)
        self.attn_q = nn.Linear(c.width, c.heads * c.head_size, bias=False)
        self.attn_k = nn.Linear(c.width, c.kv_heads * c.head_size, bias=False)
        self.attn_v = nn.Linear(c.width, c.kv_heads * c.head_size, bias=False)
        self.attn_output = nn.Linear(c.width, c.width, bias=False)
        self.ffn_norm = Norm(c.width, c.norm_eps)
        self.ffn_gate = nn.Linear(c.width, c.hidden, bias=False)
        self.ffn_up = nn.Linear(c.width, c.hidden, bias=False)
        self.ffn_down = nn.Linear(c.hidden, c.width, bias=False)

    def attend(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """Causal grouped-query attention."""
        b, t, _ = x.shape
        q = rotate(self.attn_q(x).view(b, t, self.c.heads, -1).transpose(1, 2), cos, sin)
        k = rotate(self.attn_k(x).view(b, t, self.c.kv_heads, -1).transpose(1, 2), cos, sin)
        v = self.attn_v(x).view(b, t, self.c.kv_heads, -1).transpose(1, 2)
        group = self.c.heads // self.c.kv_heads
        k, v = k.repeat_interleave(group, dim=1), v.repeat_interleave(group, dim=1)
        mixed = causal_attention(q.to(v.dtype), k.to(v.dtype), v)
        joined: Tensor = self.attn_output(mixed.transpose(1, 2).reshape(b, t, -1))
        return joined

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """One layer of the residual stream."""
        x = x + self.attend(self.attn_norm(x), cos, sin)
        h = self.ffn_norm(x)
        out: Tensor = x + self.ffn_down(functional.silu(self.ffn_gate(h)) * self.ffn_up(h))
        return out


class Model(nn.Module):
    """Token ids in, final hidden vectors out; ``logits`` turns those into scores."""

    cos: Tensor
    sin: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.token_embd = nn.Embedding(config.vocab, config.width)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.output_norm = Norm(config.width, config.norm_eps)
        cos, sin = rope_tables(config)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        self.start()

    def start(self) -> None:
        """Initial weights; the last matrix of every block starts small so that deep residuals stay calm."""
        nn.init.normal_(self.token_embd.weight, std=0.04)
        for name, weight in self.named_parameters():
            if weight.ndim == 2 and not name.startswith("token_embd"):
                last = name.endswith(("attn_output.weight", "ffn_down.weight"))
                nn.init.normal_(weight, std=0.05 / (2 * self.config.layers) ** 0.5 if last else 0.05)

    def forward(self, ids: Tensor) -> Tensor:
        """ids: (batch, time) -> normalized hidden vectors (batch, time, width)."""
        x: Tensor = self.token_embd(ids)
        cos, sin = self.cos[: ids.shape[1]], self.sin[: ids.shape[1]]
        for layer in self.layers:
            x = layer(x, cos, sin)
        out: Tensor = self.output_norm(x)
        return out

    def logits(self, hidden: Tensor) -> Tensor:
        """Scores over the vocabulary, by the transposed embedding matrix."""
        return functional.linear(hidden, self.token_embd.weight)
