"""Officers, their appointments and powers, and the notices that are sent."""
