"""Live LoRA: teach a small model to order kopi, and see what that does, why, and what it costs."""

from lib import ui
from lib.ui.training.views import chosen_view

ui.chapter("live_lora")
chosen_view()
