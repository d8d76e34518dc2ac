import pytest

from chatapp.hub.file_names import kind, quantization, variants
from chatapp.hub.remote_file import RemoteFile


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("Qwen2.5-0.5B-Instruct-Q4_K_M.gguf", "Q4_K_M"),
        ("qwen2.5-coder-0.5b-instruct-q4_k_m.gguf", "Q4_K_M"),
        ("model.Q6_K.gguf", "Q6_K"),
        ("model-UD-Q4_K_XL.gguf", "UD-Q4_K_XL"),
        ("model-UD-IQ2_XXS.gguf", "UD-IQ2_XXS"),
        ("model-IQ4_NL.gguf", "IQ4_NL"),
        ("model-IQ3_M.gguf", "IQ3_M"),
        ("model-Q4_0_4_8.gguf", "Q4_0_4_8"),
        ("model-q8_0.gguf", "Q8_0"),
        ("model-fp16.gguf", "F16"),
        ("model-BF16-00001-of-00002.gguf", "BF16"),
        ("gpt-oss-20b-mxfp4.gguf", "MXFP4"),
        ("TQ1_0/model.gguf", "TQ1_0"),
        ("Q4_K_M/model-00001-of-00002.gguf", "Q4_K_M"),
        ("Llama-3.2-1B.gguf", ""),
        ("model-of-Q4.gguf", ""),
        ("f16-lover-Q5_K_S.gguf", "Q5_K_S"),
    ],
)
def test_quantizations(path: str, found: str) -> None:
    assert quantization(path) == found


def test_kinds() -> None:
    assert kind("a/mmproj-model-f16.gguf") == "mmproj"
    assert kind("model-mmproj.gguf") == "mmproj"
    assert kind("x.imatrix.gguf") == "imatrix"
    assert kind("model.gguf") == "model"


def file(path: str, size: int = 10) -> RemoteFile:
    return RemoteFile("a/b", "c", path, size)


def test_files_become_choices() -> None:
    found = variants(
        [
            file("README.md"),
            file("model-Q8_0.gguf", 80),
            file("Q6_K/model-Q6_K-00002-of-00002.gguf", 30),
            file("Q6_K/model-Q6_K-00001-of-00002.gguf", 31),
            file("mmproj-F16.gguf", 5),
            file("BF16/model-00003-of-00003.gguf", 90),
            file("odd-00009-of-00002.gguf", 1),
            file("many-00001-of-99999.gguf", 2),
        ]
    )
    assert [(v.name, v.size, v.is_complete, v.quantization, v.kind) for v in found] == [
        ("odd-00009-of-00002", 1, True, "", "model"),
        ("many-00001-of-99999", 2, True, "", "model"),
        ("mmproj-F16", 5, True, "F16", "mmproj"),
        ("model-Q6_K", 61, True, "Q6_K", "model"),
        ("model-Q8_0", 80, True, "Q8_0", "model"),
        ("model", 90, False, "BF16", "model"),
    ]
    assert [part.path[-19:-5] for part in found[3].files] == ["00001-of-00002", "00002-of-00002"]
    assert found[4].bits_per_weight(80) == 8
    assert found[4].bits_per_weight(0) == 0
