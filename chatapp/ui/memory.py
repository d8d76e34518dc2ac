"""What a load needs and what there is: sentences for tooltips, and the box with the devices in the preferences."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from chatapp.core.errors import UserFixable
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.settings.schema import DEVICE
from chatapp.ui.i18n import error_text
from chatapp.ui.widgets.combo import CalmComboBox
from chatapp.ui.widgets.text import number_text, size_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services
    from chatapp.services.models import LoadPlan

_RAM = "RAM"
_KINDS = {
    "cpu": QT_TRANSLATE_NOOP("memory", "processor"),
    "gpu": QT_TRANSLATE_NOOP("memory", "graphics card"),
    "igpu": QT_TRANSLATE_NOOP("memory", "graphics chip, shares the computer's memory"),
    "accelerator": QT_TRANSLATE_NOOP("memory", "helps the processor"),
}
_TEXTS = {
    "need": QT_TRANSLATE_NOOP("memory", "Needs about {need} of memory; {free} are free"),
    "need_on": QT_TRANSLATE_NOOP("memory", "and about {need} on {device}; {free} are free"),
    "parts": QT_TRANSLATE_NOOP(
        "memory", "weights {weights}, KV cache {cache} for {context} tokens, computing {compute}"
    ),
    "parts_recorded": QT_TRANSLATE_NOOP(
        "memory",
        "weights {weights}, KV cache {cache} for {context} tokens, attention record {recording}, computing {compute}",
    ),
    "layers": QT_TRANSLATE_NOOP("memory", "{count} of {total} layers on the graphics card"),
    "device": QT_TRANSLATE_NOOP("memory", "{name}: {description} ({kind}), {free} of {total} free"),
    "device_plain": QT_TRANSLATE_NOOP("memory", "{name}: {description} ({kind})"),
    "tight": QT_TRANSLATE_NOOP("memory", "That is nearly all there is."),
    "too_large": QT_TRANSLATE_NOOP("memory", "That is more than there is."),
}


def need_text(plan: "LoadPlan | UserFixable") -> str:
    """One line for each memory that a load takes from, and what it is made of."""
    if isinstance(plan, UserFixable):
        return error_text(plan)[0]
    lines = []
    for share in plan.shares:
        which = "need" if share.name == _RAM else "need_on"
        lines.append(
            _text(which, need=size_text(share.need), free=size_text(share.free) or "0", device=share.description)
        )
    need = plan.need
    lines.append(
        _text(
            "parts_recorded" if need.recording else "parts",
            weights=size_text(need.weights),
            cache=size_text(need.kv_cache) or "0",
            compute=size_text(need.compute),
            recording=size_text(need.recording),
            context=number_text(plan.options.n_ctx),
        )
    )
    if plan.options.n_gpu_layers > 0:
        lines.append(_text("layers", count=str(plan.options.n_gpu_layers), total=str(plan.n_layers)))
    if plan.verdict.value in _TEXTS:
        lines.append(_text(plan.verdict.value))
    return "\n".join(lines)


def devices_text(services: "Services") -> str:
    """One line for each device; "" while they are not known."""
    return "\n".join(
        _text(
            "device" if device.total else "device_plain",
            name=device.name,
            description=device.description or device.name,
            kind=QCoreApplication.translate("memory", _KINDS.get(device.kind, device.kind)),
            free=size_text(device.free) or "0",
            total=size_text(device.total),
        )
        for device in services.engine.devices or ()
    )


class MemoryBox(QWidget):
    """The devices, which of them to use when there are several cards, and what the model needs with these settings."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self.setObjectName("memoryBox")
        self._title = QLabel(self)
        self._devices = _label(self, "deviceList")
        self._choice = CalmComboBox(self)
        self._choice.setObjectName("deviceChoice")
        self._choice.activated.connect(self._on_chosen)
        self._need = _label(self, "memoryNeed")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for part in (self._title, self._devices, self._choice, self._need):
            column.addWidget(part)
        services.models.plans_changed.connect(self._show_all)
        services.engine.devices_changed.connect(self._show_all)
        services.models.plan_again()
        self._retranslate()

    def _show_all(self) -> None:
        services = self._services
        devices = devices_text(services)
        self._devices.setText(devices or self.tr("They are listed when the engine has started."))
        cards = [device for device in services.engine.devices or () if device.kind in ("gpu", "igpu")]
        wanted = services.settings.get(DEVICE)
        self._choice.clear()
        self._choice.addItem(self.tr("Use all graphics cards"), "")
        for card in cards:
            self._choice.addItem(self.tr("Use only {name}").format(name=card.description or card.name), card.name)
        if wanted and wanted not in [card.name for card in cards]:
            self._choice.addItem(self.tr("{name} (not there now)").format(name=wanted), wanted)
        self._choice.setCurrentIndex(max(0, self._choice.findData(wanted)))
        self._choice.setVisible(self._choice.count() > 2)
        path = services.engine.model_path
        plan = services.models.plan(path) if path else None
        self._need.setVisible(plan is not None)
        if plan is not None:
            self._need.setText(self.tr("With these settings, the model now chosen:") + "\n" + need_text(plan))

    def _on_chosen(self, at: int) -> None:
        self._services.settings.set(DEVICE, self._choice.itemData(at))

    def _retranslate(self) -> None:
        self._title.setText(self.tr("Devices and memory"))
        self._choice.setAccessibleName(self.tr("Graphics card"))
        self._show_all()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)


def _label(parent: QWidget, name: str) -> QLabel:
    label = QLabel(parent)
    label.setObjectName(name)
    label.setProperty("role", "small")
    label.setWordWrap(True)
    return label


def _text(key: str, **params: str) -> str:
    return QCoreApplication.translate("memory", _TEXTS[key]).format(**params)
