"""Looking after a database: `saveit doctor` says what is wrong with it, and backups that can be restored are made of it."""
