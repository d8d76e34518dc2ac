"""Plain Python (and numpy): what a conversation, a sampling setting and a token trace are."""
