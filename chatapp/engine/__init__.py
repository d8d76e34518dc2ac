"""llama.cpp, in a process of its own: only the worker and the terminal import this package."""
