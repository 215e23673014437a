"""Nothing in the package loads what could run code."""

import ast
import re
from pathlib import Path

import pytest

import bo_loop

PACKAGE = Path(bo_loop.__file__).parent
UNSAFE_MODULES = {
    "pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve",
}  # fmt: skip
UNSAFE_CALLS = {
    "eval", "exec", "__import__", "os.system", "os.popen", "pd.read_pickle", "pandas.read_pickle",
    "yaml.load", "yaml.full_load", "yaml.unsafe_load", "yaml.load_all", "yaml.unsafe_load_all",
}  # fmt: skip


def problems(source: str) -> list[str]:
    """What a source file does that could run code from a file."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
            imported = {f"{node.module}.{alias.name}" for alias in node.names}
            found += sorted(imported & UNSAFE_CALLS)
        else:
            modules = []
        found += [m for m in modules if m.partition(".")[0] in UNSAFE_MODULES]
        if isinstance(node, ast.Call):
            found += _unsafe_call(node)
    return found


def _unsafe_call(node: ast.Call) -> list[str]:
    name = ast.unparse(node.func)
    stated = {k.arg: ast.unparse(k.value) for k in node.keywords}
    if name in UNSAFE_CALLS or name.rpartition(".")[2] == "to_pickle":
        return [name]
    if name == "torch.load" and stated.get("weights_only") != "True":
        return ["torch.load without weights_only=True"]
    if name in ("np.load", "numpy.load") and stated.get("allow_pickle") != "False":
        return ["np.load without allow_pickle=False"]
    if name.startswith("subprocess.") and stated.get("shell", "False") != "False":
        return ["subprocess with a shell"]
    return []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "import joblib.parallel",
        "from yaml import unsafe_load",
        "yaml.load(text)",
        "yaml.load(text, Loader=yaml.SafeLoader)",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "pd.read_pickle(path)",
        "frame.to_pickle(path)",
        "eval(text)",
        "subprocess.run(command, shell=True)",
    ],
)
def test_the_guard_sees_what_is_unsafe(source):
    assert problems(source)


def test_the_guard_lets_pass_what_is_safe():
    assert not problems(
        "yaml.safe_load(t)\ntorch.load(p, weights_only=True)\nnp.load(p, allow_pickle=False)"
    )


# What a command sends to workers of its own travels as pickles.
TO_WORKERS = PACKAGE / "base" / "cluster_tasks.py"


def test_what_travels_to_workers_comes_from_no_file():
    source = TO_WORKERS.read_text(encoding="utf-8")
    assert problems(source) == ["pickle", "cloudpickle"]
    imported = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    ours = {node.module for node in imported if node.module.startswith("bo_loop")}
    assert ours == {"bo_loop", "bo_loop.base.errors"}
    assert not {"open", "io", "os", "pathlib", "Path"} & set(re.findall(r"\w+", source))
    users = {f.name for f in PACKAGE.rglob("*.py") if "cluster_tasks" in f.read_text("utf-8")}
    assert users == {"cluster.py", "cluster_executor.py"}


def test_no_module_loads_what_could_run_code():
    files = sorted(set(PACKAGE.rglob("*.py")) - {TO_WORKERS})
    assert len(files) > 50
    found = {str(f): p for f in files if (p := problems(f.read_text(encoding="utf-8")))}
    assert not found
