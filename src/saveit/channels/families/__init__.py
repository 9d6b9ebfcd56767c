"""What the channels of one provider share, and what all of them read with. No channel itself: a channel is a folder beside this one.

`reading` takes foreign JSON and forms apart, `media` describes how a file is fetched, `mail` reads and writes letters, and
`standard_webhooks` verifies signatures of that standard; `amazon`, `meta` and `twilio` are the families of those providers.
"""
