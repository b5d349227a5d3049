"""Memory for serving: weights, KV cache, a request moment by moment, paging, speed at most.

setup.py     what is served, and how
serving.py   the estimate: everything that one GPU holds when the last prompt is read
terms.py     its terms, each with the arithmetic behind it
kv_cache.py  the KV cache: keys and values kept for every token already read
request.py   one request, moment by moment: loading, reading the prompt, writing the answer, done
budget.py    what an engine such as vLLM has left for its KV cache
roofline.py  how fast decoding can be at most: every new token reads the active weights and the KV cache once
paging.py    requests arriving, growing and leaving in a fixed KV-cache memory: contiguous reservation against paging
buddies.py   a buddy allocator: pieces of power-of-two size, split in halves, joined with their twin when freed
"""
