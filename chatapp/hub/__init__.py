"""Model files: what lies on this machine, what is in a GGUF header, what fits."""
