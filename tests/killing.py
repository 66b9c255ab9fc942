"""Trainings that are killed on the way."""

import os

from keras import callbacks

from ccdseg.training import fitting


class KilledError(Exception):
    """Stands for the end of the process."""


class Kill(callbacks.Callback):
    """End the training in an epoch: after its first step, or when all is written."""

    def __init__(self, epoch, *, midway, signal_number=None):
        super().__init__()
        self.chosen, self.midway, self.signal_number = epoch, midway, signal_number
        self.epoch, self.log = None, None

    def on_epoch_begin(self, epoch, logs=None):  # noqa: ARG002 - the signature is that of keras
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):  # noqa: ARG002
        if self.midway and self.epoch == self.chosen and batch == 0:
            self.end()

    def on_epoch_end(self, epoch, logs=None):  # noqa: ARG002
        if not self.midway and epoch == self.chosen:
            self.end()

    def end(self):
        """End it now."""
        if self.signal_number is not None:
            os.kill(os.getpid(), self.signal_number)
        self.log.csv_file.close()  # as the end of the process does
        raise KilledError


def kill_at(monkeypatch, epoch, *, midway=False, signal_number=None):
    """Let trainings be killed in this epoch; returns the list of what will kill them."""
    kills = []
    usual = fitting.make_callbacks

    def with_kill(*arguments, **options):
        watchers = usual(*arguments, **options)
        kill = Kill(epoch, midway=midway, signal_number=signal_number)
        (kill.log,) = (one for one in watchers if isinstance(one, callbacks.CSVLogger))
        kills.append(kill)
        return [*watchers, kill]

    monkeypatch.setattr(fitting, "make_callbacks", with_kill)
    return kills
