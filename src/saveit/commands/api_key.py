"""`saveit api-key add | list | revoke`."""

import argparse
from collections.abc import Mapping
from uuid import UUID

from saveit.access import (
    EVERYTHING,
    ApiKey,
    ApiKeyDraft,
    NewApiKey,
    create_api_key,
    find_api_key,
    list_api_keys,
    revoke_api_key,
)
from saveit.app import Core
from saveit.commands.installation import (
    CannotBeDone,
    Subcommands,
    add_data_dir,
    at_the_keyboard,
    find_place,
    show,
    show_json,
    with_core,
)
from saveit.commands.restaurant import all_tenants
from saveit.kernel.ids import ApiKeyId

_QUOTA_PER_MINUTE = 600


def add_to(commands: Subcommands) -> None:
    """Add the commands."""
    parser = commands.add_parser("api-key", help="make, list and revoke the keys of programs")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    adding = verbs.add_parser("add", help="make a key and show it, once")
    adding.add_argument("--restaurant", required=True, metavar="SLUG_OR_ID")
    adding.add_argument("--name", required=True, help="what it is for")
    adding.add_argument(
        "--scope",
        action="append",
        metavar="SCOPE",
        help="may be given again; all there is to do in the restaurant if left out",
    )
    adding.add_argument(
        "--quota", type=int, default=_QUOTA_PER_MINUTE, metavar="N", help="requests a minute (%(default)s)"
    )
    adding.set_defaults(command=_add)
    listing = verbs.add_parser("list", help="list a restaurant's keys, without the keys themselves")
    listing.add_argument("--restaurant", required=True, metavar="SLUG_OR_ID")
    listing.set_defaults(command=_list)
    revoking = verbs.add_parser("revoke", help="end a key")
    revoking.add_argument("key", metavar="ID")
    revoking.set_defaults(command=_revoke)
    for verb in (adding, listing, revoking):
        add_data_dir(verb)
        verb.add_argument("--json", action="store_true", help="for programs")


def _add(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    scopes: list[str] = options.scope or [EVERYTHING]

    async def work(core: Core) -> NewApiKey:
        place = await find_place(core, options.restaurant)
        draft = ApiKeyDraft(
            name=options.name,
            scopes=tuple(scopes),
            restaurant_id=place.restaurant_id,
            quota_per_minute=options.quota,
        )
        async with core.database.tenant(place.tenant_id, at_the_keyboard()) as tx:
            return await create_api_key(tx, draft, now=core.clock.now())

    made = with_core(options, environment, work)
    if options.json:
        show_json({"id": made.key.id, "api_key": made.text, "scopes": made.key.scopes})
    else:
        print(f"Key {made.key.id}, shown once:")
        print(made.text)
    return 0


def _list(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    async def work(core: Core) -> list[ApiKey]:
        place = await find_place(core, options.restaurant)
        keys: list[ApiKey] = []
        async with core.database.tenant(place.tenant_id, at_the_keyboard()) as tx:
            while page := await list_api_keys(
                tx, restaurant_id=place.restaurant_id, after=keys[-1].id if keys else None
            ):
                keys += page
        return keys

    keys = with_core(options, environment, work)
    if options.json:
        show_json(keys)
    else:
        show(
            [
                (str(each.id), each.name, " ".join(each.scopes), str(each.quota_per_minute), _state(each))
                for each in keys
            ],
            ("ID", "NAME", "SCOPES", "PER MINUTE", "STATE"),
        )
    return 0


def _revoke(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    try:
        key_id = ApiKeyId(UUID(options.key))
    except ValueError as error:
        raise CannotBeDone("A key is revoked by its id, which `saveit api-key list` shows.") from error

    async def work(core: Core) -> None:
        for tenant in await all_tenants(core):
            async with core.database.tenant(tenant.id, at_the_keyboard()) as tx:
                if await find_api_key(tx, key_id) is not None:
                    await revoke_api_key(tx, key_id, now=core.clock.now())
                    return
        raise CannotBeDone(f"There is no key {key_id}.")

    with_core(options, environment, work)
    if options.json:
        show_json({"id": key_id, "revoked": True})
    else:
        print(f"Key {key_id} opens nothing any more; running processes know within five seconds.")
    return 0


def _state(key: ApiKey) -> str:
    return "revoked" if key.revoked_at is not None else "valid"
