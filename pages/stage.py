"""Between two demos on a projector: nothing to see."""

from lib.ui.kit.presenting.following import pass_through

pass_through()
