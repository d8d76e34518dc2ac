"""What a hub shows: repositories as one finds them there, with cards, quantizations and sizes of their kind."""

from dataclasses import dataclass

from tests.helpers.hub_server import Hub

# Bits per weight, about.
_QUANTIZATIONS = {
    "Q2_K": 3.0, "Q3_K_M": 3.9, "IQ4_XS": 4.3, "Q4_K_M": 4.9, "Q5_K_M": 5.7, "Q6_K": 6.6, "Q8_0": 8.5, "F16": 16.0,
}  # fmt: skip
_SPLIT_AT = 40_000_000_000  # bytes


@dataclass(frozen=True, slots=True)
class _Known:
    repo: str
    params: float  # billions
    architecture: str
    context: int
    licence: str
    languages: str
    downloads: int
    likes: int
    modified: str
    gated: bool = False
    task: str = "text-generation"
    projector: bool = False


_KNOWN = (
    _Known("Qwen/Qwen2.5-0.5B-Instruct-GGUF",
           0.494, "qwen2", 32768, "apache-2.0", "en", 412_000, 310, "2024-09-20"),
    _Known("Qwen/Qwen2.5-7B-Instruct-GGUF",
           7.62, "qwen2", 131072, "apache-2.0", "en", 980_000, 820, "2024-09-20"),
    _Known("Qwen/Qwen3-8B-GGUF",
           8.19, "qwen3", 40960, "apache-2.0", "en zh ko", 1_250_000, 1400, "2025-05-09"),
    _Known("bartowski/Llama-3.2-3B-Instruct-GGUF",
           3.21, "llama", 131072, "llama3.2", "en de fr", 610_000, 240, "2024-10-08"),
    _Known("bartowski/Meta-Llama-3.1-70B-Instruct-GGUF",
           70.6, "llama", 131072, "llama3.1", "en", 95_000, 61, "2024-07-29"),
    _Known("google/gemma-3-4b-it-qat-q4_0-gguf",
           3.88, "gemma3", 131072, "gemma", "en ko ja", 530_000, 300, "2025-04-18",
           gated=True, task="image-text-to-text", projector=True),
    _Known("LGAI-EXAONE/EXAONE-3.5-2.4B-Instruct-GGUF",
           2.41, "exaone", 32768, "exaone", "en ko", 88_000, 70, "2024-12-11"),
    _Known("microsoft/Phi-4-mini-instruct-gguf",
           3.84, "phi3", 131072, "mit", "en", 77_000, 54, "2025-03-01"),
    _Known("mradermacher/한국어-모델-1B-GGUF",
           1.1, "llama", 8192, "cc-by-nc-4.0", "ko", 310, 4, "2026-02-03"),
    _Known("TheBloke/Mistral-7B-Instruct-v0.2-GGUF",
           7.24, "llama", 32768, "apache-2.0", "en", 1_900_000, 2100, "2023-12-11"),
    _Known("unsloth/gpt-oss-20b-GGUF",
           20.9, "gpt-oss", 131072, "apache-2.0", "en", 720_000, 600, "2025-08-05"),
    _Known("somebody/a-repository-with-a-very-long-name-that-no-list-has-room-for-v2.1-instruct-merged-imatrix-GGUF",
           12.2, "nemo", 1024000, "other", "en", 3, 0, "2026-11-01"),
)  # fmt: skip


def fill_catalogue(hub: Hub) -> None:
    """Show them all at *hub*; their models can be looked at but not downloaded."""
    for known in _KNOWN:
        name = known.repo.partition("/")[2]
        languages = known.languages.split()
        tags = ["gguf", known.architecture, known.task, *languages, f"license:{known.licence}", "region:us"]
        hub.cards[known.repo] = {
            "id": known.repo,
            "author": known.repo.partition("/")[0],
            "downloads": known.downloads,
            "likes": known.likes,
            "lastModified": f"{known.modified}T12:00:00.000Z",
            "createdAt": f"{known.modified}T11:00:00.000Z",
            "pipeline_tag": known.task,
            "tags": tags,
            "gated": "manual" if known.gated else False,
            "gguf": {
                "total": round(known.params * 1e9),
                "architecture": known.architecture,
                "context_length": known.context,
            },
            "cardData": {"license": known.licence, "language": languages},
        }
        if known.gated:
            hub.gated.add(known.repo)
        hub.add("README.md", _card(known).encode(), known.repo)
        stem = name.removesuffix("-GGUF").removesuffix("-gguf")
        for quantization, bits in _QUANTIZATIONS.items():
            size = round(known.params * 1e9 * bits / 8)
            parts = -(-size // _SPLIT_AT)
            for part in range(1, parts + 1):
                of = f"-{part:05}-of-{parts:05}" if parts > 1 else ""
                hub.announce(f"{stem}-{quantization}{of}.gguf", size // parts, known.repo)
        if known.projector:
            hub.announce("mmproj-model-f16.gguf", 851_000_000, known.repo)


def _card(known: _Known) -> str:
    languages = "".join(f"- {language}\n" for language in known.languages.split())
    return f"""---
license: {known.licence}
pipeline_tag: {known.task}
language:
{languages}tags:
- chat
---
# {known.repo.partition("/")[2]}

![banner](https://example.invalid/banner.png) <img src="https://example.invalid/tracker.gif" onerror="alert(1)">

**{known.params:g} billion** parameters, context of {known.context:,} tokens. [Licence](https://example.invalid/licence)
<script>alert("no")</script>

| Quantization | Bits | Use |
|---|---|---|
| Q4_K_M | 4.9 | a good start |
| Q8_0 | 8.5 | nearly as good as the original |

```python
print("hello")
```

1. 이 모델은 **한국어**를 이해합니다.
2. [click me](javascript:alert(1))
"""
