from chatapp.settings import migrations
from chatapp.settings.file import Settings


def test_every_migration_has_a_test():
    for number, step in enumerate(migrations.MIGRATIONS, 1):
        assert step.__name__.startswith(f"m{number:03}_")
        assert f"test_{step.__name__}" in globals()


def test_steps_run_once_and_in_order(tmp_path, monkeypatch):
    def m001_rename(data):
        data["theme"] = data.pop("look", "auto")

    def m002_shout(data):
        data["system_prompt"] = data.get("system_prompt", "").upper()

    monkeypatch.setattr(migrations, "MIGRATIONS", (m001_rename, m002_shout))
    path = tmp_path / "settings.json"
    path.write_text('{"version": 1, "look": "dark", "system_prompt": "Hi"}')
    for _ in range(2):
        settings = Settings.load(path)
        assert not settings.warnings
        settings.save()
        text = path.read_text()
        assert '"look"' not in text
        assert '"theme": "dark"' in text
        assert '"HI"' in text
        assert '"version": 3' in text


def test_a_newer_file_is_read_and_keeps_its_version(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text('{"version": 99, "theme": "dark", "hologram": {"on": true}}')
    settings = Settings.load(path)
    settings.save()
    text = path.read_text()
    assert '"version": 99' in text
    assert '"hologram"' in text
