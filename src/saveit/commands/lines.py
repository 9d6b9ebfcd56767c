"""`saveit line add | list | on | off | channels`."""

import argparse
import getpass
import sys
from collections.abc import Iterable, Mapping
from uuid import UUID

from saveit.advisors import Line, LineChange, LineDraft, LineInvalid, add_line, change_line, list_lines
from saveit.app import Core, channels_by_name
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
from saveit.kernel.ids import AdvisorId, LineId
from saveit.messages import Need


def add_to(commands: Subcommands) -> None:
    """Add the commands."""
    parser = commands.add_parser(
        "line", help="add and list the business addresses at which guests reach the restaurants"
    )
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    adding = verbs.add_parser("add", help="add a line; its credentials are asked for, or read")
    adding.add_argument("--restaurant", required=True, metavar="SLUG_OR_ID", help="whose line it is")
    adding.add_argument("--channel", required=True, choices=sorted(channels_by_name()))
    adding.add_argument(
        "--account", default="", help="the provider's name for the account, where it gives one"
    )
    adding.add_argument("--address", default="", help="our address on it; the account's name if left out")
    owner = adding.add_mutually_exclusive_group()
    owner.add_argument("--advisor", metavar="ID", help="the advisor's, not the restaurant's")
    owner.add_argument("--all", action="store_true", help="for all restaurants of the customer")
    adding.add_argument("--opaque", metavar="NAME", help="what follows the channel in the webhook's address")
    adding.add_argument("--language", choices=("es", "en"))
    adding.add_argument(
        "--credentials-stdin",
        action="store_true",
        help="read name=value lines from standard input; else each is asked for",
    )
    adding.set_defaults(command=_add)
    listing = verbs.add_parser("list", help="list the lines of the restaurant's customer")
    listing.set_defaults(command=_list)
    off = verbs.add_parser("off", help="answer no more by a line")
    off.set_defaults(command=_switch, active=False)
    on = verbs.add_parser("on", help="answer by a line again")
    on.set_defaults(command=_switch, active=True)
    for verb in (listing, off, on):
        verb.add_argument("--restaurant", required=True, metavar="SLUG_OR_ID")
    for verb in (off, on):
        verb.add_argument("line", metavar="ID")
    for verb in (adding, listing, off, on):
        add_data_dir(verb)
        verb.add_argument("--json", action="store_true", help="for programs")
    telling = verbs.add_parser("channels", help="list the channels, and what a line of each must be told")
    telling.add_argument("--json", action="store_true", help="for programs")
    telling.set_defaults(command=_channels)


def _add(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    channels = channels_by_name()
    needs = channels[options.channel].needs
    credentials = _read(sys.stdin) if options.credentials_stdin else _asked(needs)
    public_url = ""

    async def work(core: Core) -> Line:
        nonlocal public_url
        public_url = core.settings.public_url
        place = await find_place(core, options.restaurant)
        is_restaurants = options.advisor is None and not options.all
        draft = LineDraft(
            channel=options.channel,
            account=options.account,
            address=options.address,
            restaurant_id=place.restaurant_id if is_restaurants else None,
            advisor_id=None if options.advisor is None else AdvisorId(_id(options.advisor)),
            opaque=options.opaque,
            language=options.language,
            credentials=credentials,
        )
        async with core.database.tenant(place.tenant_id, at_the_keyboard()) as tx:
            sealer = await core.keys.sealer(tx, place.tenant_id)
            return await add_line(tx, draft, channels=channels, sealer=sealer, now=core.clock.now())

    try:
        made = with_core(options, environment, work)
    except LineInvalid as refused:
        raise CannotBeDone(_explained(refused)) from refused
    tail = f"/{made.opaque}" if made.opaque else ""
    url = f"{public_url}/webhooks/{made.channel}{tail}"
    if options.json:
        show_json({"id": made.id, "webhook_url": url, "line": made})
    else:
        print(f"Line {made.id} answers at {made.address} on {made.channel}.")
        print(f"Its provider is to deliver to {url}")
    return 0


def _list(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    async def work(core: Core) -> list[Line]:
        place = await find_place(core, options.restaurant)
        lines: list[Line] = []
        async with core.database.tenant(place.tenant_id, at_the_keyboard()) as tx:
            while page := await list_lines(tx, after=lines[-1].id if lines else None):
                lines += page
        return lines

    lines = with_core(options, environment, work)
    if options.json:
        show_json(lines)
    else:
        show(
            [
                (each.channel, each.account, each.address, _owner(each), _state(each), str(each.id))
                for each in lines
            ],
            ("CHANNEL", "ACCOUNT", "ADDRESS", "OWNER", "STATE", "ID"),
        )
    return 0


def _switch(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    active: bool = options.active
    line_id = LineId(_id(options.line))

    async def work(core: Core) -> Line:
        place = await find_place(core, options.restaurant)
        async with core.database.tenant(place.tenant_id, at_the_keyboard()) as tx:
            sealer = await core.keys.sealer(tx, place.tenant_id)
            return await change_line(
                tx,
                line_id,
                LineChange(active=active),
                channels=channels_by_name(),
                sealer=sealer,
                now=core.clock.now(),
            )

    line = with_core(options, environment, work)
    if options.json:
        show_json(line)
    else:
        print(f"Line {line.id} is {_state(line)}; running processes know within a second.")
    return 0


def _channels(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    del environment
    channels = sorted(channels_by_name().items())
    if options.json:
        show_json({name: channel.needs for name, channel in channels})
        return 0
    for name, channel in channels:
        print(name)
        for need in channel.needs:
            print(f"  {need.name}{'' if need.required else ' (optional)'}: {need.meaning}")
    return 0


def _asked(needs: Iterable[Need]) -> dict[str, str]:
    """Ask whoever sits at the terminal; what is secret is not shown while it is typed."""
    if not sys.stdin.isatty():
        raise CannotBeDone(
            "There is nobody to ask for the credentials: give them with --credentials-stdin, one name=value a line."
        )
    answers: dict[str, str] = {}
    for need in needs:
        question = f"{need.name}, {need.meaning}{'' if need.required else ' (may be left empty)'}: "
        answers[need.name] = getpass.getpass(question) if need.secret else input(question)
    return answers


def _read(lines: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in lines:
        name, sign, value = text.strip().partition("=")
        if not text.strip():
            continue
        if not sign:
            raise CannotBeDone("Credentials are read as name=value, one a line.")
        found[name.strip()] = value
    return found


def _explained(refused: LineInvalid) -> str:
    return "\n".join(
        ("The line is not rightly described:", *(f"  - {e.path}: {e.message('en')}" for e in refused.errors))
    )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise CannotBeDone(f"{text!r} is no id; the list shows them.") from error


def _owner(line: Line) -> str:
    if line.advisor_id is not None:
        return f"advisor {line.advisor_id}"
    return "all restaurants" if line.restaurant_id is None else f"restaurant {line.restaurant_id}"


def _state(line: Line) -> str:
    return "on" if line.active else "off"
