"""Version of the package: that of the commit in a checkout, that of the distribution otherwise."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path

from ccdseg.errors import without_warnings

_ROOT = Path(__file__).parents[1]
_FALLBACK = "0.1.0"
"""Version that the first tag follows; as in pyproject.toml."""


@cache
def package_version() -> str:
    """Version of ccdseg, by which a result can be made again.

    Returns
    -------
    str
        Number of the release; beyond a release, in a checkout, also number and name of the commit,
        and a date where files were changed since: ``0.2.1.dev7+g1a2b3c4d5.d20261124``. Where
        setuptools-scm or git is missing, the number at the time of the installation.
    """
    if (_ROOT / ".git").exists():
        # git or setuptools-scm may be missing, the checkout damaged or another user's
        with suppress(Exception):
            return _version_of_checkout()
    try:
        return metadata.version("ccdseg")
    except metadata.PackageNotFoundError:
        return _FALLBACK


def __getattr__(name: str) -> str:
    if name == "__version__":
        return package_version()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _version_of_checkout() -> str:
    from setuptools_scm import get_version

    with without_warnings():  # a shallow clone counts fewer commits
        return get_version(_ROOT, fallback_version=_FALLBACK)
