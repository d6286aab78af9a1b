"""`python -m edi`: the same as the command `edi`."""

from edi.cli import main

main()
