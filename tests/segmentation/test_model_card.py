"""Model cards."""

from ccdseg.classes import CLASSES, COSMICS
from ccdseg.segmentation.model_card import model_card

DESCRIPTION = {"name": "mine", "classes": CLASSES.to_list(), "normalizer": {"name": "robust"}}
STAGE = {
    "purpose": "Frames of my CCD.",
    "known_failures": ["stars", "moths"],
    "licence": "CC0",
    "command": "python scripts/train.py --seed 3",
    "code": "0.1.0, commit abc",
    "data": "recipe 'two'",
    "recipe": {
        "name": "two",
        "recipes": [
            {"name": "wide", "detector": {"noise": {"low": 0.15, "high": 250.0}, "gain": 2.0}},
            {"name": "narrow", "detector": {"noise": {"low": 1.0, "high": 2.0}}},
        ],
        "shares": [0.75, 0.25],
    },
    "detector": "drawn for each image from the recipe",
    "history": {"loss": [3.0, 2.0], "val_loss": [3.5, 2.5]},
}
ROW = {"precision": 0.5, "recall": 0.25, "f1": None, "iou": 0.125}
REPORT = {"accuracy": 0.99876, "classes": {"cluster": ROW}, "n_test_images": 42}


def sections(card):
    """Title and text of each section."""
    _, *parts = card.split("\n## ")
    return dict(part.split("\n", 1) for part in parts)


def test_a_card_says_everything_that_is_known():
    card = model_card(DESCRIPTION, training=[{"command": "first"}, STAGE], report=REPORT)
    assert card.startswith("# mine\n")
    found = sections(card)
    assert "Frames of my CCD." in found["Purpose"]
    assert "background, glowing, hot pixel, cluster" in found["Purpose"]
    assert "wide 75%, narrow 25%" in found["Data"]
    assert "|  | wide | narrow |" in found["Detectors"]
    assert "| read noise after averaging (e⁻) | 0.15 to 250 | 1 to 2 |" in found["Detectors"]
    assert "| gain (ADU/e⁻) | 2 | – |" in found["Detectors"]
    assert "42 test images" in found["Scores"]
    assert "accuracy 99.876%" in found["Scores"]
    assert "| cluster | 0.500 | 0.250 | – | 0.125 |" in found["Scores"]
    assert found["Known failures"].strip() == "- stars\n- moths"
    first, second = found["Reproduction"].strip().splitlines()[-2:]
    assert first == "| 1 | `first` | – | – | – |"
    assert second == ("| 2 | `python scripts/train.py --seed 3` | 0.1.0, commit abc | 2 | 2.500 |")
    assert found["Licence"].strip() == "CC0"


def test_a_card_with_nothing_known_says_so():
    description = DESCRIPTION | {"classes": COSMICS.to_list(), "input_size": [64, 32]}
    found = sections(model_card(description))
    assert "background, cosmic apart in images resized to 64×32 pixels" in found["Purpose"]
    assert found["Data"].strip() == "Not recorded."
    assert found["Detectors"].strip() == "Those of the training images."
    assert found["Scores"].strip() == "Not measured."
    assert "None are recorded" in found["Known failures"]
    assert found["Reproduction"].strip() == "Not recorded."


def test_scores_without_ambiguous_pixels_are_a_second_table():
    report = REPORT | {"unambiguous": {"accuracy": 1.0, "classes": {"cluster": ROW | {"f1": 0.9}}}}
    text = sections(model_card(DESCRIPTION, report=report))["Scores"]
    assert text.index("All pixels") < text.index("Ambiguous pixels left out, accuracy 100.000%")
    assert "| cluster | 0.500 | 0.250 | 0.900 | 0.125 |" in text


def test_one_detector_of_all_images_counts_for_every_recipe():
    stage = STAGE | {"detector": {"name": "damic", "read_noise": 19.0, "n_samples": 1}}
    text = sections(model_card(DESCRIPTION, training=[stage]))["Detectors"]
    assert "| read noise of a sample (ADU) | 19 | 19 |" in text
    assert "0.15" not in text
