"""Conversations and token traces in SQLite."""
