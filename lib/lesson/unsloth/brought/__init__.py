"""What a student brings back from a GPU: read as bytes, never unpacked to disk, never unpickled. No torch.

archive.py   a zip, from which a few named files are read, with a bound on everything
adapter.py   a peft LoRA adapter: its settings, and how far it moves each layer
tensors.py   a safetensors file as numpy arrays, bf16 among them
log.py       a trainer's log: trainer_state.json, or a table as CSV
recorded.py  a run and a log that were recorded, for whoever has none
"""
