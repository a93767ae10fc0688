"""What things are called in the product: a class name exists once, a function says what it does or gives."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# A reader of a call knows neither what these do nor what they give.
BARE = re.compile(
    "_?(acted|added|announced|answered|applied|asked|assigned|chosen|closed|copied|counted|dated|deleted|described|done"
    "|drafted|drawn|ended|explained|filled|folded|found|gathered|given|gone|grouped|held|involved|joined|judged|kept"
    "|left|listed|locked|made|marked|matched|moved|named|narrowed|ordered|picked|placed|posted|ranked|refused|renamed"
    "|said|saved|searched|seen|sent|shared|shown|stored|suggested|taken|tallied|taught|told|tried|typed|wanted|warned"
    "|worded|written)"
)


def modules() -> Iterator[tuple[Path, ast.Module]]:
    """The product's modules, without tests and migrations."""
    for path in sorted((ROOT / "muster").rglob("*.py")):
        if not {"tests", "migrations"} & set(path.parts):
            yield path.relative_to(ROOT), ast.parse(path.read_text())


def test_a_class_name_exists_once():
    """Classes inside others (`Meta`, the choices of a model) are called by those."""
    homes = defaultdict(list)
    for path, module in modules():
        for node in module.body:
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(str(path))
    assert homes
    assert {name: paths for name, paths in homes.items() if len(paths) > 1} == {}


def test_functions_are_no_bare_participles():
    bare = [
        f"{path}: {node.name}"
        for path, module in modules()
        for node in module.body
        if isinstance(node, ast.FunctionDef) and BARE.fullmatch(node.name)
    ]
    assert bare == []
