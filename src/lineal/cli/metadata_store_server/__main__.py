"""`python -m lineal.cli.metadata_store_server`, where the console script is not on the path."""

import sys

from lineal.cli.metadata_store_server import main

sys.exit(main())
