"""From planned to arrived: claiming, calling, and settling what came of it."""
