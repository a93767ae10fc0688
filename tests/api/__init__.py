"""The API as a whole: what it says of itself, what it refuses, and what it does with repeats."""
