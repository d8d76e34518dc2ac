"""Where the recipe keeps its things."""

import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
# Checkpoints, logs and measurements; elsewhere with STARTER_BUILD, as for a run that is to outlive this working tree.
BUILD = Path(os.environ.get("STARTER_BUILD", REPOSITORY / "build" / "starter_model"))
BUILT = BUILD / "chatapp-starter.gguf"
GGUF = REPOSITORY / "resources" / "starter_model" / "chatapp-starter.gguf"
CARD = GGUF.with_name("MODEL_CARD.md")
