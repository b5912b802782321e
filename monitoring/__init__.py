"""What the upper floors watch: lateness, referrals, the ledger, indicators."""
