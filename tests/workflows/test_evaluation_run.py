"""Evaluation and physics report called as from a notebook."""

import json

import numpy as np
import pytest

from ccdseg.classes import COSMICS
from ccdseg.cli import main
from ccdseg.dataset import ArraySet
from ccdseg.evaluation import pixel_report
from ccdseg.segmentation.store import read_report
from ccdseg.simulation import RECIPES, simulate_dataset
from ccdseg.workflows import evaluate, physics
from ccdseg.workflows.evaluating.evaluation_report import store_thresholds
from tests.refusal import refused

SMALL = RECIPES["general"].scaled((48, 64))


@pytest.fixture
def evaluation(segmenter):
    return evaluate(segmenter, recipes={"mine": SMALL}, n_frames=2, seed=5)


def test_recipes_of_ones_own_are_scored(evaluation, segmenter):
    frames = simulate_dataset(SMALL, n_images=2, rng=np.random.default_rng(5))
    expected = pixel_report(frames.masks, segmenter.predict(frames.images).mask)
    scores = evaluation.scores["mine"]
    np.testing.assert_array_equal(scores.all_pixels.confusion, expected.confusion)
    assert str(evaluation).startswith("tiny on mine: 2 frames of 48×64 px, seed 5\n")
    assert "Made by: ccdseg.workflows.evaluate\n" in str(evaluation)


@pytest.mark.usefixtures("undrawn")
def test_a_notebook_and_the_command_write_the_same(segmenter, model_folder, tmp_path):
    options = ["--recipe", "general", "--shape", "48x64", "--frames", "2", "--seed", "5"]
    folder = tmp_path / "command"
    assert main(["evaluate", *options, "--model", str(model_folder), "--output", str(folder)]) == 0
    evaluation = evaluate(segmenter, recipes={"general": SMALL}, n_frames=2, seed=5)
    evaluation.write(tmp_path / "notebook")
    reports = []
    for path in (folder, tmp_path / "notebook"):
        report = json.loads((path / "report.json").read_text())
        assert report.pop("command")
        reports.append((report, (path / "images.ecsv").read_text()))
    assert reports[0] == reports[1]
    with refused("already; pass --overwrite"):
        evaluation.write(tmp_path / "notebook")


def test_each_curve_keeps_its_name_where_ambiguous_pixels_are_known_of_some_sets_only(
    segmenter, evaluation, small_set, tmp_path, monkeypatch
):
    """Sets without known ambiguous pixels have masks of all pixels, and one curve only."""
    ArraySet(small_set.images[:2], small_set.masks[:2]).save(tmp_path / "own.npz")
    drawn = {}
    monkeypatch.setattr(
        "ccdseg.plotting.show_operating_curves",
        lambda curves, points, **_: drawn.update(curves=curves, points=points),
    )
    monkeypatch.setattr("ccdseg.plotting.save_figure", lambda *_: None)
    other = evaluate(segmenter, data=tmp_path / "own.npz", baselines=["threshold"])
    for name in ("scores", "thresholds", "origins", "baselines"):
        getattr(evaluation, name).update(getattr(other, name))
    evaluation.images.rows += other.images.rows
    evaluation.write(tmp_path / "both")
    assert list(drawn["curves"]) == ["tiny"]
    assert drawn["curves"]["tiny"].n_true.sum() == sum(
        scores.curve.n_true.sum() for scores in evaluation.scores.values()
    )
    assert set(drawn["points"]) == {"tiny", "tiny, unambiguous", "threshold"}


def test_scores_at_other_operating_points_are_kept_with_the_model(segmenter, tmp_path):
    model = segmenter.with_operating_point((1.0, 1.0, 1.0, 4.0))
    segmenter.save(tmp_path / "model", report={"accuracy": 0.5, "thresholds": {"old": {}}})
    evaluation = evaluate(model, recipes=["test"], n_frames=2, shape=(64, 64))
    assert evaluation.threshold == 0.8
    store_thresholds(tmp_path / "model", evaluation)
    report = read_report(tmp_path / "model")
    assert report["accuracy"] == 0.5
    assert set(report["thresholds"]) == {"old", "test"}
    table = report["thresholds"]["test"]
    assert table["class"] == "cluster"
    recall = [row["recall"] for row in table["rows"]]
    assert recall == sorted(recall, reverse=True)


def test_what_does_not_exist_is_refused(segmenter):
    with refused("Unknown recipe 'sky'; one of: "):
        evaluate(segmenter, recipes=["sky"])
    with refused("Unknown baseline 'magic'; one of: astroscrappy, deepCR, cosmic-conn, threshold"):
        evaluate(segmenter, recipes={"mine": SMALL}, baselines=["magic"])
    with refused("Unknown part 'colour'; one of: events, "):
        physics(segmenter, parts=["colour"])


def test_a_model_without_clusters_measures_no_events(tiny_unet):
    from ccdseg.segmentation import Segmenter

    with refused("The model rays knows no clusters.*its classes are background, cosmic"):
        physics(Segmenter(tiny_unet(n_classes=2), classes=COSMICS, name="rays"))
