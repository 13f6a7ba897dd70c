"""`python -m lineal` is the command `lineal`."""

from lineal.cli import run_and_exit

if __name__ == "__main__":
    run_and_exit()
