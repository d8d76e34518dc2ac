"""The command line, but for `cli_models`. Errors are a line on stderr and a code, no traceback."""

import argparse
import json
import math
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from chatapp import cli_models
from chatapp.cli_output import OutputClosedError, write, write_json
from chatapp.core.adapters import AdapterUse
from chatapp.core.attention_file import write_npz
from chatapp.core.errors import ErrorCode, ModelError, RequestError, StorageError, UserFixable
from chatapp.core.generation import ReplyInfo, SamplingParams
from chatapp.core.trace import TokenTrace
from chatapp.engine.client import EngineClient
from chatapp.hub.fit import available_memory
from chatapp.hub.gguf import read_header
from chatapp.hub.plan import make_plan
from chatapp.hub.sizes import format_size
from chatapp.paths import is_file, starter_model
from chatapp.protocol.messages import (
    DEFAULT_CONTEXT,
    ChatMessage,
    Embed,
    Finished,
    Generate,
    Inspect,
    LoadOptions,
    ModelInfo,
    PromptProgress,
    ScoreText,
    TextPart,
    TextScored,
    Tokens,
)
from chatapp.settings import schema
from chatapp.settings.file import replacing

EXIT_FAILED, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130
_SAMPLING = ("temperature", "top_k", "top_p", "min_p", "repeat_penalty", "seed")
_USAGE = (
    ErrorCode.INVALID_SETTING,
    ErrorCode.INVALID_GRAMMAR,
    ErrorCode.INVALID_SCHEMA,
    ErrorCode.INVALID_ARGUMENT,
    ErrorCode.EMPTY_PROMPT,
    ErrorCode.TEXT_TOO_SHORT,
)


def main(given: argparse.Namespace) -> int:
    """Run the command in *given*; the exit code."""
    commands = {"ask": ask, "inspect": inspect, "models": cli_models.run, "devices": devices, "bench": bench,
                "embed": embed, "perplexity": perplexity}  # fmt: skip
    try:
        return commands[given.command](given)
    except UserFixable as error:
        asked_wrong = error.code in (ErrorCode.INVALID_ARGUMENT, ErrorCode.INVALID_SETTING)
        remedy = f"See chatapp {given.command} --help." if asked_wrong else error.remedy
        sys.stderr.write(f"chatapp: {error.message} {remedy}\n")
        return EXIT_USAGE if error.code in _USAGE else EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except OutputClosedError:
        return EXIT_FAILED


def ask(given: argparse.Namespace) -> int:
    """Stream a reply, or print it as JSON."""
    prompt = _read("-") if given.prompt == "-" else given.prompt
    if not prompt.strip():
        raise RequestError(ErrorCode.EMPTY_PROMPT)
    request = _request(given, prompt)
    with _engine(given, _load_options(given)) as (client, model):
        texts: list[str] = []
        traces: list[TokenTrace] = []
        prompt_ids: tuple[int, ...] = ()
        begun = 0  # characters that the template begins the reply with
        info = ReplyInfo()
        for event in client.generate(request):
            match event:
                case PromptProgress(prompt_ids=ids) if ids:
                    prompt_ids = ids
                case Tokens(_, text, trace):
                    texts.append(text)
                    traces.append(trace)
                    begun += 0 if len(trace) else len(text)
                    _show(text, given)
                case Finished(_, text, info):
                    texts.append(text)
                    _show(text, given)
                case _:
                    pass
    if given.json:
        result = _as_json("".join(texts), begun, prompt_ids, TokenTrace.join(traces), info, model)
        write_json(result)
    else:
        write("\n")
    return 0


def inspect(given: argparse.Namespace) -> int:
    """Write logprobs, ranks, entropy and attention to an .npz file."""
    request = Inspect(
        0, given.text, given.tokens or (), given.kv_type, tuple(given.layers), given.last, given.method,
        tuple(given.mute), _adapters(given), given.reply_from,
    )  # fmt: skip
    if given.text == "" or given.tokens == ():
        raise RequestError(ErrorCode.EMPTY_PROMPT)
    for name in ("last", "reply_from"):
        if getattr(given, name) < 0:
            reason = f"--{name.replace('_', '-')} takes a number from 0 on"
            raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=reason)
    _check_writable(given.out)
    # The chat context is not used; a small one saves memory.
    with _engine(given, LoadOptions(n_ctx=256)) as (client, _model):
        found = client.inspect(request)
    try:
        with replacing(given.out) as file:
            write_npz(file, found.arrays, found.meta)
    except OSError as error:
        raise StorageError(ErrorCode.FILE_FAILED, path=given.out, reason=error.strerror or error) from error
    return 0


def embed(given: argparse.Namespace) -> int:
    """Print a vector for each text."""
    with _engine(given, LoadOptions(n_ctx=256, cache_bytes=0)) as (client, model):
        found = client.embed(Embed(0, tuple(given.texts), given.pooling, normalise=not given.raw))
    vectors = [[float(value) for value in row] for row in found.arrays["vectors"]]
    if given.json:
        result = {"model": model.name, "pooling": found.pooling, "normalised": not given.raw, "vectors": vectors}
        write_json(result)
    else:
        for row in vectors:
            write(" ".join(f"{value:.6g}" for value in row) + "\n")
    return 0


def perplexity(given: argparse.Namespace) -> int:
    """Print the perplexity of a text file, or as JSON how likely every token of it is."""
    text = _read(given.file)
    parts: list[TokenTrace] = []
    with _engine(given, LoadOptions(n_ctx=256, cache_bytes=0)) as (client, model):
        n_ctx = given.ctx or (512 if given.method == "llama.cpp" else min(model.n_ctx_train, DEFAULT_CONTEXT))
        end = client.ask(
            ScoreText(0, text.encode("utf-8", "replace"), given.method, n_ctx, _adapters(given)),
            lambda event: parts.append(event.trace) if isinstance(event, TextPart) else None,
        )
    assert isinstance(end, TextScored)
    found = math.exp(end.nll / end.counted)
    if not given.json:
        write(f"PPL = {found:.4f}\t{end.counted} of {end.total} tokens\tcontext {end.n_ctx}\n")
        return 0
    trace = TokenTrace.join(parts)
    tokens = [
        {"id": int(trace.ids[i]), "bytes": trace.token_bytes(i).hex(), "rank": int(trace.ranks[i]),
         "logprob": None if math.isnan(trace.logprobs[i]) else float(trace.logprobs[i])}
        for i in range(len(trace))
    ]  # fmt: skip
    result = {"perplexity": found, "method": given.method, "nll": end.nll, "counted": end.counted, "total": end.total,
              "n_ctx": end.n_ctx, "tokens": tokens, "model": _model_id(model)}  # fmt: skip
    write_json(result)
    return 0


def devices(given: argparse.Namespace) -> int:
    """List what the engine can compute on."""
    with EngineClient(fake=given.fake_engine) as client:
        found = client.hello().devices
    if given.json:
        write_json([asdict(device) for device in found], indent=2)
    else:
        for device in found:
            memory = f"{format_size(device.free)} of {format_size(device.total)} free" if device.total else ""
            write(f"{device.name}\t{device.kind}\t{memory}\t{device.description}\n")
    return 0


def bench(given: argparse.Namespace) -> int:
    """Measure; exit code 1 when a part misses its bound."""
    from chatapp.bench import command  # noqa: PLC0415 - only the benches need it

    report = command.run(given, given.model or _default_model(given))
    if given.json:
        write_json(report.to_json())
    else:
        write(report.table())
    return 0 if report.passed else EXIT_FAILED


# -- parts -------------------------------------------------------------------------------------------------------------


def _request(given: argparse.Namespace, prompt: str) -> Generate:
    params = SamplingParams()
    for name in _SAMPLING:
        value = getattr(given, name)
        if value is not None:
            params = params.with_value(name, value)
    values = params.to_json() | {"max_tokens": given.max_tokens, "stop": given.stop} | _chain_values(given)
    params = SamplingParams.from_json(values)
    if given.raw:
        return Generate(
            0,
            params=params,
            raw=True,
            prompt=prompt,
            prefix_ids=given.prefix_ids,
            stages=given.stages,
            adapters=_adapters(given),
            lookup=given.lookup,
        )
    system = [ChatMessage("system", given.system)] if given.system else []
    messages = (*system, ChatMessage("user", prompt))
    return Generate(
        0, messages, params, prefix_ids=given.prefix_ids, stages=given.stages,
        adapters=_adapters(given), lookup=given.lookup,
    )  # fmt: skip


def _adapters(given: argparse.Namespace) -> tuple[AdapterUse, ...]:
    """FILE, or FILE=SCALE."""
    found = []
    for text in given.lora:
        path, mark, scale = text.rpartition("=")
        try:
            found.append(AdapterUse(path, float(scale)) if mark else AdapterUse(text))
        except ValueError:
            found.append(AdapterUse(text))  # the name of the file has a =
    return tuple(found)


def _load_options(given: argparse.Namespace) -> LoadOptions:
    return LoadOptions(
        n_ctx=given.ctx,
        n_gpu_layers=given.gpu_layers,
        n_threads=given.threads,
        flash_attention=given.flash_attention,
        kv_type=given.kv_type,
        device=given.device,
        cache_bytes=0,
    ).checked()


def _chain_values(given: argparse.Namespace) -> dict[str, Any]:
    """The values of --set, --grammar and --json-schema, by name."""
    values: dict[str, Any] = {}
    for text in given.settings:
        name, equals, value = text.partition("=")
        if not equals or name not in SamplingParams().to_json():
            raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=f"--set takes NAME=VALUE; “{name}” is no such name")
        try:
            values[name] = json.loads(value)
        except ValueError:
            values[name] = value
    for name in ("grammar", "json_schema"):
        path = getattr(given, name)
        if path is not None:
            values[name] = _read(path)
    return values


def _read(path: Path | str) -> str:
    """The text of a file, or of standard input for "-"; lines end as they do there."""
    try:
        return (sys.stdin.buffer.read() if str(path) == "-" else Path(path).read_bytes()).decode()
    except (OSError, ValueError) as error:
        reason = f"{path} cannot be read: {getattr(error, 'strerror', None) or error}"
        raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=reason) from error


@contextmanager
def _engine(given: argparse.Namespace, options: LoadOptions) -> Iterator[tuple[EngineClient, ModelInfo]]:
    """A worker with the model that was asked for; Ctrl-C ends it quietly."""
    path = given.model or _default_model(given)
    header = None if given.fake_engine else read_header(Path(path))
    with EngineClient(fake=given.fake_engine) as client:
        if header is not None:
            plan = make_plan(header, options, client.hello().devices, available_memory())
            plan.check()
            options = plan.options
        previous = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            yield client, client.load(str(path), options)
        finally:
            signal.signal(signal.SIGINT, previous)


def _default_model(given: argparse.Namespace) -> str:
    if given.fake_engine:
        return "fake"
    _paths, settings = cli_models.environment(given)
    last = settings.get(schema.LAST_MODEL)
    path = Path(last) if last and is_file(Path(last)) else starter_model()
    if not path.is_file():
        raise ModelError(ErrorCode.MODEL_MISSING, path=path)
    return str(path)


def _show(text: str, given: argparse.Namespace) -> None:
    if not given.json:
        write(text)


def _as_json(
    text: str, begun: int, prompt_ids: tuple[int, ...], trace: TokenTrace, info: ReplyInfo, model: ModelInfo
) -> dict[str, Any]:
    """What ``ask --json`` prints. Token texts joined are *text* behind what was *begun* of it: a stop string's end is
    cut off the last ones."""
    texts = _cut(trace.texts(), len(text) - begun)
    tokens: list[dict[str, Any]] = [
        {
            "id": int(trace.ids[i]),
            "text": texts[i],
            "bytes": trace.token_bytes(i).hex(),
            "logprob": float(trace.logprobs[i]),
            "rank": int(trace.ranks[i]),
            "entropy": float(trace.entropy[i]),
            "top": [[int(t), float(p)] for t, p in zip(trace.top_ids[i], trace.top_logprobs[i], strict=True)],
        }
        for i in range(len(trace))
    ]
    if trace.stages:
        for i, token in enumerate(tokens):
            token["stages"] = [
                {
                    "name": name,
                    "left": int(trace.stages.left[i, at]),
                    "drawn": float(trace.stages.drawn[i, at]),
                    "top": [float(p) for p in trace.stages.probs[i, at]],
                }
                for at, name in enumerate(trace.stages.names)
            ]
    return {
        "text": text,
        "finish_reason": info.finish,
        "prompt_ids": list(prompt_ids),
        "tokens": tokens,
        "usage": {
            "prompt_tokens": info.prompt_tokens,
            "reused_tokens": info.reused_tokens,
            "restored_tokens": info.restored_tokens,
            "cache": info.cache,
            "evaluated_tokens": info.evaluated_tokens,
            "completion_tokens": info.completion_tokens,
            "drafted_tokens": info.drafted_tokens,
            "accepted_tokens": info.accepted_tokens,
        },
        "timings": {
            "seconds_to_first_token": info.seconds_to_first_token,
            "decode_seconds": info.decode_seconds,
            "tokens_per_second": info.tokens_per_second,
        },
        "seed": info.seed,
        "model": _model_id(model),
    }


def _model_id(model: ModelInfo) -> dict[str, str]:
    return {"path": model.path, "name": model.name, "fingerprint": model.fingerprint}


def _cut(texts: list[str], length: int) -> list[str]:
    kept: list[str] = []
    for text in texts:
        kept.append(text[:length])
        length -= len(kept[-1])
    return kept


def _check_writable(path: Path) -> None:
    """Better before a minute of work than after it."""
    reason = ""
    try:
        if path.is_dir():
            reason = "it is a folder"
        elif not path.absolute().parent.is_dir():
            reason = "its folder does not exist"
        elif path.exists() and not os.access(path, os.W_OK):
            reason = "it is write-protected"
    except OSError as error:  # a folder that may not even be looked into, a name that is too long
        reason = error.strerror or str(error)
    if reason:
        raise StorageError(ErrorCode.FILE_FAILED, path=path, reason=reason)
