"""The ways of fine-tuning: what each one trains, and how it is put on a model.

catalogue.py  every method with its paper and its usual learning rate (no torch)
counting.py   how many parameters a method trains, by formula (no torch)
bases.py      the model that a method starts from: shared and frozen, or a copy of its own (worker only)
four_bits.py  what bitsandbytes does to 4-bit layers outside of training, and how they are kept from it (worker only)
bottleneck.py a bottleneck adapter in series after each MLP, which peft does not have (worker only)
in_front.py   what stands in front of every text: examples, a learnt prompt, a learnt prefix (worker only)
files.py      what was trained, as files that others can load (worker only)
weighing.py   bytes of weights, gradients, optimiser and files of a run (worker only)
"""
