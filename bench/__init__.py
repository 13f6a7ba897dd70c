"""The benchmark: the same work on Lineal and on the official library, in one run, as ratios."""
