"""Puts one mutant in the place of the product, in a process of its own.

When only a function's body differs, its code object is exchanged where it stands, so that everybody who imported the
function runs the mutant at once; when it is the value of a name of the module, everybody who holds the value gets the
other. Anything else (a default, what other modules made of the value) is there when modules are imported: for that the
package and the tests are forgotten, and imported anew with the mutated text.
"""

import ast
import functools
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

PACKAGE = "recuse"


def dotted(module: str) -> str:
    """`compiler/lower` as Python names it."""
    return f"{PACKAGE}.{module.replace('/', '.')}"


def exchange(module: str, function: str, source: str) -> None:
    """Let a function that is imported already run the body that it has in `source`."""
    loaded = sys.modules[dotted(module)]
    code = _code_of(compile(source, str(loaded.__file__), "exec"), function)
    found: object = loaded
    for part in function.split("."):
        found = vars(found)[part]
    _plain(found).__code__ = code


def _code_of(code: CodeType, function: str) -> CodeType:
    for part in function.split("."):
        # The last one of a name is the one that the module ends up with.
        code = [c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == part][-1]
    return code


def _plain(found: object) -> FunctionType:
    """The function below property, cache and the like."""
    if isinstance(found, property):
        return _plain(found.fget)
    if isinstance(found, staticmethod | classmethod):
        return _plain(found.__func__)
    if isinstance(found, functools._lru_cache_wrapper):
        found.cache_clear()
        return _plain(found.__wrapped__)
    assert isinstance(found, FunctionType)
    return found


def exchange_value(module: str, source: str) -> bool:
    """Let one name of an imported module have the value that it has in `source`; False if that is not what differs."""
    loaded = sys.modules[dotted(module)]
    sound = ast.parse(Path(str(loaded.__file__)).read_text()).body
    mutated = ast.parse(source).body
    differing = [
        (before, after) for before, after in zip(sound, mutated, strict=False) if ast.dump(before) != ast.dump(after)
    ]
    if len(sound) != len(mutated) or len(differing) != 1:
        return False
    before, after = differing[0]
    if not (
        isinstance(before, ast.AnnAssign) and isinstance(after, ast.AnnAssign) and isinstance(before.target, ast.Name)
    ):
        return False
    name = before.target.id
    old, scope = vars(loaded)[name], dict(vars(loaded))
    exec(compile(ast.Module([after], []), str(loaded.__file__), "exec"), scope)  # noqa: S102 - the product's own text
    for each in list(sys.modules.values()):
        if isinstance(each, ModuleType) and vars(each).get(name) is old:
            setattr(each, name, scope[name])
    return True


def forget(*packages: str) -> None:
    """Take packages out of what is imported, so that they are imported anew."""
    for name in [n for n in sys.modules if n.partition(".")[0] in packages]:
        del sys.modules[name]


def import_as(module: str, source: str) -> None:
    """From now on the module has this text; it must not be imported yet."""
    sys.meta_path.insert(0, _Finder(dotted(module), source))


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, name: str, source: str) -> None:
        self._name, self._source = name, source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        (folder,) = path or ()
        file = str(Path(folder) / f"{fullname.rpartition('.')[2]}.py")
        return importlib.util.spec_from_file_location(fullname, file, loader=_Loader(fullname, file, self._source))


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._source, self.path, "exec")
