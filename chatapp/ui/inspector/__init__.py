"""The inspector: what the model computed for the message that is looked at."""
