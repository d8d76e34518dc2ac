"""Messages between the window (or the terminal) and the engine worker, and how they lie on the wire."""
