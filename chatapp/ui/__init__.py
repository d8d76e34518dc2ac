"""The window: QtWidgets that draw what the services say and pass on what the user does."""
