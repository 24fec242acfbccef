"""What answers say together: figures, periods, comparisons, and what everybody may know."""
