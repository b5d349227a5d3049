"""What tests compare with, from outside.

model_configs.json  real config.json files, cut down to what matters for size, with right values and their sources
more_configs.json   configs of other architectures, with the sizes that their makers publish
slide_topics.json   every topic of the lecture, slide by slide, and the chapter in which it is to be done
"""

import json
from pathlib import Path

MODEL_CONFIGS = json.loads((Path(__file__).parent / "model_configs.json").read_text(encoding="utf-8"))
MORE_CONFIGS = json.loads((Path(__file__).parent / "more_configs.json").read_text(encoding="utf-8"))
