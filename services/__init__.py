"""The four services and the console.

Invariant: a service never imports another service; `console` may import each service's pure functions.
"""
