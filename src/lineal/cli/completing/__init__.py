"""Completion in shells: which words can follow, and the scripts with which bash, zsh and fish ask for them.

words.py     what can follow some words, read from the parser itself
scripts.py   the scripts

What stays out: the command that prints a script (cli/completion.py).
"""
