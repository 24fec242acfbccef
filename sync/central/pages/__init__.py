"""The live page: what has arrived, for people, in Finnish, Swedish or English.

view.py gathers what is shown, render.py draws it, routes.py serves it.
"""
