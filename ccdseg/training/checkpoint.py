"""Checkpoint of a training, from which it resumes after it was killed."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ccdseg.errors import InputError

LOG_FILE = "training_log.csv"


@dataclass(frozen=True)
class TrainingState:
    """Files of a training.

    Parameters
    ----------
    folder : Path
        Folder of the files.
    """

    folder: Path

    @property
    def log(self) -> Path:
        """Losses and metrics, one line per epoch; it stays."""
        return self.folder / LOG_FILE

    @property
    def best(self) -> Path:
        """Weights of the epoch with the lowest validation loss."""
        return self.folder / "best.weights.h5"

    @property
    def backup(self) -> Path:
        """Weights, optimiser and number of the last whole epoch."""
        return self.folder / "backup"

    def open(self) -> None:
        """Remove what another training left, unless it was killed and goes on."""
        if not self.epochs_done():
            self.clear()
            self.log.unlink(missing_ok=True)

    def epochs_done(self) -> int:
        """Whole epochs of a training that was killed, which are not done again."""
        try:
            metadata = json.loads((self.backup / "training_metadata.json").read_text())
        except FileNotFoundError:
            return 0
        return metadata["epoch"]

    def epochs(self) -> list[dict[str, float]]:
        """Losses and metrics of each whole epoch."""
        history = self.history()
        return [
            {name: values[i] for name, values in history.items()} for i in range(self.epochs_done())
        ]

    def history(self) -> dict[str, list[float]]:
        """Losses and metrics of all epochs so far; an epoch that was done twice counts once.

        Raises
        ------
        InputError
            If the log is damaged.
        """
        epochs: dict[int, dict[str, float]] = {}
        if not self.log.exists():
            return {}
        try:
            with self.log.open(newline="", encoding="utf-8") as file:
                for row in csv.DictReader(file):
                    numbers = {name: float(value) for name, value in row.items()}
                    epochs[int(numbers.pop("epoch"))] = numbers
        except (TypeError, ValueError, KeyError) as error:
            raise InputError(f"{self.log} is damaged ({error}); start anew.") from None
        rows = [epochs[number] for number in sorted(epochs)]
        return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}

    def lowest_loss(self) -> float | None:
        """Validation loss of `best`; None where there is none yet."""
        losses = self.history().get("val_loss", []) if self.best.exists() else []
        return float(np.nanmin(losses)) if np.isfinite(losses).any() else None

    def clear(self) -> None:
        """Remove all but the log."""
        self.best.unlink(missing_ok=True)
        shutil.rmtree(self.backup, ignore_errors=True)
