"""The rules of the calls that write: what a request may hold, and what is stored."""
