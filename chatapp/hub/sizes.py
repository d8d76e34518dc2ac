"""Sizes for people."""


def format_size(n_bytes: float) -> str:
    """Bytes in decimal units, as file managers and model pages show them: "512 B", "12.3 MB", "4.7 GB"."""
    size = float(n_bytes)
    if size < 1000:
        return f"{size:.0f} B"
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 999.95:
            return f"{size:.1f} {unit}"
    return f"{size / 1000:.1f} TB"
