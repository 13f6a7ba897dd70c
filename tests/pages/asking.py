"""The program `lineal` of a page: has a command run by `forked.py`, with its own input and outputs.

A program of its own, `asking.py SOCKET WORD ...`, which imports little: it starts in a fraction of the time.
"""

import json
import os
import socket
import sys

_, path, *words = sys.argv
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(path)
    socket.send_fds(connection, [b"F"], [0, 1, 2])
    request = {"words": ["lineal", *words], "folder": os.getcwd(), "variables": dict(os.environ)}
    connection.sendall((json.dumps(request) + "\n").encode())
    answer = connection.makefile().readline()
sys.exit(json.loads(answer)["code"] if answer else 1)
