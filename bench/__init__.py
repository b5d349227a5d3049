"""The promised numbers, each measured by one function: `python -m bench`, or `python -m bench training` for some.

first_views.py   the first view of every page: script time, what it weighs, when it can be used
load.py          a slider for one student and for a class, and a class that presses Start at once
pages.py         time to the first page, and the memory of a run
reruns.py        a slider on every page: script time and processor time of a move
quantization.py  how long measuring takes, and what it costs the thing measured
training.py      the default fine-tuning run, also beside a bare loop of the same steps, and among ten
bare_loop.py     … that loop: a plain script of transformers and peft
watching.py      how smoothly a page follows a run
line.py          a measured number beside its bound
visitor.py       a student without a browser, who speaks Streamlit's protocol
followed.py      a job followed to its end, as a page does
following.py     what a student who pressed Start is told meanwhile
lesson/          a whole lesson played by such students
"""
