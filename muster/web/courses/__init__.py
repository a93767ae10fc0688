"""The pages of courses and subjects."""
