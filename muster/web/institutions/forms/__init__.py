"""The forms of institutions. Their fields are named as in the API, so that a rule's refusal stands beside its field."""
