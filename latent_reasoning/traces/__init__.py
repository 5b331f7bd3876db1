"""What a completion says: answers and behaviours, from pure text."""
