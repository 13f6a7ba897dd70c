"""The documentation site as it was built (`make site`): the folder `static`, which a checkout may not have.

What stays out: what the pages say (docs/), and how they are served (lineal.server).
"""
