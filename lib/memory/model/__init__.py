"""What a model is made of: its architecture, where that is read from, what its weights take.

architecture.py  what a language model is made of, and how many parameters that is, exactly
catalogue.py     the open models whose architectures are known here, and models made from a few numbers
config_json.py   read an architecture out of a Hugging Face `config.json`, whatever it contains
hub.py           a model's config.json from the Hugging Face hub, where there is a network
parts.py         the pieces an architecture is made of: matrices, latent attention, experts, kinds of layers
weights.py       how many bytes a model's weights take in each precision, as each library really stores them
"""
