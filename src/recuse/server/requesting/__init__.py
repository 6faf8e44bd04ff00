"""Requests for assistance at a server: the desk that each act gets, who may do what, and the interface for programs."""
