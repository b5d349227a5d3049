"""The alignment chapters on the page.

ranked.py    whose rankings: the student's own, kept through a reload, or the course's; as a file
ranking.py   four answers to a prompt, to be ranked
agreeing.py  how far a judge agrees with himself and with others
reward.py    a reward model: learning live, how much is enough, how sure, where wrong
length.py    whether it has learnt length, and what a correction wins back
earning.py   which reward a policy is to earn, and whether prompts invite it
beside.py    answers to the same prompts beside each other, each with what it earns
best_of_n.py the best of n answers
policy.py    DPO and GRPO live, before and after
hacking.py   a reward that is easily earned, and what becomes of the text
gold.py      a proxy reward that is earned, and a gold one that only judges
secret.py    a rule that is to be guessed from what the tuned model writes
toxicity/    two filters for rude texts, how each fails, who pays
honesty/     how sure a model says it is, and how often it is right
values/      helpful, honest, harmless: judged, weighed, and where bad behaviour comes from
"""
