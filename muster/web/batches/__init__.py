"""The pages of batches: the list, and the tabs of one batch."""
