"""The databases that tests are given are alike, and nobody else's."""

import asyncpg


async def test_a_test_is_given_a_migrated_database_of_its_own(database_dsn: str) -> None:
    connection = await asyncpg.connect(database_dsn)
    tables = await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()

    assert tables > 1


async def test_an_empty_database_holds_no_tables(empty_database_dsn: str) -> None:
    connection = await asyncpg.connect(empty_database_dsn)
    tables = await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()

    assert tables == 0
