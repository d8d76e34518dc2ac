"""Numbers of the inspector in the user's language."""

from chatapp.ui.widgets.text import number_text


def percent(share: float) -> str:
    """A probability, for example "12.3 %"; what is small and not 0 never reads as 0."""
    if 0 < share < 0.0005:
        return f"<{number_text(0.1, 1)} %"
    return f"{number_text(100 * share, 1)} %"
