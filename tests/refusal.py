"""How a mistake of the user is expected to end."""

import pytest

from ccdseg.errors import InputError


def refused(message):
    """Expect an `InputError` of a single line that matches `message`."""
    return pytest.raises(InputError, match=rf"\A.*{message}.*\Z")
