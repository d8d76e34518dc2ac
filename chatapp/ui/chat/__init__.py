"""The chat area: the messages of one conversation and the field to write the next one."""
