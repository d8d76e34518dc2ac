"""Every setting, declared once: its key in the file, default, limits and the words the preferences show.

When adding a setting:
1. declare it here, in the order in which the preferences should show it; hidden ones (window state) need no words;
2. write title and description for somebody who does not know the jargon: what it does, when to change it;
3. read it somewhere (a test looks for that) and translate its words;
4. renaming or changing the meaning of one is a migration: see `chatapp.settings.migrations`.
"""

from typing import Any

from chatapp.core.generation import BOUNDS, MAX_STOP_LENGTH, SamplingParams
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.settings.addresses import folder_path, hub_address, proxy_address
from chatapp.settings.inspector import INSPECTOR
from chatapp.settings.samplers import SAMPLERS
from chatapp.settings.setting import Choice, Kind, Section, Setting, Special

_DEFAULTS = SamplingParams()
_AUTOMATIC = QT_TRANSLATE_NOOP("settings", "Automatic")

LANGUAGE: Setting[str] = Setting(
    "language", Kind.CHOICE, "auto", Section.GENERAL,
    QT_TRANSLATE_NOOP("settings", "Language"),
    QT_TRANSLATE_NOOP("settings", "The language of menus and messages. Models answer in the language you write in."),
    choices=(Choice("auto", QT_TRANSLATE_NOOP("settings", "As the system")), Choice("en", "English"),
             Choice("ko", "한국어")),
)  # fmt: skip
THEME: Setting[str] = Setting(
    "theme", Kind.CHOICE, "auto", Section.GENERAL,
    QT_TRANSLATE_NOOP("settings", "Theme"),
    QT_TRANSLATE_NOOP("settings", "Light or dark colours."),
    choices=(Choice("auto", QT_TRANSLATE_NOOP("settings", "As the system")),
             Choice("light", QT_TRANSLATE_NOOP("settings", "Light")),
             Choice("dark", QT_TRANSLATE_NOOP("settings", "Dark"))),
)  # fmt: skip
FONT_SIZE: Setting[int] = Setting(
    "font_size", Kind.INTEGER, 0, Section.GENERAL,
    QT_TRANSLATE_NOOP("settings", "Text size"),
    QT_TRANSLATE_NOOP("settings", "Size of all text in points. Raise it if you find the text hard to read."),
    bounds=(8, 32), special=Special(0, QT_TRANSLATE_NOOP("settings", "As the system")),
)  # fmt: skip
UPDATE_CHECK: Setting[str] = Setting(
    "update_check", Kind.CHOICE, "off", Section.GENERAL,
    QT_TRANSLATE_NOOP("settings", "Look for new versions"),
    QT_TRANSLATE_NOOP("settings", "Once a day ChatApp reads the public list of its versions and tells you of a newer "
                      "one. Nothing about you is sent, and nothing is downloaded."),
    choices=(Choice("off", QT_TRANSLATE_NOOP("settings", "Off")),
             Choice("on", QT_TRANSLATE_NOOP("settings", "Once a day"))),
)  # fmt: skip

SYSTEM_PROMPT: Setting[str] = Setting(
    "system_prompt", Kind.TEXT, "", Section.CHAT,
    QT_TRANSLATE_NOOP("settings", "System prompt"),
    QT_TRANSLATE_NOOP("settings", "Instructions that every new conversation starts with, for example “Answer briefly.” "
                      "Leave it empty to get the model as its makers meant it."),
)  # fmt: skip

OVERFLOW: Setting[str] = Setting(
    "overflow", Kind.CHOICE, "ask", Section.CHAT,
    QT_TRANSLATE_NOOP("settings", "When the context is full"),
    QT_TRANSLATE_NOOP("settings", "What happens when a conversation grows longer than the model can look back on. "
                      "Nothing is ever left out without a word; the system prompt and pinned messages stay."),
    choices=(Choice("ask", QT_TRANSLATE_NOOP("settings", "Ask")),
             Choice("stop", QT_TRANSLATE_NOOP("settings", "Stop and say so")),
             Choice("drop", QT_TRANSLATE_NOOP("settings", "Leave out the oldest messages"))),
)  # fmt: skip
PREFILL: Setting[str] = Setting(
    "prefill", Kind.TEXT, "", Section.CHAT,
    QT_TRANSLATE_NOOP("settings", "Start reply with"),
    QT_TRANSLATE_NOOP("settings", "Every reply begins with these words and goes on from there, for example “Sure:” or "
                      "“```python”."),
)  # fmt: skip
COMPLETION: Setting[str] = Setting(
    "completion", Kind.CHOICE, "auto", Section.CHAT,
    QT_TRANSLATE_NOOP("settings", "Plain continuation"),
    QT_TRANSLATE_NOOP("settings", "Without a chat template the model simply goes on writing where your text ends. "
                      "Base models such as GPT-2 can do nothing else."),
    choices=(Choice("auto", QT_TRANSLATE_NOOP("settings", "For models without a chat template")),
             Choice("on", QT_TRANSLATE_NOOP("settings", "Always")),
             Choice("off", QT_TRANSLATE_NOOP("settings", "Never"))),
)  # fmt: skip
REASONING: Setting[str] = Setting(
    "reasoning", Kind.CHOICE, "folded", Section.CHAT,
    QT_TRANSLATE_NOOP("settings", "Thoughts of the model"),
    QT_TRANSLATE_NOOP("settings", "Some models think before they answer. Folded thoughts open with a click."),
    choices=(Choice("folded", QT_TRANSLATE_NOOP("settings", "Folded")),
             Choice("open", QT_TRANSLATE_NOOP("settings", "Open"))),
)  # fmt: skip

CONTEXT_LENGTH: Setting[int] = Setting(
    "context_length", Kind.INTEGER, 0, Section.MODEL,
    QT_TRANSLATE_NOOP("settings", "Context length"),
    QT_TRANSLATE_NOOP("settings", "How many tokens (pieces of words) of the conversation the model can look back on. "
                      "More lets it remember longer chats but needs more memory."),
    bounds=(128, 1_048_576), special=Special(0, _AUTOMATIC), reload_needed=True,
)  # fmt: skip
GPU_LAYERS: Setting[int] = Setting(
    "gpu_layers", Kind.INTEGER, -1, Section.MODEL,
    QT_TRANSLATE_NOOP("settings", "Layers on the graphics card"),
    QT_TRANSLATE_NOOP("settings", "How much of the model runs on the graphics card; the rest runs on the processor. "
                      "Lower it if loading fails or the screen stutters; 0 uses the processor only."),
    bounds=(0, 1_000), special=Special(-1, QT_TRANSLATE_NOOP("settings", "As many as fit")), reload_needed=True,
)  # fmt: skip
THREADS: Setting[int] = Setting(
    "threads", Kind.INTEGER, 0, Section.MODEL,
    QT_TRANSLATE_NOOP("settings", "Processor threads"),
    QT_TRANSLATE_NOOP("settings", "How many processor cores work on an answer. Lower it to keep the computer "
                      "responsive while the model writes."),
    bounds=(1, 512), special=Special(0, _AUTOMATIC), reload_needed=True,
)  # fmt: skip
LOOKUP: Setting[str] = Setting(
    "lookup", Kind.CHOICE, "off", Section.MODEL,
    QT_TRANSLATE_NOOP("settings", "Guess repeated text"),
    QT_TRANSLATE_NOOP("settings", "Guesses the next words from where the last ones stood in the conversation before, "
                      "and lets the model check several at once. Answers that repeat a text, such as changed code, "
                      "come faster, others as fast as without. Every word is still the model's own choice."),
    choices=(Choice("off", QT_TRANSLATE_NOOP("settings", "Off")), Choice("on", QT_TRANSLATE_NOOP("settings", "On"))),
)  # fmt: skip
CACHE_MEMORY: Setting[int] = Setting(
    "cache_memory", Kind.INTEGER, -1, Section.MODEL,
    QT_TRANSLATE_NOOP("settings", "Memory for other versions"),
    QT_TRANSLATE_NOOP("settings", "How much memory, in MiB, keeps what the model has read of other versions of a chat, "
                      "so that going back to one need not read it again. Lower it if memory is short; 0 turns it off."),
    bounds=(0, 1_000_000), special=Special(-1, _AUTOMATIC), reload_needed=True,
)  # fmt: skip
RECORD_ATTENTION: Setting[str] = Setting(
    "record_attention", Kind.CHOICE, "on", Section.MODEL,
    QT_TRANSLATE_NOOP("settings", "Record attention while chatting"),
    QT_TRANSLATE_NOOP("settings", "Keeps what is needed to show, for every word of a reply, where the model looked "
                      "when it wrote it. It needs flash attention and some memory, and takes next to no time."),
    choices=(Choice("on", QT_TRANSLATE_NOOP("settings", "On")), Choice("off", QT_TRANSLATE_NOOP("settings", "Off"))),
    reload_needed=True,
)  # fmt: skip
ATTENTION_MEMORY: Setting[int] = Setting(
    "attention_memory", Kind.INTEGER, -1, Section.MODEL,
    QT_TRANSLATE_NOOP("settings", "Memory for recorded attention"),
    QT_TRANSLATE_NOOP("settings", "At most this much memory, in MiB, is taken by the record; the oldest tokens are "
                      "given up first. Automatic is a tenth of the free memory, at most 1024 MiB."),
    bounds=(1, 1_000_000), special=Special(-1, _AUTOMATIC), reload_needed=True,
)  # fmt: skip
FLASH_ATTENTION: Setting[str] = Setting(
    "flash_attention", Kind.CHOICE, "auto", Section.MODEL,
    QT_TRANSLATE_NOOP("settings", "Flash attention"),
    QT_TRANSLATE_NOOP("settings", "A faster way to compute attention that needs less memory. Switch it off only if "
                      "a graphics card gives wrong answers with it."),
    choices=(Choice("auto", _AUTOMATIC), Choice("on", QT_TRANSLATE_NOOP("settings", "On")),
             Choice("off", QT_TRANSLATE_NOOP("settings", "Off"))), reload_needed=True,
)  # fmt: skip
KV_TYPE: Setting[str] = Setting(
    "kv_type", Kind.CHOICE, "f16", Section.MODEL,
    QT_TRANSLATE_NOOP("settings", "Precision of the KV cache"),
    QT_TRANSLATE_NOOP("settings", "How exactly the model remembers the conversation. q8_0 halves the memory that a "
                      "long context takes and q4_0 quarters it, at some cost in quality; both need flash attention."),
    choices=(Choice("f16", "f16"), Choice("f32", "f32"), Choice("q8_0", "q8_0"), Choice("q4_0", "q4_0")),
    reload_needed=True,
)  # fmt: skip
MODEL_FOLDERS: Setting[tuple[str, ...]] = Setting(
    "model_folders", Kind.PATHS, (), Section.MODEL,
    QT_TRANSLATE_NOOP("settings", "Model folders"),
    QT_TRANSLATE_NOOP("settings", "Folders in which ChatApp looks for model files (GGUF) besides its own. "
                      "Add one if you keep models elsewhere, for example from another program."),
)  # fmt: skip

TEMPERATURE: Setting[float] = Setting(
    "sampling.temperature", Kind.REAL, _DEFAULTS.temperature, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Temperature"),
    QT_TRANSLATE_NOOP("settings", "How freely the model chooses its words. Low values give dependable answers, high "
                      "ones surprising answers; 0 always takes the likeliest word."),
    bounds=BOUNDS["temperature"],
)  # fmt: skip
TOP_K: Setting[int] = Setting(
    "sampling.top_k", Kind.INTEGER, _DEFAULTS.top_k, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Top-k"),
    QT_TRANSLATE_NOOP("settings", "Only this many of the likeliest next tokens are considered. Lower it if the model "
                      "drifts into nonsense."),
    bounds=BOUNDS["top_k"], special=Special(0, QT_TRANSLATE_NOOP("settings", "Off")),
)  # fmt: skip
TOP_P: Setting[float] = Setting(
    "sampling.top_p", Kind.REAL, _DEFAULTS.top_p, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Top-p"),
    QT_TRANSLATE_NOOP("settings", "Only the likeliest tokens that together reach this probability are considered. "
                      "Lower is more cautious; 1 turns it off."),
    bounds=BOUNDS["top_p"],
)  # fmt: skip
MIN_P: Setting[float] = Setting(
    "sampling.min_p", Kind.REAL, _DEFAULTS.min_p, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Min-p"),
    QT_TRANSLATE_NOOP("settings", "Tokens much less likely than the likeliest one are left out: 0.05 leaves out those "
                      "below a twentieth of it. Raise it if answers wander; 0 turns it off."),
    bounds=BOUNDS["min_p"],
)  # fmt: skip
REPEAT_PENALTY: Setting[float] = Setting(
    "sampling.repeat_penalty", Kind.REAL, _DEFAULTS.repeat_penalty, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Repeat penalty"),
    QT_TRANSLATE_NOOP("settings", "Makes recently used words less likely. Raise it a little, to 1.1, if the model "
                      "repeats itself; 1 turns it off."),
    bounds=BOUNDS["repeat_penalty"],
)  # fmt: skip
REPEAT_LAST_N: Setting[int] = Setting(
    "sampling.repeat_last_n", Kind.INTEGER, _DEFAULTS.repeat_last_n, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Repeat window"),
    QT_TRANSLATE_NOOP("settings", "How many of the last tokens the repeat penalty looks at. Raise it if longer "
                      "passages come again."),
    bounds=BOUNDS["repeat_last_n"], special=Special(-1, QT_TRANSLATE_NOOP("settings", "The whole conversation")),
)  # fmt: skip
SEED: Setting[int | None] = Setting(
    "sampling.seed", Kind.INTEGER, _DEFAULTS.seed, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Seed"),
    QT_TRANSLATE_NOOP("settings", "The start of the random draw. With a fixed number the same question gets the same "
                      "answer again, which helps when comparing settings."),
    bounds=BOUNDS["seed"], special=Special(None, QT_TRANSLATE_NOOP("settings", "A new one each time")),
)  # fmt: skip
MAX_TOKENS: Setting[int] = Setting(
    "sampling.max_tokens", Kind.INTEGER, _DEFAULTS.max_tokens, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Longest answer"),
    QT_TRANSLATE_NOOP("settings", "An answer ends after this many tokens, about three quarters as many English words. "
                      "Set it if answers run on too long."),
    bounds=BOUNDS["max_tokens"], special=Special(0, QT_TRANSLATE_NOOP("settings", "No limit")),
)  # fmt: skip
STOP: Setting[tuple[str, ...]] = Setting(
    "sampling.stop", Kind.TEXTS, _DEFAULTS.stop, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Stop texts"),
    QT_TRANSLATE_NOOP("settings", "An answer ends before any of these texts, one a line. Useful if a model goes on to "
                      "write your part of the conversation too."),
    bounds=(1, MAX_STOP_LENGTH),
)  # fmt: skip

DOWNLOAD_FOLDER: Setting[str] = Setting(
    "download_folder", Kind.FOLDER, "", Section.NETWORK,
    QT_TRANSLATE_NOOP("settings", "Download folder"),
    QT_TRANSLATE_NOOP("settings", "Where downloaded models go from now on, for example on a larger disk. What is there "
                      "already stays where it is. Each model gets a folder of its own below it."),
    check=folder_path,
)  # fmt: skip
DOWNLOADS_AT_ONCE: Setting[int] = Setting(
    "downloads_at_once", Kind.INTEGER, 1, Section.NETWORK,
    QT_TRANSLATE_NOOP("settings", "Downloads at the same time"),
    QT_TRANSLATE_NOOP("settings", "One after the other, the first model is ready soonest. More can help when each is "
                      "slow for itself."),
    bounds=(1, 8),
)  # fmt: skip
SPEED_LIMIT: Setting[int] = Setting(
    "speed_limit", Kind.INTEGER, 0, Section.NETWORK,
    QT_TRANSLATE_NOOP("settings", "Speed limit in kB/s"),
    QT_TRANSLATE_NOOP("settings", "All downloads together take at most this much, so that others in your network can "
                      "go on working. It changes at once, also for what is running."),
    bounds=(10, 10_000_000), special=Special(0, QT_TRANSLATE_NOOP("settings", "No limit")),
)  # fmt: skip
OFFLINE: Setting[str] = Setting(
    "offline", Kind.CHOICE, "off", Section.NETWORK,
    QT_TRANSLATE_NOOP("settings", "Offline mode"),
    QT_TRANSLATE_NOOP("settings", "ChatApp then uses the network for nothing at all. Models on this computer work as "
                      "always; downloads wait."),
    choices=(Choice("off", QT_TRANSLATE_NOOP("settings", "Off")), Choice("on", QT_TRANSLATE_NOOP("settings", "On"))),
)  # fmt: skip
HUB: Setting[str] = Setting(
    "hub", Kind.LINE, "", Section.NETWORK,
    QT_TRANSLATE_NOOP("settings", "Model hub"),
    QT_TRANSLATE_NOOP("settings", "Where models are searched and downloaded. Leave it empty for huggingface.co, or "
                      "enter the address of a mirror, for example of your company."),
    check=hub_address, example="https://huggingface.co",
)  # fmt: skip
PROXY: Setting[str] = Setting(
    "proxy", Kind.CHOICE, "system", Section.NETWORK,
    QT_TRANSLATE_NOOP("settings", "Proxy"),
    QT_TRANSLATE_NOOP("settings", "Some networks reach the internet only through a proxy. Your administrator knows "
                      "its address."),
    choices=(Choice("system", QT_TRANSLATE_NOOP("settings", "As the system")),
             Choice("none", QT_TRANSLATE_NOOP("settings", "None")),
             Choice("own", QT_TRANSLATE_NOOP("settings", "At the address below"))),
)  # fmt: skip
PROXY_ADDRESS: Setting[str] = Setting(
    "proxy_address", Kind.LINE, "", Section.NETWORK,
    QT_TRANSLATE_NOOP("settings", "Address of the proxy"),
    QT_TRANSLATE_NOOP("settings", "For example http://proxy.example:8080 or socks5://127.0.0.1:9050. A password in it "
                      "is kept in the settings file, where other programs of yours can read it."),
    check=proxy_address, example="http://proxy.example:8080",
)  # fmt: skip

DEVICE: Setting[str] = Setting("device", Kind.TEXT, "", reload_needed=True)  # graphics card; empty: all of them
LAST_MODEL: Setting[str] = Setting("last_model", Kind.TEXT, "")  # path; empty: the starter model
RECENT_MODELS: Setting[tuple[str, ...]] = Setting("recent_models", Kind.PATHS, ())  # opened from anywhere, newest first
MODEL_FILES: Setting[tuple[str, ...]] = Setting("model_files", Kind.PATHS, ())  # used where they are
MODEL_SOURCES_OFF: Setting[tuple[str, ...]] = Setting("model_sources_off", Kind.TEXTS, ())  # hub.places.Place.switch
# Hubs for which the keyring has a token, and whose it is: "address name". For others it is left alone: it might ask.
SAVED_TOKENS: Setting[tuple[str, ...]] = Setting("saved_tokens", Kind.TEXTS, ())
LAST_CONVERSATION: Setting[int | None] = Setting(
    "last_conversation", Kind.INTEGER, None, bounds=(1, 2**62), special=Special(None, "")
)
UPDATE_QUESTION: Setting[str] = Setting("update_question", Kind.TEXT, "")  # "asked" when the user was asked, once
UPDATE_LAST: Setting[int] = Setting("update_last", Kind.INTEGER, 0, bounds=(0, 2**62))  # seconds since 1970
UPDATE_SKIPPED: Setting[str] = Setting("update_skipped", Kind.TEXT, "")  # the version nobody wants to hear of
WINDOW_GEOMETRY: Setting[str] = Setting("window.geometry", Kind.TEXT, "")  # base64 of QMainWindow.saveGeometry
MODELS_GEOMETRY: Setting[str] = Setting("window.models", Kind.TEXT, "")  # the same of the window of models
LIBRARY_ORDER: Setting[str] = Setting(  # how the models on this computer are sorted
    "window.library_order", Kind.CHOICE, "used", choices=tuple(Choice(o, "") for o in ("used", "name", "size", "added"))
)
WINDOW_STATE: Setting[str] = Setting("window.state", Kind.TEXT, "")  # base64 of QMainWindow.saveState
SPLITTER_SIZES: Setting[tuple[int, ...]] = Setting("window.splitter", Kind.INTEGERS, (), bounds=(0, 100_000))  # pixels

SETTINGS: tuple[Setting[Any], ...] = (
    *(value for value in list(globals().values()) if isinstance(value, Setting)),
    *SAMPLERS,
    *INSPECTOR,
)
BY_KEY: dict[str, Setting[Any]] = {setting.key: setting for setting in SETTINGS}
