"""The official core behind a pipe. Runs in the official environment, by path, and imports nothing of Lineal.

Reads pickled commands from standard input and writes one pickled answer for each to standard output:

    ("open", handle, config bytes, migration options bytes) -> (code, message)
    ("call", handle, method, request bytes)                 -> (code, message, response bytes)
    ("close", handle)                                       -> (0, "")
"""

import os
import pickle
import sys

from ml_metadata.metadata_store.pywrap.metadata_store_extension import metadata_store as core

UNKNOWN = 2
UNIMPLEMENTED = 12
LONGEST_MESSAGE = 2000

stores = {}


def open_store(handle, config, migration):
    """Open a store; the binding tells failures by exception, with the code in front of the text."""
    try:
        stores[handle] = core.CreateMetadataStore(config, migration)
    except Exception as error:
        return UNKNOWN, f"{type(error).__name__}: {error}"[:LONGEST_MESSAGE]
    return 0, ""


def call(handle, method, request):
    """Send one request; a method that the binding lacks is one that the official server does not serve."""
    function = getattr(core, method, None)
    if function is None:
        return UNIMPLEMENTED, f"{method} is not served", b""
    response, message, code = function(stores[handle], request)
    return code, message[:LONGEST_MESSAGE].decode("utf-8", "replace"), response


def close_store(handle):
    """Forget a store, which closes it."""
    stores.pop(handle, None)
    return 0, ""


COMMANDS = {"open": open_store, "call": call, "close": close_store}


def main():
    """Answer commands until the input ends; whatever the core prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    commands = sys.stdin.buffer
    while True:
        try:
            command, *arguments = pickle.load(commands)
        except EOFError:
            return
        pickle.dump(COMMANDS[command](*arguments), answers, protocol=4)
        answers.flush()


if __name__ == "__main__":
    main()
