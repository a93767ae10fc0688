"""Reports: fixed ones, ordered at once or mailed on their mornings, made in the background into private files."""
