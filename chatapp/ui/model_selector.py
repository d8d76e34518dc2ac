"""The button at the top that names the model and its state, and opens the list of local models."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QSizePolicy, QToolButton, QWidget, QWidgetAction

from chatapp.core.errors import UserFixable
from chatapp.ui import theme
from chatapp.ui.i18n import error_text
from chatapp.ui.memory import need_text
from chatapp.ui.widgets.icons import icon
from chatapp.ui.widgets.text import plain_tip, size_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services
    from chatapp.services.models import LocalModel

_MAX_WIDTH = 420
_AROUND_TEXT = 78  # icon, arrow and padding
_SHORTEST_NAME = 50
_MAX_SHOWN = 15  # models in the menu; the others have a page of their own


class ModelSelector(QToolButton):
    """Shows the current model; its menu chooses another one.

    Signals:
        file_requested  the user wants to pick a model file
        find_requested  the user wants to look for models on the hub
        library_requested  the user wants to see all local models
        info_requested  the user wants to know more of the model
    """

    file_requested = Signal()
    find_requested = Signal()
    library_requested = Signal()
    info_requested = Signal()

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._progress: float | None = None
        self._full_text = ""
        self.setObjectName("modelSelector")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setIconSize(QSize(24, 18))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.setMenu(self._menu)
        engine = services.engine
        engine.state_changed.connect(self._on_engine_changed)
        engine.load_progress.connect(self._on_load_progress)
        engine.model_loaded.connect(self._on_engine_changed)
        services.models.changed.connect(self._on_engine_changed)
        self._retranslate()

    def open_list(self) -> None:
        """Show the list of models below the button."""
        self._menu.popup(self.mapToGlobal(QPoint(0, self.height())))

    def _on_load_progress(self, fraction: float) -> None:
        self._progress = fraction
        self._show_state()

    def _on_engine_changed(self) -> None:
        if self._services.engine.state != "loading":
            self._progress = None
        self._show_state()

    def _name(self) -> str:
        """The model's name; while it is only wanted, what the list calls it, else its file name."""
        engine = self._services.engine
        given = self._services.models.name(engine.model_path)
        if given:
            return given
        if engine.model is not None:
            return str(engine.model.name) or _file_name(engine.model.path)
        for model in self._services.models.models():
            if str(model.path) == engine.model_path:
                return model.name
        return _file_name(engine.model_path)

    def _state_text(self, name: str) -> str:
        engine = self._services.engine
        if not name:
            return self.tr("Choose a model")
        match str(engine.state):
            case "loading" if self._progress is not None:
                percent = int(self._progress * 100)
                return self.tr("Loading {name}… {percent} %").format(name=name, percent=percent)
            case "starting" | "loading":
                return self.tr("Loading {name}…").format(name=name)
            case "failed":
                return self.tr("{name} is not loaded").format(name=name)
            case "off":
                return self.tr("No model loaded")
        return name

    def _show_state(self) -> None:
        self._full_text = self._state_text(self._name())
        failed = self._services.engine.state == "failed"
        self.setIcon(icon("warning", "error") if failed else icon("model"))
        self._elide()
        self.setToolTip(plain_tip(self._details()))
        self.setAccessibleName(self.tr("Model: {state}").format(state=self._full_text))
        self.updateGeometry()
        self.update()

    def _elide(self) -> None:
        """Shorten the name, never what is said about it."""
        name, metrics = self._name(), self.fontMetrics()
        said = metrics.horizontalAdvance(self._full_text) - metrics.horizontalAdvance(name)
        whole = self.width() - _AROUND_TEXT + 4
        room = whole - max(0, said)
        if name and room > _SHORTEST_NAME:
            self.setText(self._state_text(metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)))
        else:
            self.setText(metrics.elidedText(self._full_text, Qt.TextElideMode.ElideRight, whole))

    def _details(self) -> str:
        model = self._services.engine.model
        if model is None:
            return self._full_text
        return self.tr("{name}\n{description}, {size}\n{path}").format(
            name=self._full_text, description=model.description, size=size_text(model.size), path=model.path
        )

    def _fill_menu(self) -> None:
        menu = self._menu
        menu.clear()
        self._services.models.plan_again()  # for the next time: what is free changes slowly
        models = self._services.models.models()
        menu.addAction(self._heading())
        if not models:
            menu.addAction(self.tr("None found yet")).setEnabled(False)
        for model in self._short_list(models):
            self._add_model(model)
        if len(models) > _MAX_SHOWN:
            more = self.tr("All models ({count})…").format(count=len(models))
            menu.addAction(more, self.library_requested.emit).setObjectName("allModels")
        menu.addSeparator()
        menu.addAction(icon("search"), self.tr("Find more models…"), self.find_requested.emit)
        menu.addAction(icon("folder"), self.tr("Open model file…"), self.file_requested.emit)
        about = menu.addAction(icon("info"), self.tr("Model information…"), self.info_requested.emit)
        about.setEnabled(bool(self._services.engine.model_path))
        stop = menu.addAction(icon("stop"), self.tr("Unload the model"), self._services.engine.unload)
        stop.setToolTip(self.tr("Stops the engine and frees the memory it uses."))
        stop.setEnabled(self._services.engine.state not in ("off", "stopping"))

    def _short_list(self, models: "list[LocalModel]") -> "list[LocalModel]":
        """Favourites and what was used last, in the order of *models*."""
        notes = self._services.library.notes
        ranked = sorted(models, key=lambda m: (not notes(m).favourite, -notes(m).last_used))[:_MAX_SHOWN]
        chosen = {model.path for model in ranked}
        return [model for model in models if model.path in chosen]

    def _heading(self) -> QWidgetAction:
        label = QLabel(self.tr("Models on this computer"), self._menu)
        label.setProperty("role", "small")
        label.setContentsMargins(28, 4, 12, 4)
        heading = QWidgetAction(self._menu)
        heading.setDefaultWidget(label)
        heading.setEnabled(False)
        return heading

    def _add_model(self, model: "LocalModel") -> None:
        notes = self._services.library.notes(model)
        elided = self.fontMetrics().elidedText(notes.name or model.name, Qt.TextElideMode.ElideMiddle, 330)
        facts = [fact for fact in (size_text(model.size), model.quantization, model.keeper.program) if fact]
        if model.is_starter:
            facts.append(self.tr("starter model"))
        if model.error is not None:
            facts = [self.tr("cannot be used")]
        # The tab puts the facts into the menu's right-hand column.
        action = self._menu.addAction(f"{elided.replace('&', '&&')}\t{' · '.join(facts)}")
        plan = self._services.models.plan(str(model.path))
        about = str(model.path) if plan is None else f"{model.path}\n{need_text(plan)}"
        if notes.favourite:
            action.setIcon(icon("star-filled", "warning"))
        action.setToolTip(plain_tip(_reason(model.error) if model.error is not None else about))
        action.setEnabled(model.error is None)
        action.setCheckable(True)
        engine = self._services.engine
        action.setChecked(engine.model is not None and engine.model.path == str(model.path))
        action.triggered.connect(lambda _checked=False, path=str(model.path): self._services.models.choose(path))

    def _retranslate(self) -> None:
        self._on_engine_changed()

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self._full_text) + _AROUND_TEXT
        return QSize(min(width, _MAX_WIDTH), super().sizeHint().height() + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(150, self.sizeHint().width()), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        arrow = QRectF(self.width() - 24, self.height() / 2 - 7, 14, 14)
        icon("chevron-down", "muted").paint(painter, arrow.toRect())
        if self._progress is not None:
            colors = theme.colors()
            line = QRectF(6, self.height() - 4, self.width() - 12, 3)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.border)
            painter.drawRoundedRect(line, 1.5, 1.5)
            line.setWidth(line.width() * self._progress)
            painter.setBrush(colors.accent)
            painter.drawRoundedRect(line, 1.5, 1.5)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.FontChange):
            self._retranslate()
        super().changeEvent(event)


def _file_name(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".gguf")


def _reason(error: object) -> str:
    if isinstance(error, UserFixable):
        return " ".join(error_text(error))
    return str(error)
