"""Draw the pictures of the documentation: python -m docs.gallery."""  # noqa: INP001

from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

from ccdseg import plotting

FOLDER = Path(__file__).parent


def main() -> None:
    """Write each gallery as a PNG beside this file, in the place of the old one."""
    galleries = {"effects": plotting.show_effects(), "particles": plotting.show_particles()}
    for name, figure in galleries.items():
        save(figure, name)


def save(figure: Figure, name: str) -> None:
    """Write a picture of few colours beside this file."""
    path = plotting.save_figure(figure, FOLDER / f"{name}.png", overwrite=True)
    with Image.open(path) as picture:
        few_colours = picture.convert("RGB").quantize(
            96, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
    few_colours.save(path, optimize=True)


if __name__ == "__main__":
    main()
