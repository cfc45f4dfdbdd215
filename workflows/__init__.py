"""The story: the workflows, and the steps they may ask for."""
