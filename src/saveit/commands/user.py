"""`saveit user add | list`."""

import argparse
import secrets
import sys
from collections.abc import Mapping

from saveit.access import ROLES, Role, StaffUser, StaffUserDraft, add_user, list_users, set_role
from saveit.app import Core
from saveit.commands.installation import (
    Subcommands,
    add_data_dir,
    at_the_keyboard,
    find_place,
    show,
    show_json,
    with_core,
)

# Ninety-six random bits in sixteen letters, which a person can still type.
_PASSWORD_OCTETS = 12


def add_to(commands: Subcommands) -> None:
    """Add the commands."""
    parser = commands.add_parser("user", help="add and list the people who work with SaveIt")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    adding = verbs.add_parser("add", help="let somebody sign in")
    adding.add_argument("--restaurant", required=True, metavar="SLUG_OR_ID")
    adding.add_argument("--name", required=True)
    adding.add_argument("--email", required=True)
    adding.add_argument("--role", required=True, choices=ROLES)
    adding.add_argument("--language", choices=("es", "en"), default="es")
    adding.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from standard input; else one is made and shown once",
    )
    adding.set_defaults(command=_add)
    listing = verbs.add_parser("list", help="list who works for the restaurant's customer")
    listing.add_argument("--restaurant", required=True, metavar="SLUG_OR_ID")
    listing.set_defaults(command=_list)
    for verb in (adding, listing):
        add_data_dir(verb)
        verb.add_argument("--json", action="store_true", help="for programs")


def _add(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    made = None if options.password_stdin else secrets.token_urlsafe(_PASSWORD_OCTETS)
    draft = StaffUserDraft(
        name=options.name,
        email=options.email,
        password=made or sys.stdin.readline().rstrip("\n"),
        language=options.language,
    )
    role: Role = options.role

    async def work(core: Core) -> StaffUser:
        place = await find_place(core, options.restaurant)
        now = core.clock.now()
        async with core.database.tenant(place.tenant_id, at_the_keyboard()) as tx:
            sealer = await core.keys.sealer(tx, place.tenant_id)
            user = await add_user(tx, draft, sealer=sealer, emails=core.emails, now=now)
            await set_role(tx, user.id, place.restaurant_id, role=role, now=now)
        return user

    user = with_core(options, environment, work)
    if options.json:
        show_json({"id": user.id, "email": user.email, "role": role, "password": made})
    else:
        print(f"{user.name} may sign in with {user.email} as {role}.")
        if made is not None:
            print(f"Password, shown once: {made}")
    return 0


def _list(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    async def work(core: Core) -> list[StaffUser]:
        place = await find_place(core, options.restaurant)
        users: list[StaffUser] = []
        async with core.database.tenant(place.tenant_id, at_the_keyboard()) as tx:
            sealer = await core.keys.sealer(tx, place.tenant_id)
            while page := await list_users(tx, sealer, after=users[-1].id if users else None):
                users += page
        return users

    users = with_core(options, environment, work)
    if options.json:
        show_json(users)
    else:
        show(
            [
                (
                    each.email,
                    each.name,
                    ", ".join(sorted(set(each.roles.values()))),
                    "disabled" if each.disabled_at else "",
                    str(each.id),
                )
                for each in users
            ],
            ("EMAIL", "NAME", "ROLES", "", "ID"),
        )
    return 0
