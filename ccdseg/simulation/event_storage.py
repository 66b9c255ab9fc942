"""Files of true events: the particles of some images, and what each left in every pixel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ccdseg.errors import InputError
from ccdseg.files import read_npz, write_npz
from ccdseg.simulation.event_list import EventList
from ccdseg.simulation.event_table import EVENT

_PIXELS = {"rows": np.int32, "columns": np.int32, "expected": np.float32, "drawn": np.float32}


def save_events(path: str | Path, events: Sequence[EventList]) -> None:
    """Write the events of some images as a compressed `.npz` file.

    Its arrays are ``events_per_image`` (images,); ``table`` (events,), the numbers of
    `ccdseg.simulation.event_table.EVENT`; ``pixels_per_event`` (events,); and for each of those
    pixels ``rows`` and ``columns`` (px), ``expected`` and ``drawn`` (e⁻).

    Parameters
    ----------
    path : str or Path
        File to write.
    events : sequence of EventList
        Events of each image.
    """
    lists = [EventList.empty(), *events]
    arrays = {
        "events_per_image": np.array([len(one) for one in events], dtype=np.int64),
        "table": np.concatenate([one.table for one in lists]),
        "pixels_per_event": np.concatenate([np.diff(one.offsets) for one in lists]),
    }
    for name, kind in _PIXELS.items():
        arrays[name] = np.concatenate([getattr(one, name) for one in lists]).astype(kind)
    write_npz(path, arrays)


def load_events(path: str | Path) -> list[EventList]:
    """Read what `save_events` wrote.

    Returns
    -------
    list of EventList
        Events of each image.

    Raises
    ------
    InputError
        If the file is missing, damaged, or no file of events.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"No file of events {path}.")
    arrays = read_npz(path)
    missing = {"events_per_image", "table", "pixels_per_event", *_PIXELS} - set(arrays)
    if missing or arrays["table"].dtype.names != EVENT.names:
        raise InputError(
            f"{path} holds the arrays {', '.join(sorted(arrays)) or 'none'}; a file of events, as "
            "`ccdseg simulate` writes it, is needed."
        )
    offsets = np.concatenate([[0], np.cumsum(arrays["pixels_per_event"], dtype=np.int64)])
    ends = np.cumsum(arrays["events_per_image"])
    fitting = len(arrays["table"]) == len(offsets) - 1 == (ends[-1] if len(ends) else 0)
    if not fitting or any(len(arrays[name]) != offsets[-1] for name in _PIXELS):
        raise InputError(f"{path}: the lengths of its arrays do not fit each other.")
    lists = []
    for end, number in zip(ends, arrays["events_per_image"], strict=True):
        part = offsets[end - number : end + 1]
        pixels = (arrays[name][part[0] : part[-1]] for name in _PIXELS)
        kinds = (np.int64, np.int64, np.float64, np.float64)
        columns = (values.astype(kind) for values, kind in zip(pixels, kinds, strict=True))
        lists.append(EventList(arrays["table"][end - number : end], *columns, part - part[0]))
    return lists
