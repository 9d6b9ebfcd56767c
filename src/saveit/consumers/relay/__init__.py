"""Facts out to a restaurant's own systems, as signed webhooks (Standard Webhooks 1.0).

Promises: each fact reaches each endpoint that wants it at least once, always under the same id; it is signed with every secret in use;
it is repeated for three days and then kept for a person to replay; no call goes into our own network, whatever a name resolves to.

It owns `webhook_endpoints` and `webhook_deliveries`. It will never send personal data, because facts hold none, nor follow a redirect.
"""

from saveit.consumers.relay.actions import (
    add_endpoint,
    list_deliveries,
    list_endpoints,
    remove_endpoint,
    replay_delivery,
    rotate_secret,
    switch_endpoint,
)
from saveit.consumers.relay.model import (
    RETRIES_S,
    DeliveryUnknown,
    Endpoint,
    EndpointInvalid,
    EndpointUnknown,
    signed_headers,
)
from saveit.consumers.relay.sending import KINDS, Relay, relay_consumer
from saveit.consumers.relay.store import DeliveryRow, forget_deliveries

__all__ = [
    "KINDS",
    "RETRIES_S",
    "DeliveryRow",
    "DeliveryUnknown",
    "Endpoint",
    "EndpointInvalid",
    "EndpointUnknown",
    "Relay",
    "add_endpoint",
    "forget_deliveries",
    "list_deliveries",
    "list_endpoints",
    "relay_consumer",
    "remove_endpoint",
    "replay_delivery",
    "rotate_secret",
    "signed_headers",
    "switch_endpoint",
]
