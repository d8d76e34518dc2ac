"""ICU's data without the languages that the app does not speak: 30 MB of Qt's 87 are names in 800 locales."""

import re
import struct
import subprocess
import tempfile
from pathlib import Path

LANGUAGES = {"en", "ko"}
# A locale's bundle, by itself or in a folder (collation, currencies, names of languages, regions, units and zones).
LOCALE = re.compile(r"[^/]+/(?:(?:coll|curr|lang|region|unit|zone|rbnf|brkitr)/)?([a-z]{2,3})(?:_\w+)?\.res")
# Qt breaks lines and words with tables of its own, spells no numbers out and writes no script in another.
UNUSED = re.compile(r"[^/]+/(?:brkitr/.*\.dict|translit/.*|rbnf/.*|unit/.*)")


def shrink(library: Path) -> int:
    """Write *library* (libicudata.so.N) anew without what is not needed; the bytes that are gone."""
    whole = library.read_bytes()
    symbols = subprocess.run(["readelf", "--wide", "--dyn-syms", library], capture_output=True, text=True, check=True)
    found = re.search(r"(icudt\d+_dat)$", symbols.stdout, re.MULTILINE)
    start = whole.find(b"\xda\x27") - 2  # the magic bytes follow the size of the header
    if not found or whole[start + 12 : start + 16] != b"CmnD":
        raise ValueError(f"{library} has no ICU data as it is known here")
    data = filtered(whole[start:])
    with tempfile.TemporaryDirectory() as folder:
        packed, source, made = (Path(folder) / name for name in ("icu.dat", "icu.s", "icu.o"))
        packed.write_bytes(data)
        name, size = found[1], len(data)
        source.write_text(
            f'.section .rodata\n.balign 16\n.globl {name}\n.type {name}, %object\n{name}:\n.incbin "icu.dat"\n'
            f'.size {name}, {size}\n.section .note.GNU-stack,"",%progbits\n'
        )
        subprocess.run(["as", "-o", made, source], check=True, cwd=folder)
        link = ["ld", "-shared", "-z", "noexecstack", "--build-id", "-soname", library.name, "-o", library, made]
        subprocess.run(link, check=True)
    return len(whole) - library.stat().st_size


def filtered(data: bytes) -> bytes:
    """A package of ICU data with what `is_kept` only, in the same form (ICU: common/ucmndata.h)."""
    head = struct.unpack_from("<H", data)[0]
    (count,) = struct.unpack_from("<I", data, head)
    entries = [struct.unpack_from("<II", data, head + 4 + 8 * at) for at in range(count)]
    names = [data[head + name : data.index(b"\0", head + name)].decode("ascii") for name, _ in entries]
    # The last item ends with the last character of the data; what follows in a library is not part of it.
    ends = [place for _, place in entries[1:]] + [last_end(data, head, entries[-1][1])]
    kept = [
        (name, data[head + place : head + end])
        for name, (_, place), end in zip(names, entries, ends, strict=True)
        if is_kept(name)
    ]
    table, strings, items = bytearray(struct.pack("<I", len(kept))), bytearray(), bytearray()
    first_name = 4 + 8 * len(kept)
    first_item = -(-(first_name + sum(len(name) + 1 for name, _ in kept)) // 16) * 16
    for name, item in kept:
        table += struct.pack("<II", first_name + len(strings), first_item + len(items))
        strings += name.encode("ascii") + b"\0"
        items += item + bytes(-len(item) % 16)
    return data[:head] + bytes(table + strings).ljust(first_item, b"\0") + bytes(items)


def last_end(data: bytes, head: int, place: int) -> int:
    """Where the last item ends: it is a resource bundle, which says how long it is (ICU: common/uresdata.h)."""
    start = head + place + struct.unpack_from("<H", data, head + place)[0]
    indexes = struct.unpack_from("<I", data, start + 4)[0] & 0xFF
    assert indexes >= 4
    return start + 4 * struct.unpack_from("<I", data, start + 4 * 4)[0] - head


def is_kept(name: str) -> bool:
    locale = LOCALE.fullmatch(name)
    return not UNUSED.fullmatch(name) and (not locale or locale[1] in LANGUAGES)
