"""The model, and what is served or trained, and how.

architecture_picker.py  choosing a model: from the catalogue, by number, by shape, by config or from the hub
counting.py             a model that no formula knows, counted by a worker; and any model part by part
setup_controls.py       what is served or trained, and how: the controls, and presets that set them
"""
