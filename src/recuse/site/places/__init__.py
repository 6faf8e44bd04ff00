"""Places and services: lists by kind and by area without a map, a page for each service, and all of them as rows.

Nothing is said of a service that its record does not say: what is absent is told as absent.
"""
