"""ChatApp: chat with a local GGUF model, and see inside it."""

__version__ = "0.1.0"
