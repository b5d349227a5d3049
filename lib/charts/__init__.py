"""Plain data in, plotly figure out. No Streamlit here; one message a chart.

theme.py     what every figure shares: colours with fixed meanings, sizes readable from the back of a room
drawing.py   a figure that stays one dictionary until something asks for more
in_words.py  what a figure shows, in words with its numbers, for whoever cannot see it
training/    fine-tuning runs
memory/      the memory calculator, the KV cache, the dilemma
quant/       number formats, the quantizer bench, the lab, published tables
metrics/     one pair of texts, a scored corpus
evaluation/  benchmarks, abilities, skills, the choice of a model
lesson/      the chapters that belong to no other domain
classroom/   a room's votes
alignment/   rankings, rewards, policies
"""
