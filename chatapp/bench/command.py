"""Which bench ``chatapp bench`` runs, and with what."""

import argparse
import sys

import psutil

from chatapp.bench import decode, download, inspect, prefill, ui
from chatapp.bench.measure import Report
from chatapp.core.errors import ErrorCode, RequestError


def run(given: argparse.Namespace, model: str) -> Report:
    """Measure what *given* asks for, on the model at the path *model*."""
    if getattr(sys, "frozen", False):  # the other side of each is a Python of its own, which a package has not
        raise RequestError(ErrorCode.INVALID_ARGUMENT, reason="The benches run from the source code only")
    if given.what == "ui":
        return ui.run(quick=given.quick)
    if given.what == "download":
        return download.run(quick=given.quick)
    if given.fake_engine:
        raise RequestError(ErrorCode.INVALID_ARGUMENT, reason="This bench needs a model")
    if given.threads < 0:
        raise RequestError(ErrorCode.INVALID_ARGUMENT, reason="--threads takes a number from 1 on")
    n_threads = given.threads or psutil.cpu_count(logical=False) or 1
    bench = {"decode": decode.run, "prefill": prefill.run, "inspect": inspect.run}[given.what]
    return bench(model, n_threads=n_threads, quick=given.quick)
