"""Who may do what, shown: every role on every route, on its own, a sibling's and another institution's object.

Each module here lists the routes of one area as `CASES`. A route that stands in none of them fails a test.
"""
