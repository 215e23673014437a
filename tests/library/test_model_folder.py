"""A model's folder that came from somebody else."""

import io
import json
import zipfile

import numpy as np
import pandas as pd
import pytest

from bo_loop.base.errors import BoLoopError
from bo_loop.data import Minteq
from bo_loop.data.observations import standardised
from bo_loop.data.property import LOG_BETA, Property
from bo_loop.features.recipes.chemistry import ChemistryRecipe
from bo_loop.library.model_folder import load, property_of, save
from bo_loop.models import PairGP
from bo_loop.surrogate import Surrogate


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A model of eight pairs in a folder."""
    known = Minteq().read()
    known = standardised(known[known["metal"] != "H"].head(8), "the data")
    schema = ChemistryRecipe().fit(known)
    folder = tmp_path_factory.mktemp("models") / "m"
    save(Surrogate.fit(schema, PairGP(max_iter=1), known), folder)
    return folder


@pytest.fixture
def sent(saved, tmp_path):
    """The same, to be tampered with."""
    for name in ("model.json", "training.npz"):
        (tmp_path / name).write_bytes((saved / name).read_bytes())
    return tmp_path


def arrays_of(folder):
    with np.load(folder / "training.npz") as archive:
        return dict(archive)


def test_a_whole_folder_is_a_model(sent):
    loaded = load(sent)
    assert len(loaded.y) == 8
    asked = pd.DataFrame(
        {
            "metal": ["Cu"], "charge": [2], "ligand": ["glycine"], "smiles": ["NCC(=O)O"],
            "n_ligands": [1], "temperature_C": [25.0], "ionic_strength_M": [0.1],
        }
    )  # fmt: skip
    assert np.isfinite(loaded.predict(asked)["mean"]).all()


TEXTS = {
    "deep": b'{"format": 2, "model": ' + b"[" * 100_000,
    "not a mapping": b"[]",
    "not a number": b'{"format": 2, "y": NaN}',
    "a long integer": b'{"format": ' + b"9" * 5000 + b"}",
    "no keys": b'{"format": 2}',
    "not text": b"\xff\xfe\x00",
    "empty": b"",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_other_json_is_one_clear_error(sent, text):
    (sent / "model.json").write_bytes(text)
    with pytest.raises(BoLoopError, match=r"model\.json is damaged, or was not written by bo-loop"):
        load(sent)


@pytest.mark.parametrize("key", ["model", "hyperparameters", "features", "names"])
@pytest.mark.parametrize("value", [None, {}, {"a": {"b": [1]}}])
def test_parts_of_another_kind_are_one_clear_error(sent, key, value):
    contents = json.loads((sent / "model.json").read_text(encoding="utf-8"))
    (sent / "model.json").write_text(json.dumps({**contents, key: value}), encoding="utf-8")
    with pytest.raises(BoLoopError):
        load(sent)


CHANGES = {
    "fewer rows": lambda a: {"y": a["y"][:-1]},
    "no rows": lambda a: {name: a[name][:0] for name in ("y", "noise_var", "pair", "metal_row")},
    "rows outside": lambda a: {"metal_row": a["metal_row"] + 1000},
    "rows below": lambda a: {"ligand_row": a["ligand_row"] - 1000},
    "not a number": lambda a: {"y": a["y"] * np.nan},
    "negative noise": lambda a: {"noise_var": a["noise_var"] - 1e6},
    "text": lambda a: {"y": a["y"].astype(str)},
    "a column more": lambda a: {"pair": np.c_[a["pair"], a["pair"]]},
    "another shape": lambda a: {"y": a["y"][:, None]},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_arrays_that_do_not_fit_are_one_clear_error(sent, change):
    arrays = arrays_of(sent)
    np.savez_compressed(sent / "training.npz", **{**arrays, **change(arrays)})
    with pytest.raises(BoLoopError, match="is damaged, or was not written by bo-loop"):
        load(sent)


def test_arrays_that_are_missing_are_one_clear_error(sent):
    arrays = arrays_of(sent)
    for name in arrays:
        if name in ("censored", "source", "own"):
            continue
        rest = {other: value for other, value in arrays.items() if other != name}
        np.savez_compressed(sent / "training.npz", **rest)
        with pytest.raises(BoLoopError):
            load(sent)


def packed(name, content):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


HEADER = b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (%d,), }"
FILES = {
    "claims terabytes": packed("y.npy", (HEADER % 10**13).ljust(127) + b"\n"),
    "a pickle": packed("y.npy", HEADER.replace(b"<f8", b"|O") % 1 + b" " * 60 + b"\n\x80"),
    "no array": packed("y.txt", b"hello"),
    "no archive": b"PK\x03\x04 and no more",
    "empty": b"",
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_other_archives_are_one_clear_error(sent, content):
    (sent / "training.npz").write_bytes(content)
    with pytest.raises(BoLoopError, match="is damaged, or was not written by bo-loop"):
        load(sent)


def test_an_archive_that_unpacks_without_end_is_refused(sent, monkeypatch):
    monkeypatch.setattr("bo_loop.library.model_folder._MOST_UNPACKED", 1 << 20)
    (sent / "training.npz").write_bytes(packed("y.npy", b"\0" * (3 << 20)))
    with pytest.raises(BoLoopError, match="unpacks to 3 MiB"):
        load(sent)


def test_it_says_what_it_predicts(saved, sent, tmp_path_factory):
    assert property_of(sent) == LOG_BETA
    other = tmp_path_factory.mktemp("other") / "m"
    of = Property("rate", "1/h", "log10", (0.0, None))
    save(load(saved), other, of)
    assert property_of(other) == of
    assert load(other).y.tolist() == load(saved).y.tolist()
    contents = json.loads((sent / "model.json").read_text(encoding="utf-8"))
    (sent / "model.json").write_text(json.dumps(contents | {"property": {"unit": "M"}}))
    with pytest.raises(BoLoopError, match="property is"):
        property_of(sent)
    with pytest.raises(BoLoopError, match="holds no model"):
        property_of(sent / "absent")
