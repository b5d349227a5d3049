"""The quantization chapters on a page.

bench.py      the quantizer bench: a real weight matrix, a quantizer, and what is lost
findings.py   what a quantization run has shown: verdict, claims, changed tokens, texts, runs from elsewhere
formats.py    the number formats page's parts: one value bit by bit, and eight numbers by hand
lab.py        the quantization lab's parts: what to measure, the run as it goes, and what it has shown
layer_map.py  the layer sensitivity map on the page
published.py  published results beside one's own
"""
