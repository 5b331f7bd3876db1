"""Building organisms and scoring the verdict against their known history."""
