"""Chapters of no other domain on a page, a room for each.

pretraining/  a model at work
formats/      prompt formats
scaling/      does size matter
"""
