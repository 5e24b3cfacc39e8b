"""What Patron costs on this machine, beside a floor: the same answers by the same SQL with no framework at all.

`make bench`, or `python -m bench [--quick] [--only NAME]`. It brings its own PostgreSQL and removes it again. Figures
of two machines, or of two days, cannot be compared; the ratios to the floor, measured in the same run, can.
"""
