"""Scores by what frames are like: groups, sums, tables and text."""

from io import StringIO

import numpy as np
import pytest
from astropy import units as u
from astropy.table import QTable

from ccdseg.classes import CLASSES
from ccdseg.detector import DAMIC
from ccdseg.evaluation import CONDITIONS, ConditionTable, pixel_report, score_by_condition
from ccdseg.simulation import RECIPES, SimulatedImage, simulate_images
from ccdseg.simulation.components import Glow
from tests.refusal import refused

CONDITION = {condition.name: condition for condition in CONDITIONS}
CLUSTER, HOT = CLASSES["cluster"].index, CLASSES["hot pixel"].index


@pytest.fixture(scope="module")
def frames():
    """Eight frames of the recipe general, each with a prediction that is wrong here and there."""
    recipe = RECIPES["general"].scaled((48, 48))
    rng = np.random.default_rng(4)
    images = list(simulate_images(recipe, 8, rng=rng))
    wrong = rng.integers(0, 4, (8, 48, 48), dtype=np.uint8)
    return [
        (frame, np.where(rng.random(frame.mask.shape) < 0.1, guess, frame.mask))
        for frame, guess in zip(images, wrong, strict=True)
    ]


def frame_of(mask, cluster_signal=None, **conditions):
    """Frame of noise 1 whose mask is given."""
    mask = np.array(mask, dtype=np.uint8)
    signal = np.zeros(mask.shape) if cluster_signal is None else np.array(cluster_signal)
    ones = np.ones(mask.shape)
    return SimulatedImage(
        image=ones,
        mask=mask,
        cluster_signal=signal,
        noise=ones,
        detector=DAMIC,
        conditions=conditions,
    )


def row_of(table, condition, label):
    return next(row for row in table.rows if (row.condition, row.label) == (condition, label))


@pytest.mark.parametrize(
    ("name", "value", "label"),
    [
        ("noise", 0.15, "< 1 e⁻"),
        ("noise", 1.0, "1–10 e⁻"),
        ("noise", 49.9, "10–50 e⁻"),
        ("noise", 250.0, "≥ 50 e⁻"),
        ("gradient", 0.0, "0 σ"),
        ("gradient", 1e-9, "0–2 σ"),
        ("gradient", 2.0, "2–6 σ"),
        ("gradient", 60.0, "≥ 6 σ"),
        ("crowding", 0.0, "< 0.5 %"),
        ("crowding", 0.0199, "0.5–2 %"),
        ("crowding", 0.02, "2–6 %"),
        ("crowding", 0.5, "≥ 6 %"),
        ("glow", "edge", "edge"),
        ("recipe", "test", "test"),
    ],
)
def test_a_frame_is_in_the_group_of_its_value(name, value, label):
    assert CONDITION[name].label(value) == label


def test_every_simulated_condition_has_its_place():
    (frame,) = simulate_images(RECIPES["general"].scaled((32, 32)), 1, rng=np.random.default_rng(0))
    assert set(frame.conditions) == set(CONDITION) - {"recipe"}
    assert {*Glow().shapes, "none", "terraced", "transient"} == set(CONDITION["glow"].labels)


def test_the_frames_of_a_group_are_scored_together(frames):
    table = score_by_condition(iter(frames))
    n_rows = 0
    for condition in CONDITIONS[1:]:
        groups = {}
        for frame, predicted in frames:
            label = condition.label(frame.conditions[condition.name])
            groups.setdefault(label, []).append((frame.mask, predicted, frame.ambiguous))
        for label, group in groups.items():
            row = row_of(table, condition.name, label)
            mask, predicted, ambiguous = (np.stack(arrays) for arrays in zip(*group, strict=True))
            strict = pixel_report(mask, predicted)
            unambiguous = pixel_report(mask, predicted, ignore=ambiguous)
            assert row.n_frames == len(group)
            np.testing.assert_array_equal(row.all_pixels.confusion, strict.confusion)
            np.testing.assert_array_equal(row.unambiguous.confusion, unambiguous.confusion)
            n_rows += 1
    assert len(table.rows) == n_rows + 1 > 8
    everything = row_of(table, "all", "frames")
    assert everything.n_frames == 8
    assert (
        everything.all_pixels.confusion.sum()
        == 8 * 48 * 48
        > everything.unambiguous.confusion.sum()
    )


def test_ambiguous_pixels_count_in_the_strict_scores_only():
    frame = frame_of([[CLUSTER, CLUSTER, 0, 0]], [[10.0, 1.0, 0.0, 0.0]])
    table = score_by_condition([(frame, np.array([[CLUSTER, 0, 0, 0]]))])
    (row,) = table.rows
    assert row.score("f1")[CLUSTER] == pytest.approx(2 / 3)
    assert row.score("recall")[CLUSTER] == 0.5
    assert row.score("precision")[CLUSTER] == 1
    assert row.score("unambiguous_f1")[CLUSTER] == 1


def test_a_class_that_does_not_occur_has_no_score_even_where_it_is_predicted():
    frame = frame_of([[0, 0, 0, CLUSTER]], noise=0.5)
    (row, _) = score_by_condition([(frame, np.array([[0, 0, HOT, CLUSTER]]))]).rows
    for name in ("f1", "unambiguous_f1", "precision", "recall"):
        assert np.isnan(row.score(name)[HOT])
        assert row.score(name)[CLUSTER] == 1


def test_groups_stand_in_their_order_and_unforeseen_ones_behind():
    frames = [
        (frame_of([[0]], recipe="test", glow="ring"), np.zeros((1, 1), int)),
        (frame_of([[0]], recipe="general", glow="aura", noise=90.0), np.zeros((1, 1), int)),
        (frame_of([[0]], recipe="test", glow="corner", noise=0.2), np.zeros((1, 1), int)),
        (frame_of([[0]], glow="none", noise=20.0), np.zeros((1, 1), int)),
    ]
    rows = score_by_condition(frames).rows
    assert [(row.condition, row.label, row.n_frames) for row in rows] == [
        ("all", "frames", 4),
        ("recipe", "test", 2),
        ("recipe", "general", 1),
        ("noise", "< 1 e⁻", 1),
        ("noise", "10–50 e⁻", 1),
        ("noise", "≥ 50 e⁻", 1),
        ("glow", "none", 1),
        ("glow", "corner", 1),
        ("glow", "ring", 1),
        ("glow", "aura", 1),
    ]


def test_the_table_holds_every_score_and_survives_a_file(frames):
    scored = score_by_condition(frames)
    text = StringIO()
    scored.to_table().write(text, format="ascii.ecsv")
    table = QTable.read(text.getvalue(), format="ascii.ecsv")
    assert table.colnames[:3] == ["condition", "group", "n_frames"]
    assert table["cluster_pixels"].unit == u.pix
    for saved, row in zip(table, scored.rows, strict=True):
        assert (saved["condition"], saved["group"]) == (row.condition, row.label)
        assert saved["n_frames"] == row.n_frames
        for one in CLASSES:
            name = one.name.replace(" ", "_")
            assert saved[f"{name}_pixels"] == row.all_pixels.support[one.index] * u.pix
            for score in ("f1", "unambiguous_f1", "precision", "recall"):
                expected = row.score(score)[one.index]
                np.testing.assert_allclose(saved[f"{name}_{score}"], expected, rtol=1e-12)


def test_the_text_has_a_row_per_group_with_scores_frames_and_pixels():
    frame = frame_of([[0, 0, CLUSTER, CLUSTER]], [[0, 0, 9, 1]], noise=0.5, glow="none")
    table = score_by_condition([(frame, np.array([[0, 0, CLUSTER, 0]]))] * 2)
    head, titles, *rows = str(table).splitlines()
    assert head.split() == ["frames", "background", "glowing", "hot", "pixel", "cluster"]
    assert titles.split() == ["unambiguous", "F1,", "pixels"] * 4
    cells = ["2", "1.0000", "4", "–", "0", "–", "0", "1.0000", "2"]
    assert [row.split() for row in rows] == [
        ["all", "frames", *cells],
        ["noise", "<", "1", "e⁻", *cells],
        ["glow", "none", *cells],
    ]
    assert len({len(line) for line in (head, titles, *rows)}) == 1
    strict = ["2", "0.8000", "4", "–", "0", "–", "0", "0.6667", "4"]
    assert table.to_text("f1").splitlines()[2].split() == ["all", "frames", *strict]


def test_an_empty_table_has_its_columns_and_an_unknown_score_is_refused():
    table = ConditionTable()
    assert (len(table.to_table()), len(table.to_table().colnames)) == (0, 3 + 5 * 4)
    frame = frame_of([[0]])
    table = score_by_condition([(frame, frame.mask)])
    with refused("Unknown score 'dice'; one of: f1, unambiguous_f1, precision, recall"):
        table.to_text("dice")
