"""The pages of the upper floor, and what it shows on those below."""
