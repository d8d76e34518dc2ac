"""The line below the list of models that shows what is being checked, copied or moved, and can cancel it."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QWidget

from chatapp.services.library_jobs import Job, JobKind, LibraryJobs
from chatapp.ui.widgets.text import ElidedLabel, size_text

_STEPS = 1000  # of the bar


class JobStrip(QFrame):
    """Hidden while nothing is done."""

    def __init__(self, jobs: LibraryJobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.setObjectName("libraryJobs")
        self._text = ElidedLabel(self)
        self._bar = QProgressBar(self)
        self._bar.setObjectName("libraryProgress")
        self._bar.setRange(0, _STEPS)
        self._bar.setTextVisible(False)
        self._bar.setFixedSize(180, 4)
        self._cancel = QPushButton(self)
        self._cancel.setObjectName("libraryCancel")
        self._cancel.clicked.connect(self._on_cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 14, 2)
        row.setSpacing(12)
        row.addWidget(self._text, 1)
        row.addWidget(self._bar)
        row.addWidget(self._cancel)
        jobs.changed.connect(self._show_all)
        jobs.progressed.connect(self._show_all)
        self._retranslate()

    def _on_cancel(self) -> None:
        for job in self._jobs.jobs()[:1]:
            self._jobs.cancel(job)

    def _show_all(self) -> None:
        jobs = self._jobs.jobs()
        self.setVisible(bool(jobs))
        if not jobs:
            return
        job = jobs[0]
        self._text.set_full_text(self._words(job, len(jobs) - 1))
        self._bar.setValue(_STEPS * job.done // job.total if job.total else 0)
        self._cancel.setEnabled(not job.stop.is_set())

    def _words(self, job: Job, waiting: int) -> str:
        text = {
            JobKind.VERIFY: self.tr("Checking “{name}”"),
            JobKind.COPY: self.tr("Copying “{name}”"),
            JobKind.MOVE: self.tr("Moving “{name}”"),
        }[job.kind].format(name=job.name)
        if job.total:
            text += "  ·  " + self.tr("{done} of {total}").format(
                done=size_text(job.done) or "0", total=size_text(job.total)
            )
        if waiting:
            text += "  ·  " + self.tr("waiting: {count}").format(count=waiting)
        return text

    def _retranslate(self) -> None:
        self._cancel.setText(self.tr("Cancel"))
        self._bar.setAccessibleName(self.tr("Progress"))
        self._show_all()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
