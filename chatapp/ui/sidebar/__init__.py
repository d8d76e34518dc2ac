"""The left side of the window: the conversations and their trash."""
