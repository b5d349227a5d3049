from scripts.make_datasets import company, formal, sentiment, tiny_python

for each in (formal, sentiment, tiny_python, company):
    each.main()
