"""What the chapters beside the large domains compute.

prompt_formats/  conversations as the one text that a model reads, and what goes wrong with it
"""
