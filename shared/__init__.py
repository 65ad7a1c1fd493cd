"""What two or more services need: contracts, bus, store, Vietnamese data, settings, metrics, health, logs.

Invariant: nothing here imports a service.
"""
