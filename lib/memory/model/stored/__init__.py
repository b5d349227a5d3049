"""How a quantized checkpoint stores its weights, as the `quantization_config` of its config.json says.

layout.py  a matrix of some bits a weight, its scales and zero points; and which matrices a checkpoint stores so
names.py   the modules that a config names, by name, by glob or by regular expression
read.py    both read out of a config
"""
