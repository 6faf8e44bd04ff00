"""The one thing that the application's tests are given: the database's address, in place of the one they come with.

A plugin of pytest, for the application's own interpreter; it imports nothing of ours.
"""

import importlib
import os

ADDRESS = os.environ.get("APPLICATION_DATABASE", "")
THEIRS = "postgresql://postgres:postgres@localhost:5432/"
# Every other class takes its settings from one of these, some only when they run.
HOLDERS = {"storage": "PostgreSQLStorageTest", "permission": "PostgreSQLPermissionTest", "cache": "PostgreSQLCacheTest"}


def pytest_collection_finish() -> None:
    for name, holder in HOLDERS.items():
        settings = getattr(importlib.import_module(f"tests.core.test_{name}"), holder).settings
        url = f"{name}_url"
        if not settings[url].startswith(THEIRS):
            raise ValueError(f"the application's tests use another address than was thought: {url}")
        settings[url] = ADDRESS
