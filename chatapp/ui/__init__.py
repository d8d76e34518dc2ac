"""QtWidgets: draws, never decides."""
