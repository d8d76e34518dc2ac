"""The weights of a GGUF file as float32 arrays, whatever they are quantized to."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Weights:
    """*tensors* by their GGUF names, matrices as (outputs, inputs); *metadata* without the architecture's prefix."""

    architecture: str
    metadata: dict[str, Any]
    tensors: dict[str, NDArray[np.float32]]

    @property
    def n_layer(self) -> int:
        return int(self.metadata["block_count"])


def read(path: Path) -> Weights:
    """Read the file at *path*, dequantizing everything."""
    reader = gguf.GGUFReader(path)
    architecture = str(reader.fields["general.architecture"].contents())
    metadata = {
        name.removeprefix(f"{architecture}."): field.contents()
        for name, field in reader.fields.items()
        if name.startswith(f"{architecture}.")
    }
    # Copied: the reader's arrays are views of a file mapping.
    tensors = {
        tensor.name: np.array(gguf.quants.dequantize(tensor.data, tensor.tensor_type), np.float32)
        for tensor in reader.tensors
    }
    return Weights(architecture, metadata, tensors)
