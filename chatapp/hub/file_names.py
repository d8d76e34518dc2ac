"""What the names of model files say: quantization, which files are one model, which only accompany one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from chatapp.hub.remote_file import RemoteFile

Kind = Literal["model", "mmproj", "imatrix"]
MAX_PARTS = 1000

_SPLIT = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf", re.IGNORECASE)
_QUANTIZATION = re.compile(
    r"(?<![A-Z0-9])("
    r"(?:UD-)?I?Q[1-9]_(?:K(?:_(?:XXS|XS|S|M|L|XL|P))?|XXS|XS|NL|[SM]|[01](?:_\d+_\d+)?)"
    r"|TQ[12]_0|MXFP4(?:_MOE)?|NVFP4|BF16|F16|FP16|F32|FP32"
    r")(?![A-Z0-9])",
    re.IGNORECASE,
)
_SPELLINGS = {"FP16": "F16", "FP32": "F32"}


@dataclass(frozen=True, slots=True)
class Variant:
    """One choice in a repository: a model in one file or in many, or what accompanies models.

    is_complete  False when some of its files are missing on the hub
    """

    name: str
    files: tuple[RemoteFile, ...]
    quantization: str = ""
    kind: Kind = "model"
    is_complete: bool = True

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files)

    def bits_per_weight(self, n_params: int) -> float:
        """Of a model with *n_params* weights; 0 when that is unknown."""
        return self.size * 8 / n_params if n_params > 0 else 0.0


def quantization(path: str) -> str:
    """The quantization that *path* names, as llama.cpp spells it; empty when it names none.

    The last one in the file's name, else in its folder's: "Q4_K_M" of "Q4_K_M/model-00001-of-00002.gguf".
    """
    for part in reversed(path.split("/")):
        found = _QUANTIZATION.findall(part)
        if found:
            name = str(found[-1]).upper()
            return _SPELLINGS.get(name, name)
    return ""


def without_quantization(name: str) -> str:
    """*name* without the quantization: files of one model have it in common."""
    return _QUANTIZATION.sub("", name).strip("-._ ").lower()


def kind(path: str) -> Kind:
    """What a GGUF file is for."""
    name = path.rpartition("/")[2].lower()
    if "mmproj" in name:
        return "mmproj"
    return "imatrix" if "imatrix" in name else "model"


def variants(files: Iterable[RemoteFile]) -> tuple[Variant, ...]:
    """The GGUF files among *files* as what one can choose, the smallest first; files of a split model are one."""
    groups: dict[tuple[str, int], dict[int, RemoteFile]] = {}
    for file in files:
        if not file.path.lower().endswith(".gguf"):
            continue
        part = _SPLIT.fullmatch(file.path)
        count = int(part["count"]) if part else 1
        if part is None or not 1 <= int(part["number"]) <= count <= MAX_PARTS:
            groups[file.path, 0] = {1: file}
        else:
            groups.setdefault((part["stem"], count), {})[int(part["number"])] = file
    found = []
    for (stem, count), parts in groups.items():
        ordered = tuple(parts[number] for number in sorted(parts))
        name = stem.rpartition("/")[2].removesuffix(".gguf")
        complete = count in (0, len(ordered))
        found.append(Variant(name, ordered, quantization(stem), kind(stem), complete))
    return tuple(sorted(found, key=lambda variant: (variant.size, variant.name)))
