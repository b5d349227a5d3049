"""Number formats, bit by bit, and quantization by hand.

arithmetic.py  quantization by hand: every step for a few numbers, as it would be written on a board
codebook.py    tables of levels: NF4, FP4, and the 8-bit dynamic type that holds the scales in double quantization
explore.py     one value in one format: its code, what that stands for, how far apart its neighbours are
formats.py     number formats, bit by bit: what fp32, bf16, fp16, fp8, int8, int4 or nf4 stores of a value
"""
