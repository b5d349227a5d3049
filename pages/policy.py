"""RLHF, step 3: the model itself is changed, so that its answers win."""

from lib import ui
from lib.models.catalogue import BUNDLED
from lib.ui.alignment.best_of_n import best_of_n
from lib.ui.alignment.policy import tune_with_dpo, tune_with_grpo
from lib.ui.alignment.reward import learnt_on
from lib.ui.models.choice import choose_model

VIEWS = {"best": "Best of n", "dpo": "DPO: from pairs", "grpo": "GRPO: from a reward"}
SHOW = {"best": best_of_n, "dpo": tune_with_dpo, "grpo": tune_with_grpo}

ui.chapter("policy")
ui.predict("policy")

view = ui.segmented("Look at", VIEWS, "best", key="po_view")
rows = SHOW[view](choose_model("po_model", default=learnt_on() or BUNDLED))

ui.slide_and_fact("policy")
ui.check_yourself("policy")
ui.take_away("policy", rows=rows, name=f"policy-{view}")
