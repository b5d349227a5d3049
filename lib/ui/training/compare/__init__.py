"""Compare: several runs on the same texts and seeds.

view.py                  the view: methods side by side, or one setting varied
columns.py               the form of a column: a method and its two most important knobs
shared.py                what all runs of a comparison share: model, texts, steps, seeds
going.py                 a comparison as it goes: started, stopped, taken up again
methods_side_by_side.py  up to four settings: curves, cost, forgetting, and what the numbers show
sweep.py                 one setting varied: small multiples, and which wins
table.py                 settings, cost and forgetting as a table
words.py                 what the numbers show, in sentences
"""
