"""What a training leaves in its folder."""

import pytest

from ccdseg.training.checkpoint import TrainingState
from tests.refusal import refused

LOG = """\
epoch,accuracy,loss,val_loss
0,0.5,1.5,1.25
1,0.75,0.5,0.375
2,0.875,0.25,0.5
"""


@pytest.fixture
def state(tmp_path):
    return TrainingState(tmp_path)


def test_before_the_first_epoch_there_is_no_history(state):
    assert state.history() == {}
    assert state.lowest_loss() is None


@pytest.mark.parametrize("text", ["", "epoch,loss,val_loss\n"])
def test_a_log_without_epochs_is_no_history(state, text):
    state.log.write_text(text)
    state.best.write_text("weights")
    assert state.history() == {}
    assert state.lowest_loss() is None


def test_the_history_is_that_of_the_log(state):
    state.log.write_text(LOG)
    assert state.history() == {
        "accuracy": [0.5, 0.75, 0.875],
        "loss": [1.5, 0.5, 0.25],
        "val_loss": [1.25, 0.375, 0.5],
    }


def test_an_epoch_that_was_done_twice_counts_once_as_it_was_last(state):
    state.log.write_text(LOG + "1,0.25,2.0,3.0\n2,0.1,4.0,5.0\n3,0.9,0.125,0.0625\n")
    assert state.history()["loss"] == [1.5, 2.0, 4.0, 0.125]
    assert state.history()["val_loss"] == [1.25, 3.0, 5.0, 0.0625]


@pytest.mark.parametrize(
    "damage",
    ["3,0.5", "3,0.5,0.", "3,0.5,nothing,0.5\n", "x,1,1,1\n", "3,1,1,1,1\n", "3,,,\n"],
)
def test_a_damaged_log_is_refused(state, damage):
    state.log.write_text(LOG + damage)
    with refused(r"training_log.csv is damaged .*; start anew"):
        state.history()


def test_a_log_of_something_else_is_refused(state):
    state.log.write_text("a,b\n1,2\n")
    with refused("training_log.csv is damaged"):
        state.history()


def test_the_lowest_loss_is_that_of_the_best_weights(state):
    state.log.write_text(LOG)
    assert state.lowest_loss() is None
    state.best.write_text("weights")
    assert state.lowest_loss() == 0.375


def test_a_loss_that_is_no_number_is_not_the_lowest(state):
    state.best.write_text("weights")
    state.log.write_text("epoch,loss,val_loss\n0,nan,nan\n1,1,inf\n")
    assert state.lowest_loss() is None
    state.log.write_text("epoch,loss,val_loss\n0,nan,nan\n1,1,2.5\n")
    assert state.lowest_loss() == 2.5


def test_all_but_the_log_is_cleared(state, tmp_path):
    state.clear()
    state.log.write_text(LOG)
    state.best.write_text("weights")
    state.backup.mkdir()
    (state.backup / "latest.weights.h5").write_text("weights")
    state.clear()
    assert [path.name for path in tmp_path.iterdir()] == ["training_log.csv"]
