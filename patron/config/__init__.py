"""How the house is put together: environment, Django's settings, addresses, doors, commands.

Owns: the one place where the environment is read, and the start of every process.
Needs: every room. Nobody may import it.
"""
