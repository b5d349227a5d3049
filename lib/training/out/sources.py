"""Definitions taken from this project's own files, with all that they need: so that what a student takes home is what
ran here, and cannot fall behind it. Files are read, not imported: no torch.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

from lib.places import ROOT

OURS = "lib."


@dataclass(frozen=True)
class Module:
    """A file of this project, by its top-level names."""

    name: str

    @cached_property
    def text(self) -> str:
        file = (ROOT / self.name.replace(".", "/")).with_suffix(".py")
        return file.read_text(encoding="utf-8") if file.exists() else ""  # of a folder, whose map defines nothing

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def definitions(self) -> dict[str, ast.stmt]:
        return {name: node for node in self.tree.body for name in _defined(node)}

    @cached_property
    def imports(self) -> dict[str, tuple[str, ast.alias]]:
        """By the name it has here: (the module it is from, empty for a module itself; what is imported)."""
        found = {}
        for node in self.tree.body:
            if isinstance(node, ast.Import):
                found |= {each.asname or each.name.split(".")[0]: ("", each) for each in node.names}
            elif isinstance(node, ast.ImportFrom):
                found |= {each.asname or each.name: (node.module, each) for each in node.names}
        return found

    def source(self, node: ast.stmt) -> str:
        """The text of a definition, its decorators and the words below a constant with it."""
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
        last = node.end_lineno
        position = self.tree.body.index(node) if node in self.tree.body else None
        if position is not None and isinstance(node, ast.Assign | ast.AnnAssign):
            following = self.tree.body[position + 1 : position + 2]
            last = max([last, *(each.end_lineno for each in following if _is_words(each))])
        return "\n".join(self.text.splitlines()[first - 1 : last])


@cache
def module(name: str) -> Module:
    return Module(name)


@dataclass
class Gathered:
    """Definitions in an order in which they can be run, and the imports of other libraries that they need."""

    given: frozenset[str]
    """Names that the program defines itself."""
    imports: set[str] = field(default_factory=set)
    sources: dict[str, str] = field(default_factory=dict)
    attributes: set[str] = field(default_factory=set)
    """Every attribute that is read anywhere in them."""
    _homes: dict[str, str] = field(default_factory=dict)

    def add(self, module_name: str, name: str) -> None:
        """The definition of `name`, after all that it needs. Raises ValueError where that cannot be taken along."""
        if name in self.given:
            return
        if name in self._homes:
            if self._homes[name] != module_name:
                raise ValueError(f"{name} is defined in {self._homes[name]} and in {module_name}")
            return
        self._homes[name] = module_name
        node = module(module_name).definitions[name]
        self.need(module_name, node)
        self.sources[name] = module(module_name).source(node)

    def need(self, module_name: str, node: ast.AST) -> None:
        """What a piece of a module's code needs, without the piece itself."""
        home = module(module_name)
        for each in evaluated(node):
            if isinstance(each, ast.Attribute):
                self.attributes.add(each.attr)
            elif isinstance(each, ast.Name) and each.id in home.definitions:
                self.add(module_name, each.id)
            elif isinstance(each, ast.Name) and each.id in home.imports:
                self._import(*home.imports[each.id])

    def read(self, code: str) -> None:
        """Code that is not this project's: only the attributes that it reads are noted."""
        self.attributes |= {each.attr for each in ast.walk(ast.parse(code)) if isinstance(each, ast.Attribute)}

    def _import(self, origin: str, alias: ast.alias) -> None:
        as_name = f" as {alias.asname}" if alias.asname else ""
        if not origin:
            self.imports.add(f"import {alias.name}{as_name}")
        elif not origin.startswith(OURS):
            self.imports.add(f"from {origin} import {alias.name}{as_name}")
        elif alias.asname or alias.name not in module(origin).definitions:
            raise ValueError(f"{alias.name} of {origin} cannot be taken along: import what it defines by its own name")
        else:
            self.add(origin, alias.name)


def gather(roots: Iterable[tuple[str, str]], given: Iterable[str] = ()) -> Gathered:
    """The definitions named by `roots` (module, name) with all that they need, but for the names that are `given`."""
    gathered = Gathered(frozenset(given))
    for module_name, name in roots:
        gathered.add(module_name, name)
    return gathered


def settings_class(
    module_name: str, class_name: str, values: Mapping[str, object], gathered: Gathered, without: Iterable[str] = ()
) -> str:
    """The dataclass `class_name` with only those fields that `gathered` reads, their defaults as in `values`, and those
    methods that it calls, but for the names in `without`; what the methods need is gathered too.
    """
    node = module(module_name).definitions[class_name]
    methods = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef) and each.name not in without}
    taken: list[ast.FunctionDef] = []
    while wanted := [each for each in methods.values() if each.name in gathered.attributes and each not in taken]:
        for each in wanted:
            gathered.need(module_name, each)
            taken.append(each)
    fields = [
        f"    {name}: {annotation} = {values[name]!r}"
        for name, annotation in _annotated(node)
        if name in values and name in gathered.attributes
    ]
    bodies = [module(module_name).source(each) for each in taken]
    return "\n\n".join([f"@dataclass(frozen=True)\nclass {class_name}:\n" + "\n".join(fields), *bodies])


def _annotated(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for each in node.body:
        if isinstance(each, ast.AnnAssign):
            yield each.target.id, ast.unparse(each.annotation)


def evaluated(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes that are evaluated: annotations are not, in a file that begins with the import of `annotations`."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, ast.AST):
                yield from evaluated(each)


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [each.id for each in targets if isinstance(each, ast.Name)]


def _is_words(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
