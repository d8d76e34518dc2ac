"""Modal windows; the only place where a message box may be used."""
