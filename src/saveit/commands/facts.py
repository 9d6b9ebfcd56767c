"""`saveit facts parked | retry | rebuild`: what a consumer could not take, another try once its cause is mended, and figures made anew."""

import argparse
from collections.abc import Mapping
from uuid import UUID

from saveit.app import Called, Core, consumers_of, open_reservations
from saveit.commands.installation import (
    CannotBeDone,
    Subcommands,
    add_data_dir,
    at_the_keyboard,
    show,
    show_json,
    with_core,
)
from saveit.consumers.analytics import forget_figures
from saveit.outbox import ParkedFact, list_parked, rewind, unpark


def add_to(commands: Subcommands) -> None:
    """Add the commands."""
    parser = commands.add_parser("facts", help="see the facts that could not be taken, and try them again")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    listing = verbs.add_parser("parked", help="list the facts that wait for a person")
    listing.add_argument("--json", action="store_true", help="for programs")
    listing.set_defaults(command=_parked)
    retrying = verbs.add_parser("retry", help="let a consumer take a parked fact again")
    retrying.add_argument("fact", metavar="FACT_ID", type=UUID)
    retrying.add_argument("--consumer", required=True, help="as `saveit facts parked` names it")
    retrying.set_defaults(command=_retry)
    making = verbs.add_parser("rebuild", help="make figures anew from the log")
    making.add_argument("consumer", choices=("analytics",))
    making.set_defaults(command=_rebuild)
    for verb in (listing, retrying, making):
        add_data_dir(verb)


def _parked(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    async def work(core: Core) -> list[ParkedFact]:
        async with core.database.ledger(at_the_keyboard()) as ledger_tx:
            return await list_parked(ledger_tx)

    parked = with_core(options, environment, work)
    if options.json:
        show_json(parked)
    elif not parked:
        print("No fact is parked.")
    else:
        show(
            [
                (each.consumer, each.kind, each.reason, f"{each.parked_at:%Y-%m-%d %H:%M}", str(each.fact_id))
                for each in parked
            ],
            ("CONSUMER", "KIND", "REASON", "SINCE", "FACT"),
        )
    return 0


def _retry(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    async def work(core: Core) -> bool:
        async with open_reservations(core) as desk:
            known = {consumer.name: consumer for consumer in consumers_of(core, desk, Called())}
            consumer = known.get(options.consumer)
            if consumer is None:
                raise CannotBeDone(f"there is no consumer {options.consumer}: {', '.join(sorted(known))}")
            async with core.database.ledger(at_the_keyboard()) as ledger_tx:
                return await unpark(ledger_tx, consumer, options.fact, now=core.clock.now())

    if not with_core(options, environment, work):
        raise CannotBeDone(f"{options.consumer} has no such fact parked: `saveit facts parked` lists them")
    print("It was taken.")
    return 0


def _rebuild(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    async def work(core: Core) -> bool:
        async with core.database.ledger(at_the_keyboard()) as ledger_tx:
            if not await rewind(ledger_tx, options.consumer, now=core.clock.now()):
                return False
            await forget_figures(ledger_tx)
            return True

    if not with_core(options, environment, work):
        raise CannotBeDone(f"{options.consumer} has read nothing yet, or is reading just now: try again")
    print("The figures are made anew by the servers that run, or by the next that starts.")
    return 0
