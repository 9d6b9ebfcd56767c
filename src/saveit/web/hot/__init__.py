"""What is answered in front of the router, because the router's layers would cost more than the answer: the hot acts, the listing, what
providers deliver, health and numbers, and the OpenAPI document, which is made once.
"""
