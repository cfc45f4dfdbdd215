"""`python -m starter.cli`: the same as `pakhuis`."""

from starter.cli import main

main()
