"""Writes tests/data/databases/v<N>.sql with the schema as it is now; run once before adding a migration."""

import tempfile
from pathlib import Path

from chatapp.store import migrations
from tests.unit.store.builders import make_trace, make_tree, open_store, save

DUMPS = Path(__file__).parents[2] / "data" / "databases"


def main():
    target = DUMPS / f"v{len(migrations.MIGRATIONS)}.sql"
    if target.exists():
        raise SystemExit(f"{target} exists and must not change")
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "conversations.sqlite3")
        save(store, make_tree())
        store.save_trace(2, make_trace())
        store.save_draft(1, "다음 질문")
        lines = [*store._database.connection.iterdump(), f"PRAGMA user_version = {len(migrations.MIGRATIONS)};"]
        store.close()
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
