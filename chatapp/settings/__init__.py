"""Every setting declared once, its file, and its migrations."""
