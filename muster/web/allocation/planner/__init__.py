"""The planner: what is unstaffed, plans that were asked for, and one plan to be looked at, changed and applied."""
