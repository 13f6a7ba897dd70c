"""Names for runs that nobody named."""

from __future__ import annotations

import secrets

_HOW = (
    "able", "airy", "amber", "apt", "bold", "brave", "bright", "brisk", "calm", "clear", "clever", "cool", "deft",
    "eager", "early", "fair", "fast", "fine", "fond", "free", "fresh", "gentle", "glad", "gold", "grand", "green",
    "happy", "hazel", "keen", "kind", "lilac", "lively", "loyal", "lucky", "mellow", "merry", "mild", "neat",
    "nimble", "noble", "pale", "plain", "polite", "prime", "quick", "quiet", "rapid", "rare", "royal", "rusty",
    "sage", "sharp", "silver", "smooth", "snug", "steady", "still", "sunny", "swift", "tidy", "true", "vivid",
    "warm", "wise",
)  # fmt: skip
_WHO = (
    "badger", "bat", "bear", "beetle", "bison", "crab", "crane", "crow", "deer", "dove", "duck", "eagle", "elk",
    "falcon", "finch", "fox", "frog", "gecko", "goat", "goose", "gull", "hare", "hawk", "heron", "horse", "ibis",
    "jay", "kite", "koala", "lark", "lion", "llama", "lynx", "mole", "moose", "moth", "mouse", "newt", "otter",
    "owl", "ox", "panda", "pony", "puma", "quail", "rabbit", "raven", "robin", "seal", "shark", "shrew", "sloth",
    "snail", "swan", "tiger", "toad", "trout", "turtle", "vole", "wasp", "whale", "wolf", "wren", "yak",
)  # fmt: skip


def random_name() -> str:
    """Return a name such as `calm-otter-417`."""
    return f"{secrets.choice(_HOW)}-{secrets.choice(_WHO)}-{secrets.randbelow(1000)}"
