"""Small reusable widgets and drawing helpers that know nothing of chats or models."""
