"""A short list of models to begin with, by the memory of the computer.

Chosen to run in this version of llama.cpp with attention that can be looked at, in one file, without having to ask for
access, and to cover Korean under a free licence at every size. Sizes are those of the files in 2026; a list like this
ages, so opening an entry always asks the hub.
"""

from dataclasses import dataclass

from chatapp.core.text import QT_TRANSLATE_NOOP


@dataclass(frozen=True, slots=True)
class Pick:
    """One model. *memory*: GB a computer should have; *size*: bytes of *file*; *why*: context ``curated``."""

    memory: int
    name: str
    repo: str
    file: str
    size: int
    n_params: int
    licence: str
    korean: bool
    why: str


# fmt: off
PICKS = (
    Pick(4, "Qwen2.5 0.5B", "Qwen/Qwen2.5-0.5B-Instruct-GGUF", "qwen2.5-0.5b-instruct-q4_k_m.gguf",
         491_400_032, 494_032_768, "apache-2.0", korean=False, why=QT_TRANSLATE_NOOP(
             "curated", "The smallest that holds a conversation; ideal for looking inside, not for facts.")),
    Pick(4, "Gemma 3 1B", "ggml-org/gemma-3-1b-it-GGUF", "gemma-3-1b-it-Q4_K_M.gguf",
         806_058_240, 999_885_952, "gemma", korean=False, why=QT_TRANSLATE_NOOP(
             "curated", "Quick answers in good English, also on an old computer.")),
    Pick(4, "EXAONE 4.0 1.2B", "LGAI-EXAONE/EXAONE-4.0-1.2B-GGUF", "EXAONE-4.0-1.2B-Q4_K_M.gguf",
         812_437_792, 1_279_391_488, "exaone", korean=True, why=QT_TRANSLATE_NOOP(
             "curated", "Made by LG for Korean and English; small, but it writes natural Korean.")),
    Pick(4, "Kanana 1.5 2.1B", "DevQuasar/kakaocorp.kanana-1.5-2.1b-instruct-2505-GGUF",
         "kakaocorp.kanana-1.5-2.1b-instruct-2505.Q4_K_M.gguf",
         1_522_796_768, 2_314_000_000, "apache-2.0", korean=True, why=QT_TRANSLATE_NOOP(
             "curated", "Made by Kakao for Korean and English, and free for any use.")),
    Pick(8, "Qwen3 4B", "Qwen/Qwen3-4B-GGUF", "Qwen3-4B-Q4_K_M.gguf",
         2_497_280_256, 4_022_468_096, "apache-2.0", korean=True, why=QT_TRANSLATE_NOOP(
             "curated", "The best all-rounder of its size: it can think before it answers, in many languages.")),
    Pick(8, "Gemma 3 4B", "ggml-org/gemma-3-4b-it-GGUF", "gemma-3-4b-it-Q4_K_M.gguf",
         2_489_757_856, 3_880_099_328, "gemma", korean=True, why=QT_TRANSLATE_NOOP(
             "curated", "Pleasant prose and good translations, also into Korean.")),
    Pick(16, "Qwen3 8B", "Qwen/Qwen3-8B-GGUF", "Qwen3-8B-Q4_K_M.gguf",
         5_027_783_488, 8_190_735_360, "apache-2.0", korean=True, why=QT_TRANSLATE_NOOP(
             "curated", "A daily companion for questions, texts and code; thinks when the task is hard.")),
    Pick(16, "EXAONE 3.5 7.8B", "LGAI-EXAONE/EXAONE-3.5-7.8B-Instruct-GGUF", "EXAONE-3.5-7.8B-Instruct-Q4_K_M.gguf",
         4_770_000_000, 7_818_448_896, "exaone", korean=True, why=QT_TRANSLATE_NOOP(
             "curated", "Made by LG for Korean and English, with natural Korean; for research and private use.")),
    Pick(16, "Llama 3.1 8B", "bartowski/Meta-Llama-3.1-8B-Instruct-GGUF", "Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf",
         4_920_000_000, 8_030_261_312, "llama3.1", korean=False, why=QT_TRANSLATE_NOOP(
             "curated", "A classic that many studies look into; strong in English, free for nearly any use.")),
    Pick(16, "Gemma 3 12B", "ggml-org/gemma-3-12b-it-GGUF", "gemma-3-12b-it-Q4_K_M.gguf",
         7_300_574_976, 11_765_788_416, "gemma", korean=True, why=QT_TRANSLATE_NOOP(
             "curated", "Careful writing and translation in many languages, if you can wait for it.")),
    Pick(32, "Qwen3 14B", "Qwen/Qwen3-14B-GGUF", "Qwen3-14B-Q4_K_M.gguf",
         9_001_752_960, 14_768_307_200, "apache-2.0", korean=True, why=QT_TRANSLATE_NOOP(
             "curated", "Clearly better at reasoning and code than 8B; a graphics card makes it quick.")),
    Pick(32, "gpt-oss 20B", "ggml-org/gpt-oss-20b-GGUF", "gpt-oss-20b-mxfp4.gguf",
         12_100_000_000, 20_914_757_184, "apache-2.0", korean=False, why=QT_TRANSLATE_NOOP(
             "curated", "OpenAI's open model; it uses a sixth of its weights for each token and so answers fast.")),
    Pick(32, "Qwen3 30B-A3B", "unsloth/Qwen3-30B-A3B-Instruct-2507-GGUF", "Qwen3-30B-A3B-Instruct-2507-Q4_K_M.gguf",
         18_600_000_000, 30_532_122_624, "apache-2.0", korean=True, why=QT_TRANSLATE_NOOP(
             "curated", "As knowing as a large model and nearly as fast as a 3B one, also without a graphics card.")),
    Pick(32, "EXAONE 4.0 32B", "LGAI-EXAONE/EXAONE-4.0-32B-GGUF", "EXAONE-4.0-32B-Q4_K_M.gguf",
         19_300_000_000, 32_003_216_384, "exaone", korean=True, why=QT_TRANSLATE_NOOP(
             "curated", "Made by LG for Korean, English and Spanish; large, and for research and private use.")),
)
# fmt: on
