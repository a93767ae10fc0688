"""The one refusal of the embedded database."""


class EmbeddedPostgresError(RuntimeError):
    """The embedded server cannot be used; the text says why and what to do about it."""
