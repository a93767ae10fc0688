"""What is done with the students of a batch, each action in its own form."""
