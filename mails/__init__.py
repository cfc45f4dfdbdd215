"""The letters: what a mail says and how it looks. Imports only the language."""
