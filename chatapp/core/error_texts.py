"""What can go wrong in a way a person can mend: the codes, and of each the sentence and the remedy.

English templates; the ui translates them under the context ``errors``. A sentence must be true wherever its code is
raised: where something else is to be done, there is another code.
"""

from dataclasses import dataclass
from enum import StrEnum

from chatapp.core.text import QT_TRANSLATE_NOOP


class ErrorCode(StrEnum):
    """Stable names of everything that can go wrong in a way the user can mend."""

    MODEL_MISSING = "model_missing"
    MODEL_IS_FOLDER = "model_is_folder"
    MODEL_NOT_GGUF = "model_not_gguf"
    MODEL_TRUNCATED = "model_truncated"
    MODEL_BROKEN = "model_broken"
    MODEL_UNREADABLE = "model_unreadable"
    MODEL_UNSUPPORTED = "model_unsupported"
    MODEL_HAS_ENCODER = "model_has_encoder"
    MODEL_UNSUITABLE = "model_unsuitable"
    MODEL_TOO_LARGE = "model_too_large"
    MODEL_LOAD_FAILED = "model_load_failed"
    NO_MODEL = "no_model"
    ENGINE_NOT_STARTED = "engine_not_started"
    ENGINE_LIBRARY = "engine_library"
    ENGINE_CRASHED = "engine_crashed"
    ENGINE_OUT_OF_MEMORY = "engine_out_of_memory"
    ENGINE_GPU = "engine_gpu"
    ENGINE_HUNG = "engine_hung"
    ENGINE_NO_NUMBERS = "engine_no_numbers"
    ENGINE_BUSY = "engine_busy"
    CONTEXT_FULL = "context_full"
    CONTEXT_FAILED = "context_failed"
    TEMPLATE_FAILED = "template_failed"
    NO_ATTENTION = "no_attention"
    NO_TRACE = "no_trace"
    OTHER_MODEL = "other_model"
    INSPECTION_TOO_LARGE = "inspection_too_large"
    ROLLOUT_TOO_LONG = "rollout_too_long"
    ADAPTER_REFUSED = "adapter_refused"
    INVALID_SETTING = "invalid_setting"
    INVALID_GRAMMAR = "invalid_grammar"
    INVALID_SCHEMA = "invalid_schema"
    GRAMMAR_STUCK = "grammar_stuck"
    INVALID_PRESET = "invalid_preset"
    INVALID_ARGUMENT = "invalid_argument"
    CANCELLED = "cancelled"
    EMPTY_PROMPT = "empty_prompt"
    TEXT_TOO_SHORT = "text_too_short"
    NO_DISPLAY = "no_display"
    FOLDER_UNUSABLE = "folder_unusable"
    FOLDER_UNREADABLE = "folder_unreadable"
    FOLDER_TOO_LARGE = "folder_too_large"
    FOLDER_SILENT = "folder_silent"
    ALREADY_RUNNING = "already_running"
    DATABASE_CORRUPT = "database_corrupt"
    DATABASE_TOO_NEW = "database_too_new"
    DATABASE_FAILED = "database_failed"
    DATABASE_UNSAVED = "database_unsaved"
    DISK_FULL = "disk_full"
    DISK_FULL_UNSAVED = "disk_full_unsaved"
    FILE_FAILED = "file_failed"
    FILE_NO_SPACE = "file_no_space"
    FILE_NOT_DELETED = "file_not_deleted"
    FILE_UNREADABLE = "file_unreadable"
    SETTINGS_BROKEN = "settings_broken"
    SETTING_IGNORED = "setting_ignored"
    HUB_UNREACHABLE = "hub_unreachable"
    HUB_SLOW = "hub_slow"
    HUB_BUSY = "hub_busy"
    HUB_FAILED = "hub_failed"
    HUB_NOT_FOUND = "hub_not_found"
    HUB_GATED = "hub_gated"
    HUB_TOKEN = "hub_token"
    UPDATES_FAILED = "updates_failed"
    UPDATES_NOWHERE = "updates_nowhere"
    HUB_OFFLINE = "hub_offline"
    HUB_KEYRING = "hub_keyring"
    DOWNLOAD_BROKE_OFF = "download_broke_off"
    DOWNLOAD_DAMAGED = "download_damaged"
    DOWNLOAD_NAME = "download_name"
    DOWNLOAD_NO_SPACE = "download_no_space"
    DOWNLOAD_IN_USE = "download_in_use"


@dataclass(frozen=True, slots=True)
class ErrorText:
    """What is wrong, and what to do; both are templates that `errors.fill` fills in."""

    message: str
    remedy: str


TEXTS: dict[ErrorCode, ErrorText] = {
    ErrorCode.MODEL_MISSING: ErrorText(
        QT_TRANSLATE_NOOP("errors", "There is no model file at {path}."),
        QT_TRANSLATE_NOOP("errors", "Choose another GGUF file; it may have been moved or its drive is not connected."),
    ),
    ErrorCode.MODEL_IS_FOLDER: ErrorText(
        QT_TRANSLATE_NOOP("errors", "{path} is a folder, not a model file."),
        QT_TRANSLATE_NOOP("errors", "Open the .gguf file inside it."),
    ),
    ErrorCode.MODEL_NOT_GGUF: ErrorText(
        QT_TRANSLATE_NOOP("errors", "{path} is not a GGUF model file."),
        QT_TRANSLATE_NOOP("errors", "Choose a file in GGUF format; other formats have to be converted first."),
    ),
    ErrorCode.MODEL_TRUNCATED: ErrorText(
        QT_TRANSLATE_NOOP("errors", "{path} is incomplete: {missing} of it are missing."),
        QT_TRANSLATE_NOOP("errors", "Download or copy the file again."),
    ),
    ErrorCode.MODEL_BROKEN: ErrorText(
        QT_TRANSLATE_NOOP("errors", "{path} is damaged: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Download or copy the file again."),
    ),
    ErrorCode.MODEL_UNREADABLE: ErrorText(
        QT_TRANSLATE_NOOP("errors", "{path} cannot be read: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Check the file's permissions and that its drive is connected."),
    ),
    ErrorCode.MODEL_UNSUPPORTED: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The engine does not know the architecture “{architecture}” of this model."),
        QT_TRANSLATE_NOOP("errors", "Choose another model, or a newer version of ChatApp."),
    ),
    ErrorCode.MODEL_HAS_ENCODER: ErrorText(
        QT_TRANSLATE_NOOP(
            "errors",
            "Models of the architecture “{architecture}” need an encoder beside them, which ChatApp cannot run.",
        ),
        QT_TRANSLATE_NOOP("errors", "Choose a chat model: it reads and writes with one network."),
    ),
    ErrorCode.MODEL_UNSUITABLE: ErrorText(
        QT_TRANSLATE_NOOP("errors", "{path} cannot be loaded: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Choose another file of this model, or another model."),
    ),
    ErrorCode.MODEL_TOO_LARGE: ErrorText(
        QT_TRANSLATE_NOOP("errors", "This model needs about {needed} of memory and {available} are available."),
        QT_TRANSLATE_NOOP(
            "errors", "Choose a smaller model or quantization, a shorter context, or close other programs."
        ),
    ),
    ErrorCode.MODEL_LOAD_FAILED: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The model could not be loaded: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Try a smaller context or fewer GPU layers, or choose another model."),
    ),
    ErrorCode.NO_MODEL: ErrorText(
        QT_TRANSLATE_NOOP("errors", "No model is loaded."),
        QT_TRANSLATE_NOOP("errors", "Choose a model at the top of the window."),
    ),
    ErrorCode.ENGINE_NOT_STARTED: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The engine could not be started: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Try again; if it keeps failing, reinstall ChatApp."),
    ),
    ErrorCode.ENGINE_LIBRARY: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The llama.cpp library cannot be loaded on this computer: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Reinstall ChatApp; your conversations can still be read."),
    ),
    ErrorCode.ENGINE_CRASHED: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The engine stopped unexpectedly ({outcome}). What it had written is kept."),
        QT_TRANSLATE_NOOP("errors", "Start it again; if it happens again, try a shorter context or another model."),
    ),
    ErrorCode.ENGINE_OUT_OF_MEMORY: ErrorText(
        QT_TRANSLATE_NOOP(
            "errors", "The engine was stopped, probably because memory ran out. What it had written is kept."
        ),
        QT_TRANSLATE_NOOP("errors", "Start it again with a shorter context, or choose a smaller model."),
    ),
    ErrorCode.ENGINE_GPU: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The GPU failed while the engine was working. What it had written is kept."),
        QT_TRANSLATE_NOOP("errors", "Start it again with fewer GPU layers, or on the CPU only."),
    ),
    ErrorCode.ENGINE_NO_NUMBERS: ErrorText(
        QT_TRANSLATE_NOOP(
            "errors", "The model computes values here that are not numbers, so nothing can be said of them."
        ),
        QT_TRANSLATE_NOOP("errors", "Try fewer GPU layers, or download the model file again: it may be damaged."),
    ),
    ErrorCode.ENGINE_HUNG: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The engine did not answer and was stopped. What it had written is kept."),
        QT_TRANSLATE_NOOP("errors", "Start it again."),
    ),
    ErrorCode.ENGINE_BUSY: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The engine is still busy with another reply."),
        QT_TRANSLATE_NOOP("errors", "Wait for it or press Stop."),
    ),
    ErrorCode.CONTEXT_FULL: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The conversation is {needed} tokens long and the context holds {available}."),
        QT_TRANSLATE_NOOP(
            "errors", "Start a new conversation, shorten the text, or load the model with a longer context."
        ),
    ),
    ErrorCode.CONTEXT_FAILED: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The context could not be created: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Choose a shorter context or another KV cache type."),
    ),
    ErrorCode.TEMPLATE_FAILED: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The model's chat template refused this conversation: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Change the system prompt or the messages, or choose another model."),
    ),
    ErrorCode.NO_TRACE: ErrorText(
        QT_TRANSLATE_NOOP("errors", "Nothing was recorded of the tokens of this reply, so no branch can begin in it."),
        QT_TRANSLATE_NOOP("errors", "Regenerate the reply; of the new one every token is recorded."),
    ),
    ErrorCode.OTHER_MODEL: ErrorText(
        QT_TRANSLATE_NOOP(
            "errors", "Another model wrote this reply ({model}); its tokens may be others to the model that is loaded."
        ),
        QT_TRANSLATE_NOOP("errors", "Load that model to branch from the reply, or regenerate it."),
    ),
    ErrorCode.NO_ATTENTION: ErrorText(
        QT_TRANSLATE_NOOP("errors", "There are no attention weights to show: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Token probabilities work all the same."),
    ),
    ErrorCode.INSPECTION_TOO_LARGE: ErrorText(
        QT_TRANSLATE_NOOP(
            "errors", "The attention of so many tokens needs {needed} of memory and {available} can be used."
        ),
        QT_TRANSLATE_NOOP("errors", "Ask for fewer layers, or only for the last rows."),
    ),
    ErrorCode.ROLLOUT_TOO_LONG: ErrorText(
        QT_TRANSLATE_NOOP(
            "errors",
            "Rollout follows attention through all layers for up to {most} tokens with this model; there are {tokens}.",
        ),
        QT_TRANSLATE_NOOP("errors", "Look at the mean of the heads, or ask in a new conversation."),
    ),
    ErrorCode.ADAPTER_REFUSED: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The adapter {path} cannot be used: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Remove it from this conversation, or choose one that was made for this model."),
    ),
    ErrorCode.INVALID_SETTING: ErrorText(
        QT_TRANSLATE_NOOP("errors", "{name} cannot be {value}: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Change the value; the old one stays in use until then."),
    ),
    ErrorCode.INVALID_GRAMMAR: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The grammar is wrong in line {line}: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Correct the line, or empty the grammar to answer freely."),
    ),
    ErrorCode.INVALID_SCHEMA: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The JSON schema cannot be used: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Correct the schema, or empty it to answer freely."),
    ),
    ErrorCode.GRAMMAR_STUCK: ErrorText(
        QT_TRANSLATE_NOOP("errors", "No token of this model is allowed here by the grammar and the forbidden tokens."),
        QT_TRANSLATE_NOOP("errors", "Loosen the grammar, or forbid fewer tokens."),
    ),
    ErrorCode.INVALID_PRESET: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The preset {path} cannot be used: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Choose another one; nothing was changed."),
    ),
    ErrorCode.CANCELLED: ErrorText(
        QT_TRANSLATE_NOOP("errors", "It was cancelled."), QT_TRANSLATE_NOOP("errors", "Ask again.")
    ),
    ErrorCode.INVALID_ARGUMENT: ErrorText(
        QT_TRANSLATE_NOOP("errors", "{reason}."),
        QT_TRANSLATE_NOOP("errors", "Change that and try again."),
    ),
    ErrorCode.EMPTY_PROMPT: ErrorText(
        QT_TRANSLATE_NOOP("errors", "There is nothing to send."),
        QT_TRANSLATE_NOOP("errors", "Type a message first."),
    ),
    ErrorCode.TEXT_TOO_SHORT: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The text has {count} tokens, and at least {needed} are needed."),
        QT_TRANSLATE_NOOP("errors", "Take a longer text or a shorter context, or score it continuously."),
    ),
    ErrorCode.NO_DISPLAY: ErrorText(
        QT_TRANSLATE_NOOP("errors", "There is no display to open a window on."),
        QT_TRANSLATE_NOOP(
            "errors", 'Set DISPLAY or WAYLAND_DISPLAY, or use the terminal: chatapp ask "your question".'
        ),
    ),
    ErrorCode.FOLDER_UNUSABLE: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The data folder {path} cannot be used: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Mend its permissions, or start with --data-dir and another folder."),
    ),
    ErrorCode.FOLDER_UNREADABLE: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The folder {path} cannot be looked through: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Check that it is there and may be read, or take it off the list of folders."),
    ),
    ErrorCode.FOLDER_TOO_LARGE: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The folder {path} holds more than {count} files; not all were looked at."),
        QT_TRANSLATE_NOOP("errors", "Choose a folder nearer to the models instead."),
    ),
    ErrorCode.FOLDER_SILENT: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The folder {path} does not answer; models in it may be missing from the list."),
        QT_TRANSLATE_NOOP("errors", "If it is on a network drive, check the connection, then look again."),
    ),
    ErrorCode.ALREADY_RUNNING: ErrorText(
        QT_TRANSLATE_NOOP("errors", "ChatApp is already running with the data folder {path}."),
        QT_TRANSLATE_NOOP("errors", "Use the open window, or start with --data-dir and another folder."),
    ),
    ErrorCode.DATABASE_CORRUPT: ErrorText(
        QT_TRANSLATE_NOOP(
            "errors",
            "The conversation database was damaged. It was set aside as {kept}, and {saved} messages were recovered.",
        ),
        QT_TRANSLATE_NOOP("errors", "Go on working; keep the set-aside file if something is missing."),
    ),
    ErrorCode.DATABASE_TOO_NEW: ErrorText(
        QT_TRANSLATE_NOOP(
            "errors",
            "The conversations in {path} were written by a newer ChatApp (format {found}; this one reads up to {known}).",
        ),
        QT_TRANSLATE_NOOP(
            "errors", "Update ChatApp, or start with --data-dir and another folder. Nothing was changed."
        ),
    ),
    ErrorCode.DATABASE_FAILED: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The conversations in {path} could not be read or written: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Check that the drive they are on is connected, then try again."),
    ),
    ErrorCode.DATABASE_UNSAVED: ErrorText(
        QT_TRANSLATE_NOOP("errors", "Saving failed: {reason}. The text stays in this window."),
        QT_TRANSLATE_NOOP("errors", "Saving is tried again; copy the text if you have to close the window."),
    ),
    ErrorCode.DISK_FULL: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The disk is full: nothing more can be written to {path}."),
        QT_TRANSLATE_NOOP("errors", "Free some space, then try again."),
    ),
    ErrorCode.DISK_FULL_UNSAVED: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The disk is full; the text is not saved yet but stays in this window."),
        QT_TRANSLATE_NOOP("errors", "Free some space; saving is tried again by itself."),
    ),
    ErrorCode.FILE_FAILED: ErrorText(
        QT_TRANSLATE_NOOP("errors", "{path} could not be written: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Check that its folder is there and may be written, or choose another place."),
    ),
    ErrorCode.FILE_NO_SPACE: ErrorText(
        QT_TRANSLATE_NOOP("errors", "{name} needs {needed} more on the disk, and {available} can be used."),
        QT_TRANSLATE_NOOP("errors", "Free some space, then try again."),
    ),
    ErrorCode.FILE_NOT_DELETED: ErrorText(
        QT_TRANSLATE_NOOP("errors", "{path} could not be deleted: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Close other programs that use it, and check that its folder may be changed."),
    ),
    ErrorCode.FILE_UNREADABLE: ErrorText(
        QT_TRANSLATE_NOOP("errors", "{path} cannot be used: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Choose another file."),
    ),
    ErrorCode.SETTINGS_BROKEN: ErrorText(
        QT_TRANSLATE_NOOP(
            "errors",
            "The settings file could not be read. It was set aside as {kept}, and every setting has its default again.",
        ),
        QT_TRANSLATE_NOOP("errors", "Choose your settings again; your conversations are not touched."),
    ),
    ErrorCode.SETTING_IGNORED: ErrorText(
        QT_TRANSLATE_NOOP(
            "errors", "The settings file has an unusable value for “{name}”: {reason}. The default is used."
        ),
        QT_TRANSLATE_NOOP("errors", "Choose the value again in the settings."),
    ),
    ErrorCode.HUB_UNREACHABLE: ErrorText(
        QT_TRANSLATE_NOOP("errors", "{host} cannot be reached: {reason}."),
        QT_TRANSLATE_NOOP(
            "errors", "Check the internet connection and the proxy; models on this computer work without it."
        ),
    ),
    ErrorCode.HUB_SLOW: ErrorText(
        QT_TRANSLATE_NOOP("errors", "{host} did not answer within {seconds} seconds."),
        QT_TRANSLATE_NOOP("errors", "Try again in a moment; models on this computer work without it."),
    ),
    ErrorCode.HUB_BUSY: ErrorText(
        QT_TRANSLATE_NOOP("errors", "{host} had too many requests from here and asks for {seconds} seconds of rest."),
        QT_TRANSLATE_NOOP("errors", "Try again after that; with an access token more requests are allowed."),
    ),
    ErrorCode.HUB_FAILED: ErrorText(
        QT_TRANSLATE_NOOP("errors", "{host} did not give {name}: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Try again later, or choose another model."),
    ),
    ErrorCode.HUB_NOT_FOUND: ErrorText(
        QT_TRANSLATE_NOOP("errors", "{host} has no {name}, or it is private."),
        QT_TRANSLATE_NOOP("errors", "Check the name; private models need an access token."),
    ),
    ErrorCode.HUB_GATED: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The authors of {name} give it only to people who asked them for access."),
        QT_TRANSLATE_NOOP("errors", "Ask for access on the model's page, then try again with your access token."),
    ),
    ErrorCode.HUB_TOKEN: ErrorText(
        QT_TRANSLATE_NOOP("errors", "{host} did not accept the access token."),
        QT_TRANSLATE_NOOP("errors", "Make a new token on your account's page, or remove the old one."),
    ),
    ErrorCode.UPDATES_FAILED: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The list of ChatApp's versions at {host} could not be read: {reason}."),
        QT_TRANSLATE_NOOP(
            "errors", "Check the internet connection and try again later; everything else works without it."
        ),
    ),
    ErrorCode.UPDATES_NOWHERE: ErrorText(
        QT_TRANSLATE_NOOP("errors", "This copy of ChatApp does not know where new versions are announced."),
        QT_TRANSLATE_NOOP("errors", "Look for them where you got it."),
    ),
    ErrorCode.HUB_OFFLINE: ErrorText(
        QT_TRANSLATE_NOOP("errors", "Offline mode is on, so {host} is not asked."),
        QT_TRANSLATE_NOOP(
            "errors", "Turn it off in the preferences; models on this computer work without the network."
        ),
    ),
    ErrorCode.HUB_KEYRING: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The keyring of this computer cannot be used: {reason}."),
        QT_TRANSLATE_NOOP(
            "errors",
            "Without it an access token lasts only until ChatApp is closed. Start or unlock the keyring, or enter the token anew each time.",
        ),
    ),
    ErrorCode.DOWNLOAD_BROKE_OFF: ErrorText(
        QT_TRANSLATE_NOOP("errors", "The download of {name} broke off: {reason}. What has arrived is kept."),
        QT_TRANSLATE_NOOP("errors", "Resume it when the connection is better."),
    ),
    ErrorCode.DOWNLOAD_DAMAGED: ErrorText(
        QT_TRANSLATE_NOOP(
            "errors", "{name} is not the file that its authors published. It was set aside as {kept} and is not used."
        ),
        QT_TRANSLATE_NOOP("errors", "Download it again; if that ends the same way, choose another source."),
    ),
    ErrorCode.DOWNLOAD_NAME: ErrorText(
        QT_TRANSLATE_NOOP("errors", "A file called “{name}” cannot be downloaded: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Choose another file, or another source of this model."),
    ),
    ErrorCode.DOWNLOAD_NO_SPACE: ErrorText(
        QT_TRANSLATE_NOOP("errors", "{name} needs {needed} more on the disk, and {available} can be used."),
        QT_TRANSLATE_NOOP("errors", "Free some space or choose another folder, then resume."),
    ),
    ErrorCode.DOWNLOAD_IN_USE: ErrorText(
        QT_TRANSLATE_NOOP("errors", "{name} is being downloaded already."),
        QT_TRANSLATE_NOOP("errors", "Wait for the other download, or stop it."),
    ),
}
