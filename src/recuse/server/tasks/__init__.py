"""Requests for access over HTTP: the access request and approval profile of AuthZEN (draft 1), over our own requests.

A denial for want of a permit can be asked for; what is asked becomes a request for a permit, its handle a *task*, and
its permit an *approval*. An approval opens nothing by itself: the question is put again, and databases say what holds.
"""
