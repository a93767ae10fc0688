"""Batches with their students: pages and history across the apps."""
