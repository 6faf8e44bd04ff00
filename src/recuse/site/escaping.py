"""Escapes what pages show, in less time: a wrapper made for each value took a tenth of the time of a page."""

from markupsafe import escape


def escaped(value: object) -> str:
    """What `escape` gives, as plain text where it is that. It is for output alone: escaped again, it would be wrong."""
    if type(value) is str:
        special = "&" in value or "<" in value or ">" in value or '"' in value or "'" in value
        return escape(value) if special else value
    own = getattr(value, "__html__", None)
    found: str = escape(value) if own is None else own()
    return found
