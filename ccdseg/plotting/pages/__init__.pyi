from .frame_html import frame_page
from .index_html import index_page
from .rendering import check_bokeh
from .scaled_picture import ScaledPicture
from .thumbnail import save_thumbnail

__all__ = ["ScaledPicture", "check_bokeh", "frame_page", "index_page", "save_thumbnail"]
