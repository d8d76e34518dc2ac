"""Model files: finding and fetching them, what lies on this machine, what is in a GGUF header, what fits."""
