"""PyInstaller: llama_cpp loads its libraries by path at run time, where no analysis finds them.

The wheel has each of them up to three times, symlinks being lost on the way (`_dev_package.link_versions` leaves one),
and the libraries that llama.cpp loads by itself, one for each generation of processors, beside the package in ``bin``.
"""

from pathlib import Path

from PyInstaller.utils.hooks import get_package_paths

_site, _package = map(Path, get_package_paths("llama_cpp"))
_FEW_HAVE = {"piledriver", "ivybridge", "cannonlake", "cascadelake", "cooperlake"}  # the generation before runs there
_files = [p for p in (_package / "lib").iterdir() if p.suffix in {".so", ".dylib", ".dll"}]
_files += [p for p in (_site / "bin").glob("*ggml-*") if p.stem.rpartition("-")[2] not in _FEW_HAVE]
binaries = [(str(path), "llama_cpp/lib") for path in sorted(_files)]
