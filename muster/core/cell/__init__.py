"""Where bytes from outside are parsed: a process of its own for each file, with bounds on all that it may use.

`process` starts it, `__main__` is what runs in it, and each of the other modules parses one kind of file. Nothing but
`process` imports Django or another part of Muster, so that a cell starts quickly and has nothing to give away.
"""
