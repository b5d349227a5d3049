"""The references on a page.

finding.py  searching them, and taking what is found home
"""
