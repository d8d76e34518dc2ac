"""What is inside a package: every part with its version, licence and origin, from the lists that PyInstaller writes."""

import ast
import datetime as dt
import email
import hashlib
import json
import platform
import re
import shutil
import subprocess
import sysconfig
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from _dev_state import ROOT

GNU = ROOT / "packaging" / "licenses"
NO_TEXT = "no licence text was found where it comes from"
HEAD = """\
ChatApp and the parts it is made of, each with its licence; the texts are beside this file.

Qt, PySide6 and Shiboken are used under the LGPL 3. They are separate files (_internal/PySide6, _internal/shiboken6),
which you may replace with your own builds of them; their source is at https://download.qt.io/official_releases/.

"""


@dataclass
class Part:
    """Something that somebody made: a Python package, a library inside one, a package of Debian, the model."""

    name: str
    version: str
    licence: str
    url: str  # package URL, https://github.com/package-url/purl-spec
    kind: str = "library"
    texts: list[Path] = field(default_factory=list)
    parts: list["Part"] = field(default_factory=list)

    @property
    def ref(self) -> str:
        return self.url or f"{self.name}@{self.version}"


def parts(work: Path, site: Path, python: Path) -> list[Part]:
    """All parts of what PyInstaller collected, its lists being in *work* and its packages in *site*."""
    owners = {file: info for info in site.glob("*.dist-info") for file in recorded(info)}
    distributions, systems, found = set(), set(), []
    for source in collected(work):
        if info := owners.get(source):
            distributions.add(info)
        elif source.name.startswith("libpython") or source.is_relative_to(sysconfig.get_path("stdlib")):
            pass  # Python itself, which is always inside
        elif not source.is_relative_to(ROOT) and source.suffix != ".py":
            systems.add(source)
    distributions |= set(site.glob("pyinstaller-*.dist-info"))  # its starter
    found = [python_part(), *map(distribution, sorted(distributions)), *debian_parts(systems), starter_model()]
    add_inner(found, site, python)
    return sorted(found, key=lambda part: part.name.lower())


def collected(work: Path) -> Iterator[Path]:
    """The files that went into the package, as they are called on this machine."""

    def walk(item: object) -> Iterator[Path]:
        if isinstance(item, (list, tuple)):
            if len(item) == 3 and all(isinstance(word, str) for word in item):
                if Path(item[1]).is_absolute():  # else a link to another file of the package
                    yield Path(item[1])
            else:
                for one in item:
                    yield from walk(one)

    for toc in [*work.glob("PYZ-*.toc"), *work.glob("COLLECT-*.toc")]:
        yield from walk(ast.literal_eval(toc.read_text("utf-8")))


def recorded(info: Path) -> Iterator[Path]:
    for line in (info / "RECORD").read_text("utf-8").splitlines():
        yield (info.parent / line.partition(",")[0].strip('"')).resolve()


def distribution(info: Path) -> Part:
    """A package of Python's index."""
    metadata = email.message_from_string((info / "METADATA").read_text("utf-8", "replace"))
    name, version = metadata["Name"], metadata["Version"]
    kinds = [line.rpartition(" :: ")[2] for line in metadata.get_all("Classifier", []) if line.startswith("License ::")]
    free = (metadata["License"] or "").strip().splitlines()[:1]
    licence = metadata["License-Expression"] or ", ".join(kinds) or (free[0] if free else "see its text")
    texts = [p for p in sorted(info.rglob("*")) if re.match(r"(?i)(licen[cs]e|copying|notice)", p.name) and p.is_file()]
    if "LGPL-3.0" in licence:
        texts += sorted(GNU.glob("*.txt"))
    plain = re.sub("[-_.]+", "-", name).lower()
    return Part(name, version, licence, f"pkg:pypi/{plain}@{version}", texts=texts)


def python_part() -> Part:
    text = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
    version = platform.python_version()
    return Part("Python", version, "PSF-2.0", f"pkg:generic/python@{version}", texts=[text] if text.exists() else [])


def debian_parts(files: Iterable[Path]) -> list[Part]:
    """The system's packages that own *files*; none where there is no dpkg."""
    names = sorted({file.name for file in files})
    if not names or not shutil.which("dpkg"):
        return []
    search = ["dpkg", "-S", *(f"*/{name}" for name in names)]
    owners = subprocess.run(search, capture_output=True, text=True, check=False).stdout
    found = []
    for name in sorted({line.partition(":")[0] for line in owners.splitlines() if " by " not in line}):
        query = ["dpkg-query", "-W", "-f", "${source:Package} ${Version} ${Architecture}", name]
        source, version, architecture = subprocess.run(query, capture_output=True, text=True, check=True).stdout.split()
        text = Path("/usr/share/doc") / name / "copyright"
        url = f"pkg:deb/debian/{name}@{version}?arch={architecture}&upstream={source}"
        found.append(Part(name, version, "see its text", url, texts=[text] * text.exists()))
    return found


def starter_model() -> Part:
    folder = ROOT / "resources" / "starter_model"
    digest = hashlib.sha256((folder / "chatapp-starter.gguf").read_bytes()).hexdigest()
    part = Part("chatapp-starter", digest[:12], "Apache-2.0", f"pkg:generic/chatapp-starter@{digest[:12]}")
    part.kind = "machine-learning-model"
    part.texts = [folder / "MODEL_CARD.md"]
    return part


def add_inner(found: list[Part], site: Path, python: Path) -> None:
    """What Python packages carry inside: the libraries they are made of."""
    by_name = {part.name.lower().replace("-", "_"): part for part in found}
    llama = by_name["llama_cpp_python"]
    for name in ("llama", "ggml"):
        text = (site / "lib/cmake" / name / f"{name}-config-version.cmake").read_text("utf-8")
        version = re.search(r'PACKAGE_VERSION "([^"]+)"', text)
        inner(llama, "llama.cpp" if name == "llama" else name, version[1] if version else "", "MIT", "ggml-org")
    qt = by_name["pyside6_essentials"]
    inner(qt, "Qt", qt.version, "LGPL-3.0-only", "qt")
    for library in site.glob("PySide6/Qt/lib/libicudata.so.*"):
        inner(qt, "ICU", library.name.rpartition(".")[2], "Unicode-3.0", "unicode-org")
    ask = "import json, numpy; print(json.dumps(numpy.show_config('dicts')['Build Dependencies']['blas']))"
    blas = json.loads(subprocess.run([python, "-I", "-c", ask], capture_output=True, text=True, check=True).stdout)
    inner(by_name["numpy"], "OpenBLAS", blas["version"], "BSD-3-Clause", "OpenMathLib")
    for library in site.glob("numpy.libs/lib*fortran-*.so.*"):
        version = library.name.partition(".so.")[2]
        inner(by_name["numpy"], "libgfortran", version, "GPL-3.0-or-later WITH GCC-exception-3.1", "gcc-mirror")


def inner(part: Part, name: str, version: str, licence: str, owner: str) -> None:
    part.parts.append(Part(name, version, licence, f"pkg:github/{owner.lower()}/{name.lower()}@{version}"))


# What is made of it


def write_licences(folder: Path, found: list[Part]) -> None:
    """The texts, and a list of what is inside."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "LICENSE", folder / "ChatApp.txt")
    lines = []
    for part in found:
        for text in part.texts:
            above = text.parent.name if text.parent.name not in {"licenses", part.name} else ""
            above = "" if above.endswith((".dist-info", "licenses")) or text.parent == GNU else above
            shutil.copy(text, folder / "-".join(word for word in (part.name, above, text.name) if word))
        note = "" if part.texts else f" ({NO_TEXT})"
        lines.append(f"{part.name} {part.version}: {part.licence}{note}")
        lines += [f"    {one.name} {one.version}: {one.licence}" for one in part.parts]
    (folder / "README.txt").write_text(HEAD + "\n".join(lines) + "\n", "utf-8")


def bill_of_materials(version: str, found: list[Part], seconds: int) -> str:
    """The parts as a CycloneDX 1.6 document, the same for the same parts."""
    app = {"type": "application", "bom-ref": "chatapp", "name": "ChatApp", "version": version,
           "licenses": [{"license": {"id": "Apache-2.0"}}]}  # fmt: skip
    flat = [one for part in found for one in (part, *part.parts)]
    depends = [{"ref": "chatapp", "dependsOn": [part.ref for part in found]}]
    depends += [{"ref": one.ref, "dependsOn": [part.ref for part in one.parts]} for one in flat]
    components = [component(one) for one in flat]
    seed = json.dumps([version, components], sort_keys=True)
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, seed)}",
        "version": 1,
        "metadata": {"timestamp": dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(), "component": app},
        "components": components,
        "dependencies": depends,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def component(part: Part) -> dict[str, object]:
    made: dict[str, object] = {"type": part.kind, "bom-ref": part.ref, "name": part.name, "version": part.version}
    one_of_spdx = r"[A-Za-z0-9.+-]+-[0-9][A-Za-z0-9.+-]*|MIT|0BSD|Zlib"
    if re.fullmatch(rf"({one_of_spdx})( (OR|AND|WITH) ({one_of_spdx}))*", part.licence):
        made["licenses"] = [{"expression": part.licence}]
    else:
        made["licenses"] = [{"license": {"name": part.licence}}]
    made["purl"] = part.url
    return made
