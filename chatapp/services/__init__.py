"""QtCore: what the window can ask for, as objects with signals."""
