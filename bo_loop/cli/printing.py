"""Text from anywhere, made fit for a terminal."""

import unicodedata


def spelled_out(text: str) -> str:
    r"""Return `text` with control characters and unpaired surrogates as ``\x1b``, ``\udc80``."""
    if text.isprintable():
        return text
    return "".join(
        c if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs") else ascii(c)[1:-1]
        for c in text
    )
