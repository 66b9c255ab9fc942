"""The exception for input that the user can correct."""


class InputError(ValueError):
    """Bad input: a single line that says what was found, where, and what to do.

    The command line prints the message and exits with status 2; a notebook shows it as any
    `ValueError`.
    """
