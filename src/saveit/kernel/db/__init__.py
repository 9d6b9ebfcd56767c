"""The way to PostgreSQL: pools by role, transactions with a tenant and an actor, SQL from named files, migrations.

Promises: a transaction of a tenant sees that tenant's rows and no others; every await has a limit; what PostgreSQL refuses
arrives as `ConstraintBroken` with the constraint's name, what fails as a `Fault`. Nothing outside this room knows the driver.

It owns the table `schema_migrations`. It will never hold SQL of a room, nor decide anything.
"""

from saveit.kernel.db.errors import Collision, ConstraintBroken, DatabaseUnreachable, TooSlow, refused_by
from saveit.kernel.db.migrations import Migration, MigrationRefused, applied_migrations, migrate, migrations
from saveit.kernel.db.pool import Actor, ActorKind, Database, Transaction
from saveit.kernel.db.statements import Command, Query, Statements, load_statements
from saveit.kernel.logins import DatabaseUnusable

__all__ = [
    "Actor",
    "ActorKind",
    "Collision",
    "Command",
    "ConstraintBroken",
    "Database",
    "DatabaseUnreachable",
    "DatabaseUnusable",
    "Migration",
    "MigrationRefused",
    "Query",
    "Statements",
    "TooSlow",
    "Transaction",
    "applied_migrations",
    "load_statements",
    "migrate",
    "migrations",
    "refused_by",
]
