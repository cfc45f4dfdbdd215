"""The front door: intake, commands, delivery to Temporal, HTTP, and the command line."""
