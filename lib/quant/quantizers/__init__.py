"""The teaching quantizers, in numpy, applied to one matrix.

absmax.py         absmax quantization: the largest magnitude becomes the largest whole number, zero stays zero
bench.py          the quantizer bench: one description of a quantizer, applied to one matrix
blocks.py         which weights share a scale: the whole tensor, an output channel (row), or a group of neighbours
four_bit.py       NF4 and FP4: 4-bit codes into a table of 16 levels, times the absmax of each block
outliers.py       outliers: how one value ruins a scale, and LLM.int8()'s way out
result.py         a quantized matrix, and what was lost
scales.py         how scales themselves are stored: 32 bits each, 16 bits each, or quantized once more ("double
weight_matrix.py  read one weight matrix out of a safetensors file, without torch and without reading the rest
zero_point.py     zero-point (affine) quantization: a grid from a block's smallest value to its largest, 0 included
"""
