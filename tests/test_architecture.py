"""The gate: lint, types, layers, and what must stay true of the tree as a whole."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from chatapp.settings.schema import SETTINGS

REPOSITORY = Path(__file__).resolve().parent.parent
SOURCES = sorted((REPOSITORY / "chatapp").rglob("*.py"))
LIMIT = 600  # lines


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff() -> None:
    run(sys.executable, "-m", "ruff", "check", "--no-cache", ".")


def test_mypy() -> None:
    run(sys.executable, "-m", "mypy", "--cache-dir", ".mypy_cache")


def test_layers() -> None:
    script = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    run(sys.executable, "-c", script, "--no-cache")


LIBRARY_HALF = ["core", "protocol", "settings", "store", "hub", "cli", "arguments", "paths", "log"]


@pytest.mark.parametrize("package", LIBRARY_HALF)
def test_the_library_half_imports_without_qt_and_llama_cpp(package: str) -> None:
    script = (
        "import sys; sys.modules['PySide6'] = sys.modules['llama_cpp'] = None\n"
        "import importlib, pkgutil\n"
        f"module = importlib.import_module('chatapp.{package}')\n"
        "for found in pkgutil.iter_modules(getattr(module, '__path__', []), module.__name__ + '.'):\n"
        "    importlib.import_module(found.name)\n"
    )
    run(sys.executable, "-c", script)


def test_starting_the_window_imports_no_llama_cpp_and_no_hub_client() -> None:
    script = (
        "import sys; sys.modules['llama_cpp'] = sys.modules['huggingface_hub'] = None\n"
        "import chatapp.app\n"
        "assert 'chatapp.engine' not in sys.modules\n"
    )
    run(sys.executable, "-c", script)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_a_module_says_what_it_is_for_and_stays_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), "no docstring"
    assert len(text.splitlines()) <= LIMIT, "split it"


def test_every_setting_is_read_somewhere() -> None:
    declared = [REPOSITORY / "chatapp/settings" / name for name in ("schema.py", "samplers.py", "inspector.py")]
    code = "\n".join(p.read_text(encoding="utf-8") for p in SOURCES if p not in declared)
    constants = {
        target.id: node.value
        for path in declared
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.AnnAssign) and isinstance(target := node.target, ast.Name)
    }
    tables = ("SETTINGS", "SAMPLERS", "INSPECTOR", "BY_KEY")
    names = {name for name in constants if name.isupper() and name not in tables}
    assert len(names) >= len(SETTINGS)
    unread = {n for n in names if f"schema.{n}" not in code and f"{n}," not in code and f"{n})" not in code}
    # Sampling settings are read all at once, by their key.
    assert {n for n in unread if not schema_key(constants[n]).startswith("sampling.")} == set()


def schema_key(value: ast.expr | None) -> str:
    assert isinstance(value, ast.Call)
    assert isinstance(value.args[0], ast.Constant)
    return str(value.args[0].value)


def test_services_know_qt_core_only() -> None:
    """import-linter cannot tell the modules of an external package apart."""
    services = [p for p in SOURCES if "services" in p.parts]
    assert [p for p in services if re.search(r"PySide6\.Qt(?!Core)", p.read_text(encoding="utf-8"))] == []


def test_message_boxes_live_in_dialogs_only() -> None:
    outside = [p for p in SOURCES if "QMessageBox" in p.read_text(encoding="utf-8") and "dialogs" not in p.parts]
    assert outside == []


def test_packaging_is_no_package() -> None:
    """It would shadow the library of that name, which pytest and others import."""
    assert not (REPOSITORY / "packaging/__init__.py").exists()
