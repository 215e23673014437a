"""Pools: the chelator table recomputed from its structures, counts by hand, error messages."""

from dataclasses import dataclass
from importlib import resources

import pandas as pd
import pytest
from japanese import expect_warning
from rdkit import Chem

from bo_loop.base.config import read
from bo_loop.base.errors import ConfigError, DataError
from bo_loop.chemistry import ligands as chem
from bo_loop.chemistry.donors import DONOR_NAMES, donor_features
from bo_loop.data import observations as schema
from bo_loop.data import pools

CLASSES = {
    "aminopolycarboxylate",
    "hydroxy acid",
    "carboxylic acid",
    "amino acid",
    "peptide",
    "polyamine",
    "macrocyclic amine",
    "macrocyclic carboxylate",
    "crown ether",
    "pyridine",
    "azole",
    "diketone",
    "hydroxamate",
    "catechol",
    "salicylate",
    "hydroxypyridinone",
    "thiol",
    "thiocarbonyl",
    "phosphonate",
    "phosphate",
    "oxime",
    "quinolinol",
    "metallochromic dye",
    "nitroso",
    "Schiff base",
    "alkanolamine",
}


@pytest.fixture(scope="module")
def chelators():
    with resources.files("bo_loop.data").joinpath("common_chelators.csv").open() as file:
        return pd.read_csv(file, keep_default_na=False)


def _mismatches(chelators, column, compute):
    return [
        f"{row.name}: {getattr(row, column)} written, {compute(row.smiles)} computed"
        for row in chelators.itertuples(index=False)
        if getattr(row, column) != compute(row.smiles)
    ]


class TestTableOfChelators:
    def test_has_its_columns_and_size(self, chelators):
        assert list(chelators.columns) == ["name", "class", "smiles", "formula", "charge", "also"]
        assert len(chelators) == 198

    @pytest.mark.parametrize(
        ("column", "compute"),
        [
            ("formula", chem.formula),
            ("charge", chem.deprotonated_charge),
            ("smiles", chem.standardise),
        ],
    )
    def test_agrees_with_its_structures(self, chelators, column, compute):
        # itertuples renames "class", a keyword, but none of the columns used here.
        assert _mismatches(chelators, column, compute) == []

    def test_has_no_duplicates(self, chelators):
        assert chelators["name"].is_unique
        assert chelators["smiles"].map(chem.inchikey).is_unique
        # Not even as tautomers or stereoisomers: those would be one ligand to every split.
        assert chelators["smiles"].map(chem.ligand_group).is_unique

    def test_has_every_class_more_than_once(self, chelators):
        counts = chelators["class"].value_counts()
        assert set(counts.index) == CLASSES
        assert counts.min() >= 2

    @pytest.mark.parametrize(
        ("name", "key"),
        [
            ("L-(+)-Tartaric acid", "FEWJPZIEWOKRBE-JCYAYHJZSA-N"),
            ("D-Gluconic acid", "RGHNJXZEOKUKBD-SQOUGZDYSA-N"),
            ("(S,S)-Ethylenediamine-N,N'-disuccinic acid (EDDS)", "VKZRWSNIWNFCIQ-WDSKDSINSA-N"),
            ("L-Histidine", "HNDVDQJCIGZPNO-YFKPBYRVSA-N"),
            ("L-Cysteine", "XUJNEKJLAYXESH-REOHCLBHSA-N"),
            ("D-Penicillamine", "VVNCNSJFMMFHPL-VKHMYHEASA-N"),
            ("Glutathione", "RWSXRVCMGQZWBV-WDSKDSINSA-N"),
            ("meso-2,3-Dimercaptosuccinic acid (DMSA)", "ACTRVOBWPAIOHC-XIXRPRMCSA-N"),
            ("Phytic acid", "IMQLKJBTEOYOSI-GPIVLXJGSA-N"),
            ("ATP", "ZKHQWZAMYRWXGA-KQYNXXCUSA-N"),
            ("EDTA", "KCXVZYZYPLLWCC-UHFFFAOYSA-N"),
        ],
    )
    def test_draws_the_stereoisomer_that_is_sold(self, chelators, name, key):
        smiles = chelators.loc[chelators["name"] == name, "smiles"].item()
        assert chem.inchikey(smiles) == key

    def test_eriochrome_black_t_is_not_eriochrome_black_a(self, chelators):
        """T couples 1-naphthol in position 2, A couples 2-naphthol in position 1."""
        drawn = Chem.MolFromSmiles(chelators.set_index("name").smiles["Eriochrome black T"])
        one_naphthol, two_naphthol = (
            Chem.MolFromSmarts(f"{naphthol}-N=N-c1c2ccc([N+](=O)[O-])cc2c(S(=O)(=O)O)cc1O")
            for naphthol in ("Oc1c2ccccc2ccc1", "Oc1ccc2ccccc2c1")
        )
        assert drawn.HasSubstructMatch(one_naphthol)
        assert not drawn.HasSubstructMatch(two_naphthol)

    @pytest.mark.parametrize(
        ("name", "formula", "charge"),
        [
            ("Iminodisuccinic acid (IDS)", "C8H11NO8", -4),
            ("Cupferron (N-nitroso-N-phenylhydroxylamine)", "C6H6N2O2", -1),
            ("Pyrophosphoric acid", "H4O7P2", -4),
            ("Tripolyphosphoric acid", "H5O10P3", -5),
            ("Thiosulfuric acid", "H2O3S2", -2),
            ("1-Nitroso-2-naphthol", "C10H7NO2", -1),
            ("Salen", "C16H16N2O2", -2),
            ("Xylenol orange", "C31H32N2O13S", -6),
            ("2-Acetylpyridine thiosemicarbazone", "C8H10N4S", -1),
            ("Salicylaldehyde thiosemicarbazone", "C8H9N3OS", -2),
        ],
    )
    def test_has_ligands_that_it_lacked(self, chelators, name, formula, charge):
        row = chelators.set_index("name").loc[name]
        assert (row.formula, row.charge) == (formula, charge)
        assert donor_features(row.smiles)[DONOR_NAMES.index("denticity")] >= 1


class TestCommonChelators:
    def test_crosses_metals_ligands_and_n(self, chelators):
        pool = pools.CommonChelators(
            metals=["Ni+2", "Cu2+", "VO+2"],
            n_ligands=[1, 2],
            temperature_C=37.0,
            ionic_strength_M=0.15,
        ).read()
        assert list(pool.columns) == list(schema.PAIR_COLUMNS)
        assert len(pool) == 3 * len(chelators) * 2
        assert len(pool.drop_duplicates(["metal", "charge", "smiles", "n_ligands"])) == len(pool)
        first_ligand = chelators["name"].iloc[0]
        assert pool.loc[:1, ["metal", "charge", "ligand", "n_ligands"]].values.tolist() == [
            ["Ni", 2, first_ligand, 1],
            ["Ni", 2, first_ligand, 2],
        ]
        assert set(pool["metal"]) == {"Ni", "Cu", "VO"}
        assert set(pool["temperature_C"]) == {37.0}
        assert set(pool["ionic_strength_M"]) == {0.15}

    def test_defaults_to_one_ligand_at_25_degrees_and_a_tenth_molar(self, chelators):
        pool = pools.CommonChelators(metals=["Fe+3"]).read()
        assert len(pool) == len(chelators)
        assert pool["ligand"].tolist() == chelators["name"].tolist()
        for column, value in [("n_ligands", 1), ("temperature_C", 25.0), ("ionic_strength_M", 0.1)]:
            assert set(pool[column]) == {value}

    def test_is_built_from_a_config_node(self, chelators):
        node = {"_target_": "bo_loop.data.CommonChelators", "metals": ["Ni+2"]}
        assert len(read(node, "pool")) == len(chelators)

    @pytest.mark.parametrize("n", [0, 7, -1, 1.5, "2", True])
    def test_refuses_an_impossible_n(self, n):
        with pytest.raises(ConfigError, match=r"pool\.n_ligands holds .*whole numbers from 1 to 6"):
            pools.CommonChelators(metals=["Ni+2"], n_ligands=[1, n]).read()

    @pytest.mark.parametrize("n_ligands", [[], 2, "12"])
    def test_refuses_what_is_no_list_of_n(self, n_ligands):
        with pytest.raises(ConfigError, match=r"pool\.n_ligands is .*such as \[1, 2\]"):
            pools.CommonChelators(metals=["Ni+2"], n_ligands=n_ligands).read()

    def test_refuses_a_repeated_n(self):
        with pytest.raises(ConfigError, match=r"\[1, 2, 1\] repeats itself"):
            pools.CommonChelators(metals=["Ni+2"], n_ligands=[1, 2, 1]).read()

    @pytest.mark.parametrize(
        "conditions",
        [{"temperature_C": 900.0}, {"ionic_strength_M": -0.1}, {"temperature_C": "warm"}],
    )
    def test_names_an_impossible_condition_once(self, conditions):
        (column,) = conditions
        with pytest.raises(DataError, match="conditions wanted") as caught:
            pools.CommonChelators(metals=["Ni+2", "Cu+2"], **conditions).read()
        assert len(caught.value.problems) == 1
        assert column in caught.value.problems[0]

    @pytest.mark.parametrize("metals", [[], "Ni+2"])
    def test_refuses_what_is_no_list_of_metals(self, metals):
        with pytest.raises(ConfigError, match=r"pool\.metals is .*such as \[Ni\+2, Cu\+2\]"):
            pools.CommonChelators(metals=metals).read()

    def test_refuses_a_metal_named_twice(self):
        with pytest.raises(ConfigError, match=r"names Ni\+2 more than once: name each metal"):
            pools.CommonChelators(metals=["Ni+2", "Cu+2", "Ni2+"]).read()

    @pytest.mark.parametrize(
        ("metal", "message"),
        [
            ("Xx+2", "'Xx' is not a metal ion's formula.*one metal atom"),
            ("nickel", r"'nickel' says no charge\. Write"),
            ("VO2+", r"Write VO\+2 or VO2\+1"),
        ],
    )
    def test_refuses_an_unknown_metal(self, metal, message):
        with pytest.raises(DataError, match=message):
            pools.CommonChelators(metals=["Ni+2", metal]).read()


class TestTable:
    def _write(self, folder, text, encoding="utf-8"):
        path = folder / "mine.csv"
        path.write_text(text, encoding=encoding)
        return str(path)

    def test_crosses_the_files_ligands_with_metals(self, tmp_path):
        # The second SMILES is a sodium salt, as catalogues give it; "NA" is a name, not a gap.
        path = self._write(
            tmp_path,
            "name,smiles,price\nNA,OC(=O)c1cccnc1,3\nacetate,CC(=O)[O-].[Na+],1\n,NCCN,2\n",
        )
        pool = pools.TablePool(path=path, metals=["Ni+2", "Cu+2"], n_ligands=[1, 3]).read()
        assert len(pool) == 2 * 3 * 2
        assert pool["ligand"].tolist()[:6] == ["NA", "NA", "acetate", "acetate", "", ""]
        assert pool["smiles"].tolist()[2:6] == ["CC(=O)O", "CC(=O)O", "NCCN", "NCCN"]
        assert pool["n_ligands"].tolist()[:4] == [1, 3, 1, 3]
        assert pool["metal"].tolist() == ["Ni"] * 6 + ["Cu"] * 6

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
    def test_reads_what_japanese_spreadsheets_save(self, tmp_path, encoding):
        path = self._write(
            tmp_path, "ligand,smiles\nクエン酸,OC(=O)CC(O)(CC(=O)O)C(=O)O\n", encoding
        )
        with expect_warning(encoding):
            pool = pools.TablePool(path=path, metals=["Ni+2"]).read()
        assert pool["ligand"].tolist() == ["クエン酸"]

    def test_lists_every_ligand_that_is_there_twice(self, tmp_path):
        path = self._write(
            tmp_path, "ligand,smiles\nen,NCCN\nacid,CC(=O)O\nen again,C(N)CN\nsalt,CC(=O)[O-]\n"
        )
        with pytest.raises(DataError, match="Keep one of the two") as caught:
            pools.TablePool(path=path, metals=["Ni+2"]).read()
        assert [line.partition(" (")[0] for line in caught.value.problems] == [
            "row 4, smiles: NCCN is the ligand of row 2",
            "row 5, smiles: CC(=O)O is the ligand of row 3",
        ]

    def test_takes_tautomers_for_one_ligand(self, tmp_path):
        path = self._write(tmp_path, "ligand,smiles\nthione,CC(N)=S\nthiol,CC(=N)S\n")
        with pytest.raises(DataError) as caught:
            pools.TablePool(path=path, metals=["Ni+2"]).read()
        assert "row 3, smiles: CC(N)=S is the ligand of row 2" in caught.value.problems[0]

    def test_names_every_bad_row_at_once(self, tmp_path):
        path = self._write(
            tmp_path,
            "ligand,smiles,cost\nen tosylate,NCCN.Cc1ccc(cc1)S(=O)(=O)O,1\n"
            "en citrate,NCCN.OC(=O)CC(O)(C(=O)O)CC(=O)O,1\npenicillamine,CC(C)(S)C(N)C(=O)O,dear\n"
            "methyl,[CH3],1\nhexane,CCCCCC,1\nmany,C1CC,1\n",
        )
        with pytest.raises(DataError, match="5 values cannot be used") as caught:
            pools.TablePool(path=path, metals=["Ni+2"]).read()
        for line, words in zip(
            caught.value.problems,
            [
                "row 3, smiles: NCCN is the ligand of row 2",
                "row 4, cost: 'dear'",
                "row 5, smiles: SMILES '[CH3]' is a radical",
                "row 6, smiles: CCCCCC has no donor atom",
                "row 7, smiles: SMILES 'C1CC' cannot be read",
            ],
            strict=True,
        ):
            assert line.startswith(words)

    def test_lists_every_structure_that_cannot_be_read(self, tmp_path):
        path = self._write(tmp_path, "ligand,smiles\na,C1CC\nb,NCCN\nc,N(C\n")
        with pytest.raises(DataError) as caught:
            pools.TablePool(path=path, metals=["Ni+2"]).read()
        assert len(caught.value.problems) == 2
        assert "row 2" in str(caught.value)
        assert "row 4" in str(caught.value)

    def test_refuses_a_missing_file(self, tmp_path):
        with pytest.raises(DataError, match=r"nothing\.csv: there is no such file in "):
            pools.TablePool(path=str(tmp_path / "nothing.csv"), metals=["Ni+2"]).read()

    @pytest.mark.parametrize("header", ["ligand,structure", "smiles,price"])
    def test_refuses_a_table_without_its_columns(self, tmp_path, header):
        path = self._write(tmp_path, f"{header}\na,b\n")
        with pytest.raises(DataError, match=r"needs 'smiles'.*and 'ligand'.*Correct the header"):
            pools.TablePool(path=path, metals=["Ni+2"]).read()

    def test_refuses_a_header_alone(self, tmp_path):
        path = self._write(tmp_path, "ligand,smiles\n")
        with pytest.raises(DataError, match="a header and at least one row are needed"):
            pools.TablePool(path=path, metals=["Ni+2"]).read()

    @pytest.mark.parametrize("text", ["", "\n\n", ",,\n"])
    def test_refuses_an_empty_file(self, tmp_path, text):
        path = self._write(tmp_path, text)
        with pytest.raises(DataError, match="a header and at least one row are needed"):
            pools.TablePool(path=path, metals=["Ni+2"]).read()

    def test_lists_every_row_with_a_stray_comma(self, tmp_path):
        path = self._write(
            tmp_path, 'ligand,smiles\n1,2-pn,CC(N)CN\n"1,3-tn",NCCCN\nen,NCCN,,\n1,4-tn,NCCCCN\n'
        )
        with pytest.raises(DataError) as caught:
            pools.TablePool(path=path, metals=["Ni+2"]).read()
        assert [line.partition(" —")[0] for line in caught.value.problems] == [
            "row 2: 3 cells where the header has 2",
            "row 5: 3 cells where the header has 2",
        ]
        assert "quote a cell that holds the separator" in caught.value.problems[0]

    def test_reads_quoted_commas_and_ignores_empty_rows_at_the_end(self, tmp_path):
        path = self._write(tmp_path, 'ligand,smiles\n"1,3-tn",NCCCN,,\n\n,\n')
        pool = pools.TablePool(path=path, metals=["Ni+2"]).read()
        assert pool[["ligand", "smiles"]].values.tolist() == [["1,3-tn", "NCCCN"]]

    @pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
    def test_reads_other_tables_too(self, tmp_path, suffix):
        frame = pd.DataFrame({"name": ["en", None], "smiles": ["NCCN", "CC(=O)[O-]"]})
        path = tmp_path / f"mine{suffix}"
        frame.to_excel(path, index=False) if suffix == ".xlsx" else frame.to_parquet(path)
        pool = pools.TablePool(path=str(path), metals=["Ni+2"]).read()
        assert pool[["ligand", "smiles"]].values.tolist() == [["en", "NCCN"], ["", "CC(=O)O"]]

    def test_counts_rows_as_a_spreadsheet_does(self, tmp_path):
        path = self._write(tmp_path, "ligand,smiles\nen,NCCN\n\nnothing,\nnone\n")
        with pytest.raises(DataError) as caught:
            pools.TablePool(path=path, metals=["Ni+2"]).read()
        assert [problem[:5] for problem in caught.value.problems] == ["row 4", "row 5"]

    def test_refuses_an_unknown_encoding(self, tmp_path):
        path = tmp_path / "mine.csv"
        path.write_bytes(b"ligand,smiles\n\x81\x20,NCCN\n")
        with pytest.raises(DataError, match="save it again as CSV UTF-8"):
            pools.TablePool(path=str(path), metals=["Ni+2"]).read()


@dataclass(frozen=True)
class Given:
    """A source that is the table itself."""

    table: pd.DataFrame

    def read(self):
        return self.table


class TestKnownPairs:
    @pytest.fixture
    def data(self):
        # metal, charge, ligand, smiles, n, temperature, ionic strength, log_beta
        rows = [
            ("Ni", 2, "en", "NCCN", 1, 25.0, 0.1, 7.3),
            ("Ni", 2, "en", "NCCN", 1, 25.0, 1.0, 7.5),
            ("Ni", 2, "en", "NCCN", 2, 25.0, 0.1, 13.4),
            ("Cu", 2, "en", "NCCN", 1, 20.0, 0.5, 10.5),
            ("Cu", 1, "en", "NCCN", 2, 25.0, 0.3, 11.2),
            ("Ni", 2, "glycine", "NCC(=O)O", 1, 37.0, 0.15, 5.7),
        ]
        frame = pd.DataFrame(rows, columns=[*schema.PAIR_COLUMNS, "log_beta"])
        return frame.assign(log_beta_sd=float("nan"), censoring="none", source="made up")

    def test_takes_each_pair_once_with_its_first_conditions(self, data):
        pool = pools.KnownPairs(data=Given(data), metals=["Ni+2"]).read()
        assert list(pool.columns) == list(schema.PAIR_COLUMNS)
        assert pool.values.tolist() == [
            ["Ni", 2, "en", "NCCN", 1, 25.0, 0.1],
            ["Ni", 2, "glycine", "NCC(=O)O", 1, 37.0, 0.15],
        ]
        assert pool.index.tolist() == [0, 1]

    def test_tells_charges_and_n_apart(self, data):
        pool = pools.KnownPairs(data=Given(data), metals=["Cu+2", "Ni+2"], n_ligands=[1, 2]).read()
        assert pool[["metal", "charge", "n_ligands"]].values.tolist() == [
            ["Ni", 2, 1],
            ["Ni", 2, 2],
            ["Cu", 2, 1],
            ["Ni", 2, 1],
        ]

    def test_leaves_the_data_alone(self, data):
        before = data.copy(deep=True)
        pools.KnownPairs(data=Given(data), metals=["Ni+2"]).read()
        pd.testing.assert_frame_equal(data, before)

    def test_names_every_metal_without_data(self, data):
        with pytest.raises(
            DataError, match=r"no pair of Zn\+2, Cu\+1 with n = 1.*common_chelators"
        ):
            pools.KnownPairs(data=Given(data), metals=["Ni+2", "Zn+2", "Cu+1"]).read()


def test_costs_belong_to_the_ligand(tmp_path):
    path = tmp_path / "priced.csv"
    path.write_text("name,smiles,cost\nglycine,NCC(=O)O,1.5\nen,NCCN,20\n", encoding="utf-8")
    pool = pools.TablePool(path=str(path), metals=["Ni+2", "Cu+2"]).read()
    assert pool["cost"].tolist() == [1.5, 20.0, 1.5, 20.0]
    path.write_text("name,smiles,cost\nglycine,NCC(=O)O,\nen,NCCN,free\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"(?s)row 2, cost: ''.*row 3, cost: 'free'.*price above 0"):
        pools.TablePool(path=str(path), metals=["Ni+2"]).read()


# ------------------------------------------------------------------ more donors than room


def named_pairs(*rows):
    names = {"en": "NCCN", "EDTA": "OC(=O)CN(CCN(CC(=O)O)CC(=O)O)CC(=O)O", "NH3": "N", "none": "CC"}
    frame = pd.DataFrame(
        [(name, names[name], n) for name, n in rows], columns=["ligand", "smiles", "n_ligands"]
    )
    return frame.assign(metal="Cu", charge=2)


@pytest.mark.parametrize(
    ("most", "stays"),
    [
        (None, ["en 1", "en 3", "en 4", "EDTA 1", "EDTA 2", "NH3 4", "none 6"]),
        (12, ["en 1", "en 3", "en 4", "EDTA 1", "EDTA 2", "NH3 4", "none 6"]),
        (6, ["en 1", "en 3", "EDTA 1", "NH3 4", "none 6"]),  # n d: 2, 6, 8, 6, 12, 4, 6
        (4, ["en 1", "EDTA 1", "NH3 4"]),  # EDTA alone binds with four of its six
    ],
)
def test_complexes_of_too_many_donors_are_left_out(most, stays):
    every = named_pairs(
        ("en", 1), ("en", 3), ("en", 4), ("EDTA", 1), ("EDTA", 2), ("NH3", 4), ("none", 6)
    )
    found = pools.within_denticity(every, most)
    assert (found["ligand"] + " " + found["n_ligands"].astype(str)).tolist() == stays
    assert found.index.tolist() == list(range(len(stays)))


def test_the_usual_number_is_each_ions_own():
    """Cu(cyclam)2 and Cu(EDTA)2, which led the list of the strongest, are not species."""
    every = pd.DataFrame({"smiles": ["C1CNCCNCCCNCCNC1", "NCCN", "OC(=O)CN(CC(=O)O)CC(=O)O"]})
    every = every.merge(pd.DataFrame({"n_ligands": [1, 2, 3]}), how="cross")
    ions = pd.DataFrame([("Cu", 2), ("Ag", 1), ("Th", 4)], columns=["metal", "charge"])
    found = pools.within_denticity(ions.merge(every, how="cross"), "usual")
    most = found.groupby(["metal", "smiles"])["n_ligands"].max().unstack()
    assert most.loc["Cu"].tolist() == [1, 3, 1]
    assert most.loc["Ag"].tolist() == [1, 2, 1]
    assert most.loc["Th"].tolist() == [2, 3, 2]  # ten places


def test_ligands_without_a_donor_are_refused_by_name(tmp_path):
    path = tmp_path / "shelf.csv"
    path.write_text("ligand,smiles\nglycine,NCC(=O)O\nhexane,CCCCCC\n,c1ccccc1\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"(?s)row 3, smiles: CCCCCC has no donor.*row 4"):
        pools.TablePool(path=str(path), metals=["Ni+2"]).read()


@pytest.mark.parametrize("most", [0, -1, 2.5, True, "6", "most"])
def test_a_number_of_donors_that_is_none(most):
    with pytest.raises(ConfigError, match=r"pool.max_denticity_sum is .* at least 1"):
        pools.within_denticity(named_pairs(("en", 1)), most)
