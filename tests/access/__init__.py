"""Who may do what, shown: every role on every route, on its own, a sibling's and another institution's object.

`table.py` says who may do what with which noun; `routes.py` reads noun and deed from each route. A route of which the
table says nothing fails a test.
"""
