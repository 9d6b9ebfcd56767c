"""Who writes: addresses of channels become people, people are linked by proof and parted again, and say what they want to hear."""
