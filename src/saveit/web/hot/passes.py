"""The question of every scanner, answered in front of the router: a whole service comes through the door within half an hour."""

import msgspec

from saveit.consumers import qr
from saveit.web.desk import shown
from saveit.web.edge import Call, Reader, Reply, read_body, require_json
from saveit.web.problems import RequestInvalid, request_error
from saveit.web.wire.asgi import Receive, Scope
from saveit.web.wire.house import PassVerdict, ShowPass

VALIDATE = "/api/v1/qr/validate"

_encode = msgspec.json.Encoder().encode


class ValidatePass:
    """POST /qr/validate."""

    route = path = VALIDATE
    methods = ("POST",)

    def __init__(self) -> None:
        self._reader = Reader(ShowPass)

    async def answer(self, call: Call, scope: Scope, receive: Receive) -> Reply:  # noqa: ARG002 - the protocol of hot paths.
        """Say that the party may come in, or refuse with the reason why it may not."""
        _ = call.principal
        require_json(call.heads.content_type, call.heads.content_encoding)
        octets = await read_body(receive, call.heads.content_length)
        return Reply(200, _encode(await judged(call, self._reader.read(octets))))


async def judged(call: Call, data: ShowPass) -> PassVerdict:
    """Return the reservation that a pass stands for, if it lets its party in now; nothing is changed."""
    house = await call.house("qr:write", data.restaurant_id)
    pass_ = shown_pass(data)
    found = await qr.validate(call.desk, call.tenant_id, pass_, data.restaurant_id)
    return PassVerdict(valid=True, reservation=await shown(call, house, found))


def shown_pass(data: ShowPass) -> str | qr.PassDocument:
    """Return the pass that is shown. Refuses: RequestInvalid when it is none, or two."""
    if data.token is not None and data.document is None:
        return data.token
    if data.document is not None and data.token is None:
        return data.document
    raise RequestInvalid(request_error("token", "missing_field" if data.token is None else "not_allowed"))
