"""The fifth law of the house, which import-linter has no contract for."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, output

ROOMS = ("views", "forms")
EXCEPTION = "lms.app"


class OwnRooms(Contract):
    """Views and forms are imported by their own feature and by app, by nobody else.

    `lms.web` is no feature: it holds what the views and forms of all features share.
    """

    type_name = "own_rooms"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001
        """List every import that reaches into another feature."""
        broken = [
            f"{importer} imports {module}"
            for module in sorted(graph.modules)
            if _room(module) in ROOMS and _feature(module) != "lms.web"
            for importer in sorted(graph.find_modules_that_directly_import(module))
            if importer != EXCEPTION and _feature(importer) != _feature(module)
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line each."""
        for line in check.metadata["broken"]:
            output.print_error(line)


def _feature(module: str) -> str:
    return ".".join(module.split(".")[:2])


def _room(module: str) -> str:
    parts = module.split(".")
    return parts[2] if len(parts) > 2 else ""
