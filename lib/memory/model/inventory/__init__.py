"""What a model holds: every tensor, and what each layer keeps of a context; by formula or counted.

tensors.py      the tensors of a model, those of one name and shape together, and the parts they make up
keeps.py        what a layer keeps of a context: keys and values, a window, a latent, a state, or nothing
written_out.py  both for an architecture that a formula knows
counted.py      both for a model that was counted from its config
"""
