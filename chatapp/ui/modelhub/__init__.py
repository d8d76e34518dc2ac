"""The window in which models are found, fetched and kept."""
