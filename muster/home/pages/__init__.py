"""The pages that gather several apps: home by role, and search."""
