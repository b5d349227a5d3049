"""Number formats, bit by bit, and quantization by hand.

arithmetic.py  quantization by hand: every step for a few numbers, as it would be written on a board
codebook.py    tables of levels: NF4, FP4, and the 8-bit dynamic type that holds the scales in double quantization
explore.py     one value in one format: the code that is stored, what it stands for, and how far apart its neighbours
formats.py     number formats, bit by bit: what is stored when a value is put into fp32, bf16, fp16, fp8, int8, int4
"""
