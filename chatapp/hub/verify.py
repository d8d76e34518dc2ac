"""Whether a model's files are what their authors published, by SHA-256."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from chatapp.core.errors import ErrorCode, ModelError
from chatapp.hub.library import LocalModel
from chatapp.hub.partial import hash_file, read_record
from chatapp.hub.stop import Stop


class Verdict(StrEnum):
    """What a check found."""

    PROVEN = "proven"  # the files are what was published
    DAMAGED = "damaged"  # they are not
    SAME = "same"  # nobody published a sum; they are as they were at the last check
    CHANGED = "changed"  # and are not
    FIRST = "first"  # nobody published a sum, and this was the first check: the sum is kept for the next one


@dataclass(frozen=True, slots=True)
class Checked:
    """The *sums* (SHA-256, hexadecimal) of a model's files, first to last."""

    verdict: Verdict
    sums: tuple[str, ...]


def published(model: LocalModel) -> list[str]:
    """The SHA-256 that each of the model's files should have; "" where nobody said."""
    files = model.files
    if len(files) == 1:
        return [model.sha256]
    records = [read_record(file) for file in files]
    return [record.sha256 if record else "" for record in records]


def verify(model: LocalModel, kept: Sequence[str], stop: Stop, report: Callable[[int], object]) -> Checked:
    """Read all of the model's files; *kept* are their sums at an earlier check, *report* gets the bytes so far.

    Raise `ModelError`, `Stopped`.
    """
    known = published(model)
    sums: list[str] = []
    done = 0

    def at(count: int) -> None:
        report(done + count)

    for file in model.files:
        found = hashlib.sha256()
        try:
            with file.open("rb", 0) as handle:
                count = hash_file(handle, found, stop, at)
        except OSError as error:
            reason = error.strerror or str(error)
            raise ModelError(ErrorCode.MODEL_UNREADABLE, path=file, reason=reason) from error
        done += count
        sums.append(found.hexdigest())
    if any(one not in ("", other) for one, other in zip(known, sums, strict=True)):
        verdict = Verdict.DAMAGED
    elif all(known):
        verdict = Verdict.PROVEN
    elif not kept:
        verdict = Verdict.FIRST
    else:
        verdict = Verdict.SAME if list(kept) == sums else Verdict.CHANGED
    return Checked(verdict, tuple(sums))
