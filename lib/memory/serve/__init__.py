"""Memory for serving: weights, KV cache, a request moment by moment, paging, speed at most.

buddies.py   a buddy allocator: pieces of power-of-two size, split in halves, joined with their twin when freed
kv_cache.py  the KV cache: keys and values kept for every token already read
paging.py    requests arriving, growing and leaving in a fixed KV-cache memory: contiguous reservation against paging
request.py   one request served, moment by moment: loading, reading the prompt, writing the answer, done
roofline.py  how fast decoding can be at most: every new token reads the active weights and the KV cache once
serving.py   memory for serving: weights, KV cache, what the prompt's forward pass needs for a moment, logits and the
"""
