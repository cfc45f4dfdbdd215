"""The judge: runs the real stack, breaks it in every known way, and counts from outside what became of it."""
