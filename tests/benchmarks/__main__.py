"""Run benchmarks and print their tables: ``python -m tests.benchmarks [NAME...]``.

Every module of this package that has a ``run`` is one.
"""

import importlib
import pkgutil
import sys

import tests.benchmarks
from tests.benchmarks.table import machine


def names() -> list[str]:
    """Modules with a ``run``, by name."""
    found = (module.name for module in pkgutil.iter_modules(tests.benchmarks.__path__))
    loaded = {
        name: importlib.import_module(f"tests.benchmarks.{name}")
        for name in found
        # A peer is imported by the interpreter of its own environment only.
        if name != "__main__" and not name.endswith("_peer")
    }
    return sorted(name for name, module in loaded.items() if hasattr(module, "run"))


def _about(name: str) -> str:
    """The first line of what a benchmark says of itself."""
    return (importlib.import_module(f"tests.benchmarks.{name}").__doc__ or "").partition("\n")[0]


def main(wanted: list[str]) -> None:
    """Run those named, or all."""
    known = names()
    if unknown := sorted(set(wanted) - set(known)):
        told = "\n".join(f"  {name:16} {_about(name)}" for name in known)
        sys.exit(f"no benchmark {', '.join(unknown)}; there is:\n{told}")
    print(f"{machine()}\n")
    for name in wanted or known:
        module = importlib.import_module(f"tests.benchmarks.{name}")
        print(f"## {name}\n\n{(module.__doc__ or '').strip()}\n\n{module.run()}\n", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
