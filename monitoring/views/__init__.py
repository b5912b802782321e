"""The pages of the upper floor: the Ombudsman's console, and what the Ombudsman asks of an institution."""
