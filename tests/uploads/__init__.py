"""Files as friends, careless people and attackers send them."""
