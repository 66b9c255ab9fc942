"""HTML of pages: templates of the folder web, and what Bokeh needs in a browser, inlined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ccdseg.errors import InputError

if TYPE_CHECKING:
    from bokeh.model import Model

FOLDER = Path(__file__).parent / "web"


def check_bokeh() -> None:
    """Raise `InputError` where Bokeh is not installed."""
    try:
        import bokeh  # noqa: F401
    except ImportError:
        raise InputError("A report page needs the package bokeh; install ccdseg[report].") from None


def render(
    template: str,
    roots: Sequence[Model],
    *,
    title: str,
    script: str,
    models: Mapping[str, object],
    variables: Mapping[str, object],
) -> str:
    """HTML of a page that opens offline.

    Parameters
    ----------
    template : str
        Name of the template.
    roots : sequence of Model
        Models that it places, by their names.
    title : str
        Title of the page.
    script : str
        Name of the module that joins them when the page is ready.
    models : mapping of str to object
        What this module is given.
    variables : mapping of str to object
        What the template is given.
    """
    from bokeh.document import Document
    from bokeh.embed import file_html
    from bokeh.models import CustomJS
    from bokeh.resources import INLINE
    from jinja2 import Environment, FileSystemLoader

    document = Document()
    for root in roots:
        document.add_root(root)
    document.js_on_event("document_ready", CustomJS.from_file(FOLDER / script, **models))
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, trim_blocks=True)
    return file_html(
        document,
        INLINE,
        title,
        template=environment.get_template(template),
        template_variables=dict(variables),
    )
