"""What a model is made of: its architecture, where that is read from, what its weights take.

architecture.py  a language model: its matrices, and how many parameters those are, exactly
catalogue.py     the open models whose architectures are known here, and models made from a few numbers
config_text.py   the text of a config.json: read, and every size in it checked
config_json.py   read an architecture out of a Hugging Face `config.json`, whatever it contains
gguf.py          how large a GGUF file is: llama.cpp's type for every tensor
hub.py           a model's config.json from the Hugging Face hub, where there is a network
counted.py       a model as it was counted from its config: its tensors, and what its layers keep
keeps.py         what a layer keeps of a context: keys and values, a window, a latent, a state, or nothing
parts.py         the pieces an architecture is made of: matrices, latent attention, experts, kinds of layers
shape.py         what a config describes of a model: every field explained, every impossible value refused
tensors.py       the tensors of a model, those of one name and shape together
written_out.py   an architecture written out: every tensor, and what each layer keeps of a context
weights.py       how many bytes a model's weights take in each precision, as each library really stores them
"""
