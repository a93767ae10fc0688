"""Figures over everybody: what the batches of an institution, or of a part of it, come to between two days."""
