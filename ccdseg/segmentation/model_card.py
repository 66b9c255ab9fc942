"""Model card: what a model is for, how it was made, and where it fails, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_DETECTOR_ROWS = {
    "noise": "read noise after averaging (e⁻)",
    "read_noise": "read noise of a sample (ADU)",
    "n_samples": "samples averaged",
    "gain": "gain (ADU/e⁻)",
    "pedestal": "pedestal (ADU)",
    "thickness": "thickness (µm)",
    "pixel_size": "pixel pitch (µm)",
}
_SCORES = ("precision", "recall", "f1", "iou")
_FILES = """\
| file | content |
| --- | --- |
| `segmenter.json` | classes, normalisation, operating point, SHA-256 and reach of the network |
| `network.keras` | the network |
| `network.xml`, `network.bin` | the network converted for OpenVINO |
| `training.json` | stages of the training: configuration, recipe, command, versions, history |
| `report.json` | scores on test images |
| `check.npz` | an image and the mask expected for it: `ccdseg models --check FOLDER` |"""


def model_card(
    description: dict, *, training: Sequence[dict] | None = None, report: dict | None = None
) -> str:
    """Model card of a model's folder.

    Parameters
    ----------
    description : dict
        Description of the model, as in ``segmenter.json``.
    training : sequence of dict, optional
        Stages of the training, the earliest first; of the last, ``purpose``, ``known_failures`` and
        ``licence`` are told in their own words.
    report : dict, optional
        Scores on test images.

    Returns
    -------
    str
        Markdown.
    """
    last = training[-1] if training else {}
    sections = {
        "Purpose": _purpose(description, last),
        "Files": _FILES,
        "Data": _data(last),
        "Detectors": _detectors(last),
        "Scores": _scores(report),
        "Known failures": _listed(last.get("known_failures"))
        or "None are recorded: the model was not tried beyond the scores above.",
        "Reproduction": _reproduction(training or ()),
        "Licence": last.get("licence") or "That of its training images; the author names it.",
    }
    parts = [f"# {description['name']}"]
    parts += [f"## {title}\n\n{text}" for title, text in sections.items() if text]
    return "\n\n".join(parts) + "\n"


def _purpose(description: dict, stage: dict) -> str:
    classes = ", ".join(row["name"] for row in description["classes"])
    size = description.get("input_size")
    sizes = f"resized to {size[0]}×{size[1]} pixels" if size else "of any size"
    normalizer = description["normalizer"]["name"]
    task = f"Tells the classes {classes} apart in images {sizes}, normalised by `{normalizer}`."
    return "\n\n".join(filter(None, [stage.get("purpose"), task]))


def _data(stage: dict) -> str:
    if not stage:
        return "Not recorded."
    recipe = stage.get("recipe") or {}
    rows = {
        "training images": stage.get("data"),
        "recipe": recipe.get("name"),
        "parts of the recipe": _mixture(recipe),
        "images": stage.get("images"),
        "new images every epoch": _yes_or_no(stage.get("new_images_every_epoch")),
        "labels": stage.get("labels"),
        "augmentation": stage.get("augment"),
        "weights at the start": stage.get("weights"),
    }
    known = {name: value for name, value in rows.items() if value is not None}
    text = "The last stage of the training"
    return f"{text}:\n\n{_table(('', ''), known.items())}" if known else ""


def _mixture(recipe: dict) -> str | None:
    parts = zip(recipe.get("recipes", ()), recipe.get("shares", ()), strict=True)
    return ", ".join(f"{part['name']} {share:.0%}" for part, share in parts) or None


def _yes_or_no(value: object) -> str | None:
    return None if value is None else "yes" if value else "no"


def _detectors(stage: dict) -> str:
    """Ranges of the detectors of each part of the recipe, or the one detector of all images."""
    recipe = stage.get("recipe") or {}
    parts = {part["name"]: part.get("detector") for part in recipe.get("recipes", [recipe]) if part}
    if isinstance(stage.get("detector"), dict):
        parts = dict.fromkeys(parts or ["all images"], stage["detector"])
    known = {name: part for name, part in parts.items() if isinstance(part, dict)}
    if not known:
        return "Those of the training images."
    rows = [
        (title, *(_range(part.get(name)) for part in known.values()))
        for name, title in _DETECTOR_ROWS.items()
        if any(name in part for part in known.values())
    ]
    return (
        "The model has seen these in training, and holds for them; beyond them it is untested.\n\n"
        + _table(("", *known), rows)
    )


def _range(value: object) -> str:
    if isinstance(value, dict) and {"low", "high"} <= set(value):
        return f"{value['low']:g} to {value['high']:g}"
    return f"{value:g}" if isinstance(value, int | float) else "–"


def _scores(report: dict | None) -> str:
    if not report or "classes" not in report:
        return "Not measured."
    parts = {"All pixels": report, "Ambiguous pixels left out": report.get("unambiguous")}
    texts = [f"{report['n_test_images']} test images." if "n_test_images" in report else ""]
    for title, part in parts.items():
        if part:
            rows = [
                (name, *(_number(scores.get(key)) for key in _SCORES))
                for name, scores in part["classes"].items()
            ]
            table = _table(("class", "precision", "recall", "F1", "IoU"), rows)
            texts.append(f"{title}, accuracy {part['accuracy']:.3%}:\n\n{table}")
    return "\n\n".join(filter(None, texts))


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _reproduction(training: Sequence[dict]) -> str:
    rows = [
        (
            number,
            f"`{stage['command']}`" if stage.get("command") else "–",
            stage.get("code", "–"),
            len(stage.get("history", {}).get("loss", ())) or "–",
            _number(min(stage.get("history", {}).get("val_loss", ()), default=None)),
        )
        for number, stage in enumerate(training, start=1)
    ]
    if not rows:
        return "Not recorded."
    head = ("stage", "command", "ccdseg", "epochs", "lowest validation loss")
    return f"Each stage starts from the weights of the one before.\n\n{_table(head, rows)}"


def _listed(items: Iterable[str] | None) -> str:
    return "\n".join(f"- {item}" for item in items or ())


def _table(head: Sequence[str], rows: Iterable[Sequence]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
