"""How a model is made to answer as people like it: preferences, a reward model, a policy.

errors.py        what a student can put right
answers.py       prompts, and what is sampled to them (no torch)
by_prompt.py     how sure a mean over answers is, a prompt being one observation (no torch)
reading.py       prompts read once for all of their answers (worker only)
sampling.py      sampling answers (worker only)
preferences.py   rankings, the pairs that follow, kappa (no torch)
length.py        a judge who likes length (no torch)
agreeing.py      several judges on the same pairs (no torch)
ranking_file.py  rankings as a file to take home and load again (no torch)
rules.py         tastes that a line of code can judge: rewards to be hacked, rules to be guessed (no torch)
reward/          a reward model: a small head on hidden states
policy/          best of n, DPO, GRPO
gold/            a proxy reward that is earned, and a gold one that only judges
secret/          the game of the secret rule
toxicity/        rude texts: a word list against a classifier
honesty/         how sure a model is, and how often it is right
values/          helpful, honest, harmless: answers judged and weighed, bad behaviour and its remedies
"""
