"""The command line's grammar. Imports nothing heavy, so that every command starts at once."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from chatapp import __version__

_EPILOG = """\
examples:
  chatapp                                       open the window
  chatapp --model ~/models/qwen.gguf            open it with this model
  chatapp ask "What is attention?"              a reply in the terminal
  chatapp ask "Hi" --json | jq .tokens          with the probability of every token
  chatapp inspect --text "The cat sat" --out cat.npz
  chatapp models search qwen --max-params 4
  chatapp models download OWNER/NAME Q4_K_M
  chatapp bench decode --model ~/models/qwen.gguf
"""


# What --json prints for each `chatapp models` command; sizes in bytes, times in seconds.
_MODELS_JSON = {
    "list": """\
--json: [{"path", "name", "size", "architecture", "quantization", "n_params", "context_length", "error", …}, …]
  "error" is null, or a sentence that says why the model cannot be used
exit code 1: one of them cannot be used, or a folder cannot be looked through
""",
    "search": """\
--json: [{"repo", "downloads", "likes", "modified", "gated", "licence", "languages", "task", "tags", "architecture",
          "context_length", "n_params"}, …]; 0, "" or null where the hub does not say
""",
    "show": """\
--json: what search gives for it, and {"commit", "variants": [{"name", "quantization", "kind", "size", "is_complete",
        "files": [{"repo", "commit", "path", "size", "sha256"}, …]}, …]}; "kind": "model", "mmproj" or "imatrix"
""",
    "download": """\
--json: {"repo", "commit", "files": [{"path", "size", "sha256"}, …]}, when it is done
--json-lines: {"event": "progress", "done", "total", "speed", "eta", "phase", "reason"} as it goes, of all files
  together, then {"event": "done"} with what --json prints. "phase": "downloading", "checking" (reading what is there
  already), "waiting" (after a failure) or "offline" (the hub cannot be reached; it goes on when it can)
After Ctrl+C, a kill or a failure the same command goes on from there. HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE
are honoured, and unless the preferences name another proxy or none, the variables for proxies (http_proxy, https_proxy,
all_proxy, no_proxy; HTTP and SOCKS5).
""",
    "verify": """\
--json: [{"path", "state"}, …]; "state": "ok", "damaged", "missing" or "unknown origin" (not downloaded by ChatApp)
exit code 1: one of them is not "ok"
""",
    "remove": """\
--json: the paths of the files that were deleted
""",
}
_MODELS_CODES = "exit codes: 0 done, 1 failed (a sentence on stderr says why), 2 wrong arguments, 130 Ctrl+C\n"


class _Parser(argparse.ArgumentParser):
    """Errors are one line on stderr and exit code 2, as everywhere in this program."""

    def error(self, message: str) -> NoReturn:
        """End the program."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def parser() -> argparse.ArgumentParser:
    """The whole grammar."""
    common = _Parser(add_help=False)
    common.add_argument("--data-dir", type=Path, metavar="DIR", default=argparse.SUPPRESS,
                        help="keep everything (chats, settings, models, logs) in DIR")  # fmt: skip
    common.add_argument("--fake-engine", action="store_true", default=argparse.SUPPRESS,
                        help="scripted replies instead of a model, to test the app")  # fmt: skip
    common.add_argument("--model", metavar="FILE", default=argparse.SUPPRESS,
                        help="the GGUF file to use; without it the model used last, or the starter model")  # fmt: skip
    top = _Parser("chatapp", parents=[common], description="Chat with a local model, and see inside it.",
                  epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    top.add_argument("--version", action="version", version=f"ChatApp {__version__}")
    top.add_argument("--lang", choices=("auto", "en", "ko"), help="language of the window")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    _ask(commands.add_parser("ask", parents=[common], help="stream a reply to the terminal"))
    _inspect(commands.add_parser("inspect", parents=[common], help="save probabilities and attention of a text"))
    perplexity = commands.add_parser("perplexity", parents=[common], help="how well the model predicts a text file")
    perplexity.add_argument("file", metavar="FILE", help="a UTF-8 text; - reads it from standard input")
    perplexity.add_argument("--method", choices=("continuous", "llama.cpp"), default="continuous",
                            help="every token after all before it, or as llama.cpp's own program counts")  # fmt: skip
    perplexity.add_argument("--ctx", type=int, metavar="N", default=0,
                            help="context length in tokens (0: the method's, or the model's)")  # fmt: skip
    _lora(perplexity)
    perplexity.add_argument("--json", action="store_true", help="one JSON object with every token's logprob")
    models = commands.add_parser("models", parents=[common], help="find, download, list, verify and remove models")
    _models(models, common)
    embed = commands.add_parser("embed", parents=[common], help="turn texts into vectors")
    embed.add_argument("texts", metavar="TEXT", nargs="+")
    embed.add_argument("--pooling", choices=("mean", "cls", "last"), default="",
                       help="how tokens become one vector; without it as the model says")  # fmt: skip
    embed.add_argument("--raw", action="store_true", help="do not scale the vectors to length 1")
    embed.add_argument("--json", action="store_true", help="one JSON object with all vectors")
    devices = commands.add_parser("devices", parents=[common], help="what the engine can compute on")
    devices.add_argument("--json", action="store_true", help="as JSON")
    _bench(commands.add_parser("bench", parents=[common], help="measure what the app costs beside plain llama.cpp"))
    return top


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse; ends the program with code 2 and one line when it cannot."""
    if len(arguments) == 1 and arguments[0].lower().endswith(".gguf"):
        arguments = ["--model", *arguments]  # a file manager opens a model by its path alone
    # Not as argparse defaults: a subcommand would put them over what was given before it.
    defaults = argparse.Namespace(command=None, data_dir=None, fake_engine=False, model=None)
    return parser().parse_args(arguments, defaults)


def _ask(ask: argparse.ArgumentParser) -> None:
    ask.add_argument("prompt", metavar="PROMPT", help="what to ask; - reads it from standard input")
    ask.add_argument("--system", metavar="TEXT", default="", help="system prompt")
    ask.add_argument("--raw", action="store_true", help="no chat template: continue PROMPT as it stands")
    ask.add_argument("--max-tokens", type=int, metavar="N", default=0, help="end after N tokens (0: no limit)")
    ask.add_argument("--temperature", type=float, metavar="T", help="0 always takes the likeliest token")
    ask.add_argument("--top-k", type=int, metavar="K", help="keep the K likeliest tokens (0: all)")
    ask.add_argument("--top-p", type=float, metavar="P", help="keep the likeliest that together have P (1: all)")
    ask.add_argument("--min-p", type=float, metavar="P",
                     help="keep those at least P times as likely as the likeliest (0: all)")  # fmt: skip
    ask.add_argument("--repeat-penalty", type=float, metavar="R", help="above 1, recent tokens are less likely")
    ask.add_argument("--seed", type=int, metavar="N", help="the same seed gives the same reply")
    ask.add_argument(
        "--set",
        action="append",
        metavar="NAME=VALUE",
        default=[],
        dest="settings",
        help="any other sampling value, as JSON or text: top_n_sigma=1, logit_bias=[[42,-100]]",
    )
    ask.add_argument("--grammar", metavar="FILE", type=Path, help="a GBNF grammar that the reply must follow")
    ask.add_argument("--json-schema", metavar="FILE", type=Path, help="a JSON schema that the reply must follow")
    ask.add_argument("--stages", action="store_true", help="with --json: what every sampler stage left")
    ask.add_argument("--stop", action="append", metavar="TEXT", default=[], help="end before TEXT; may be repeated")
    ask.add_argument(
        "--ctx", type=int, metavar="N", default=0, help="context length in tokens (0: the model's, 8192 at most)"
    )
    ask.add_argument("--prefix-ids", metavar="1,2,3", type=_integers, default=(),
                     help="token ids that the reply must begin with")  # fmt: skip
    _lora(ask)
    ask.add_argument("--lookup", action="store_true",
                     help="draft tokens from where the last ones stood before, and check them together")  # fmt: skip
    ask.add_argument("--gpu-layers", type=int, metavar="N", default=-1, help="layers on graphics cards (0: CPU only)")
    ask.add_argument("--device", metavar="NAME", default="", help="the only graphics card to use (chatapp devices)")
    ask.add_argument("--threads", type=int, metavar="N", default=0, help="processor threads")
    ask.add_argument("--flash-attention", choices=("auto", "on", "off"), default="auto")
    ask.add_argument("--kv-type", choices=("f16", "f32", "q8_0", "q4_0"), default="f16",
                     help="precision of the KV cache")  # fmt: skip
    ask.add_argument("--json", action="store_true", help="one JSON object with text, tokens, usage and timings")


def _lora(command: argparse.ArgumentParser) -> None:
    command.add_argument("--lora", action="append", metavar="FILE[=SCALE]", default=[],
                         help="LoRA adapter to use; may be repeated")  # fmt: skip


def _inspect(inspect: argparse.ArgumentParser) -> None:
    what = inspect.add_mutually_exclusive_group(required=True)
    what.add_argument("--text", metavar="T", help="text to look at; special tokens in it are recognised")
    what.add_argument("--tokens", metavar="1,2,3", type=_integers, help="token ids to look at")
    inspect.add_argument("--out", metavar="F.npz", required=True, type=Path, help="where to write the arrays")
    inspect.add_argument("--kv-type", choices=("f16", "f32", "q8_0", "q4_0"), default="f16",
                         help="precision of the KV cache; the quantized ones can only be rebuilt")  # fmt: skip
    inspect.add_argument("--method", choices=("captured", "rebuilt"), default="captured",
                         help="captured: attention as it is computed, without flash attention; rebuilt: from the "
                         "queries and the KV cache of a run with it, as in the window")  # fmt: skip
    inspect.add_argument("--reply-from", metavar="N", type=int, default=0,
                         help="evaluate the tokens from number N on one by one, as in a reply that is written: flash "
                         "attention rounds otherwise then")  # fmt: skip
    inspect.add_argument("--mute", metavar="L.H", action="append", type=_head, default=[],
                         help="let nothing come out of this head (layer.head); may be repeated")  # fmt: skip
    _lora(inspect)
    inspect.add_argument("--layers", metavar="0,1,…", type=_integers, default=(), help="only these layers")
    inspect.add_argument("--last", type=int, metavar="N", default=0, help="attention of the last N tokens only")


def _models(models: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    actions = models.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", parents=[common], help="models found on this computer")
    search = actions.add_parser("search", parents=[common], help="find models on the hub")
    search.add_argument("text", metavar="TEXT", nargs="?", default="", help="part of a name; without it the best known")
    search.add_argument("--sort", choices=("downloads", "likes", "last_modified", "created_at", "trending_score"),
                        default="downloads")  # fmt: skip
    search.add_argument("--limit", type=int, metavar="N", default=20)
    search.add_argument("--author", metavar="NAME", default="")
    search.add_argument("--licence", metavar="NAME", default="", help="for example apache-2.0")
    search.add_argument("--language", metavar="XX", default="", help="two letters, for example ko")
    search.add_argument("--max-params", type=float, metavar="B", default=0.0, help="billions of weights at most")
    show = actions.add_parser("show", parents=[common], help="what can be downloaded from a repository")
    download = actions.add_parser("download", parents=[common], help="fetch a model; an interrupted one goes on")
    for action in (show, download):
        action.add_argument("repo", metavar="REPO", help="OWNER/NAME on the hub")
        action.add_argument("--revision", metavar="R", default="", help="a commit, branch or tag")
    download.add_argument("file", metavar="FILE", help="a file of it, or a quantization such as Q4_K_M")
    download.add_argument("--max-speed", type=float, metavar="MB", default=0.0, help="megabytes a second at most")
    download.add_argument("--json-lines", action="store_true", help="one JSON object for each step, as it happens")
    verify = actions.add_parser("verify", parents=[common], help="read downloaded models again and check their SHA-256")
    remove = actions.add_parser("remove", parents=[common], help="delete downloaded models, or parts of them")
    verify.add_argument("files", metavar="FILE", nargs="*", type=Path, help="only these")
    remove.add_argument("files", metavar="FILE", nargs="+", type=Path, help="as `chatapp models list` shows it")
    for action in (listing, search, show, download, verify, remove):
        action.add_argument("--json", action="store_true", help="as JSON")
        action.formatter_class = argparse.RawDescriptionHelpFormatter
        action.epilog = _MODELS_JSON[action.prog.rpartition(" ")[2]] + _MODELS_CODES


def _bench(bench: argparse.ArgumentParser) -> None:
    kinds = ("decode", "prefill", "inspect", "ui", "download")
    bench.add_argument(
        "what",
        choices=kinds,
        help="tokens, prompts, attention, the window, or downloads; exit code 1: a bound was missed",
    )
    bench.add_argument("--quick", action="store_true", help="fewer runs and parts: a first look")
    bench.add_argument("--threads", type=int, metavar="N", default=0, help="threads of llama.cpp on both sides")
    bench.add_argument("--json", action="store_true", help="as JSON")


def _integers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of whole numbers such as 1,2,3") from None


def _head(text: str) -> tuple[int, int]:
    layer, _, head = text.partition(".")
    try:
        return int(layer), int(head)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a layer and a head such as 3.0") from None
