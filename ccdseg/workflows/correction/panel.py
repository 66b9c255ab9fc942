"""Panel beside the image: classes by name and colour, images, events, and saving."""

from __future__ import annotations

from qtpy.QtCore import QEvent, QObject, QSignalBlocker
from qtpy.QtGui import QColor, QIcon, QPixmap
from qtpy.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from ccdseg.errors import InputError
from ccdseg.workflows.correction.editor import MaskEditor

_SWATCH = 14
"""Edge of the square of a class's colour (screen pixels)."""

_HINT = (
    "Paint with the brush: [ and ] change its size, F fills, E erases, Z moves the image, V hides "
    "the mask, Ctrl+Z undoes. What you cannot decide, mark as undecided: a training leaves it out."
)


class EditorPanel(QWidget):
    """Panel of an editor; it also asks before a window with unsaved corrections closes.

    Parameters
    ----------
    editor : MaskEditor
        The editor.
    """

    def __init__(self, editor: MaskEditor) -> None:
        super().__init__()
        self.editor = editor
        self._column = QVBoxLayout(self)
        self._add_images()
        self._buttons = self._add_choices()
        hint = QLabel(_HINT)
        hint.setWordWrap(True)
        self._column.addWidget(hint)
        self._add_event_buttons()
        self._counts = QLabel()
        self._counts.setWordWrap(True)
        self._column.addWidget(self._counts)
        self._column.addWidget(_button("Save (Ctrl+S)", editor.save))
        self._column.addStretch()
        editor.listeners.append(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show which class is painted, which image is seen, and how much was changed."""
        editor = self.editor
        for button in self._buttons.buttons():
            button.setChecked(self._buttons.id(button) == editor.selected)
        with QSignalBlocker(self._images):
            self._images.setCurrentIndex(editor.number)
        unsaved = editor.unsaved
        image = editor.correction.images[editor.number]
        self._counts.setText(
            f"{image.n_changed} px changed, {image.n_undecided} px undecided; "
            + ("not saved yet" if unsaved else "nothing to save")
        )

    def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802 - the name of Qt
        """Ask before the window closes with unsaved corrections."""
        if event.type() != QEvent.Type.Close or not self.editor.unsaved:
            return False
        answer = QMessageBox.question(
            self,
            "Unsaved corrections",
            f"Save the corrections in {self.editor.correction.path.name}?",
            QMessageBox.StandardButton.Save
            | QMessageBox.StandardButton.Discard
            | QMessageBox.StandardButton.Cancel,
        )
        if answer == QMessageBox.StandardButton.Save:
            try:
                self.editor.save()
            except (InputError, OSError) as error:
                QMessageBox.critical(self, "Not saved", str(error))
                answer = QMessageBox.StandardButton.Cancel
        if answer == QMessageBox.StandardButton.Cancel:
            event.ignore()
            return True
        return False

    def _add_images(self) -> None:
        """List of the images of the file, where there are several."""
        images = self.editor.correction.images
        self._images = QComboBox()
        self._images.addItems([image.frame.label for image in images])
        self._images.currentIndexChanged.connect(self.editor.show)
        if len(images) > 1:
            self._column.addWidget(QLabel("Image (PageUp, PageDown)"))
            self._column.addWidget(self._images)

    def _add_choices(self) -> QButtonGroup:
        self._column.addWidget(QLabel("Paint (key)"))
        group = QButtonGroup(self)
        for choice in self.editor.choices:
            swatch = QPixmap(_SWATCH, _SWATCH)
            swatch.fill(QColor.fromRgbF(*choice.colour))
            button = QRadioButton(f"{choice.name} ({choice.key.upper()})")
            button.setIcon(QIcon(swatch))
            button.clicked.connect(lambda _, value=choice.value: self.editor.choose(value))
            group.addButton(button, choice.value)
            self._column.addWidget(button)
        return group

    def _add_event_buttons(self) -> None:
        row = QHBoxLayout()
        for text, step in (("Event before (Shift+N)", -1), ("Next event (N)", 1)):
            row.addWidget(_button(text, lambda step=step: self.editor.go_to_event(step)))
        self._column.addLayout(row)


def _button(text: str, action: object) -> QPushButton:
    button = QPushButton(text)
    button.clicked.connect(lambda _: action())
    return button
