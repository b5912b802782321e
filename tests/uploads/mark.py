"""What must not be in a cleaned copy."""

MARK = b"ZZRAHASIA"
WORD = MARK.decode()
