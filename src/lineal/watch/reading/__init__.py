"""What an object says: its conditions, state, times, inputs and outputs, as records to be stored.

What stays out: what is known of single kinds (`kinds/`), and what their steps made (`made/`).
"""
