"""The What if page of the Attention tab: attention says where heads look, this measures what they do."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QProgressBar, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from chatapp.services.attention_place import Moment
from chatapp.services.what_if import WhatIf
from chatapp.ui.inspector.exported import Exported
from chatapp.ui.inspector.obstacles import obstacle_text
from chatapp.ui.inspector.what_if_change import WhatIfChange
from chatapp.ui.inspector.what_if_export import change_export, sweep_export
from chatapp.ui.inspector.what_if_sweep import WhatIfSweep

if TYPE_CHECKING:
    from chatapp.services.bundle import Services


class WhatIfPage(QWidget):
    """Two ways to ask: a change of the user's own, and every head by itself."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._attention = services.attention
        self._inspector = services.inspector
        self.what_if = WhatIf(
            services.inspector, services.questions, services.engine, services.chat, services.tasks, self
        )
        self.what_if.failed.connect(lambda error: services.notices.post_error(error, key="what_if"))
        self._bar = QTabBar(self)
        self._bar.setObjectName("whatIfParts")
        self._bar.setExpanding(False)
        self._bar.setDrawBase(False)
        self._obstacle = QLabel(self)
        self._obstacle.setObjectName("whatIfObstacle")
        self._obstacle.setWordWrap(True)
        self._progress = QProgressBar(self)
        self._progress.setObjectName("whatIfProgress")
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(3)
        self._progress.setRange(0, 1000)
        policy = self._progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # nothing moves when it comes and goes
        self._progress.setSizePolicy(policy)
        self._stack = QStackedWidget(self)
        self.change, self.sweep = WhatIfChange(services, self.what_if, self), WhatIfSweep(services, self.what_if, self)
        for page in (self.change, self.sweep):
            self._bar.addTab("")
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._bar)
        column.addWidget(self._obstacle)
        column.addWidget(self._progress)
        column.addWidget(self._stack, 1)
        self._bar.currentChanged.connect(self._stack.setCurrentIndex)
        self.what_if.changed.connect(self.refresh)
        self._inspector.state_changed.connect(self.refresh)
        self._retranslate()

    def export_data(self) -> Exported | None:
        """What the page in front has found; None before."""
        vocabulary, trace, token = self._attention.vocabulary.current, self._inspector.trace, self._inspector.token
        effect, effects = self.change.effect, self.what_if.effects
        if vocabulary is None or token is None:
            return None
        if self._stack.currentWidget() is self.sweep:
            return (
                sweep_export(effects, trace, token, vocabulary.piece, self.sweep.found) if effects is not None else None
            )
        return change_export(effect, trace, token, vocabulary.piece, self.change.found) if effect is not None else None

    def refresh(self) -> None:
        """Show what stands in the way, and how far it is."""
        obstacle = self.what_if.obstacle
        self._obstacle.setVisible(obstacle is not None)
        self._obstacle.setText("" if obstacle is None else obstacle_text(obstacle))
        self._progress.setVisible(self.what_if.is_asking)
        self._progress.setValue(round(1000 * self.what_if.progress))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._inspector.trace.owners is None:  # of a reply: what is asked is how its token was chosen
            self._attention.set_moment(Moment.WRITING)
        self.refresh()

    def _retranslate(self) -> None:
        self._bar.setTabText(0, self.tr("Mute or hide"))
        self._bar.setTabText(1, self.tr("Heads that mattered"))
        self._bar.setAccessibleName(self.tr("Ways to ask what if"))
        self._progress.setAccessibleName(self.tr("How far it is"))
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
