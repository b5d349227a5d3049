"""What tests compare with, from outside.

model_configs.json  real config.json files, cut down to what matters for size, with right values and their sources
"""

import json
from pathlib import Path

MODEL_CONFIGS = json.loads((Path(__file__).parent / "model_configs.json").read_text(encoding="utf-8"))
