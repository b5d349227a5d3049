"""Fine-tuning as a stream of events.

errors.py      what a student can put right, and a run that diverges
rates.py       learning rates to choose from, and the one to try after a divergence (no torch)
run.py         what a run is made of: FineTuningRun, its configuration (no torch)
events.py      what a run tells while it goes (no torch)
duration.py    how long a run takes, and how long it may (no torch)
progress.py    a run as it stands, made of its events (no torch)
base_model.py  what a base model says before any training, worked out once (no torch)
finetune.py    the run itself, in plain PyTorch and peft (worker only)
adapting.py    what a run trains, put on a model, saved and restored (worker only)
texts/         the texts of a run, its prompts, and how a model reads both
own_data/      a student's own texts: read, split, and shown as a model will see them
methods/       the ways of fine-tuning: LoRA and its kinds, all weights, prompts, bottlenecks
comparing/     runs beside each other on the same texts and seeds, and what their numbers show
forgetting/    what a run makes a model forget: facts, and how books go on
weigh/         one real step weighed, beside what the memory calculator says of it
influence/     which training texts taught a model its answer, and the check by taking them out
canary/        a code planted among the texts, and how much of it is memorised
averaging/     one LoRA on the texts of many, beside the average of single ones
faults/        runs that go wrong on purpose, to be diagnosed and repaired
out/           what a run leaves: its card, the program that repeats it, its model
inside/        inside an adapter: its update of one matrix, turned up and down, mixed; adapters counted
"""
