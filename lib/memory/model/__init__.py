"""What a model is made of: its architecture, where that is read from, what its weights take.

stored/                  how a quantized checkpoint stores its weights, as its config says
inventory/               what a model holds: every tensor, and what each layer keeps of a context
architecture.py          a language model: its matrices, and how many parameters those are, exactly
counted_architecture.py  a model that was counted from its config, in the same terms
catalogue.py             the open models whose architectures are known here, and models made from a few numbers
config_text.py           the text of a config.json: read, and every size in it checked
json_fault.py            why a pasted text is not JSON: what stands where, and what would be right
config_json.py           an architecture read out of a `config.json` whose family a formula knows
gguf.py                  how large a GGUF file is: llama.cpp's type for every tensor
hub.py                   a model's config.json from the Hugging Face hub, where there is a network
module_names.py          what a model itself calls the matrices inside its blocks
other_files.py           files that lie beside a config.json and are none
parts.py                 the pieces an architecture is made of: matrices, latent attention, experts, kinds of layers
shape.py                 what a config describes of a model: every field explained, every impossible value refused
weights.py               how many bytes a model's weights take in each precision, as each library really stores them
"""
