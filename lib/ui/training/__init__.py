"""Live LoRA on a page.

live_lora.py  the live LoRA page's parts: controls, the run as it goes, what it means
"""
