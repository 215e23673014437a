from rdkit import Chem, DataStructs

from bo_loop.chemistry.fingerprints import BITS, morgan


def fingerprint(smiles):
    return morgan().GetFingerprint(Chem.MolFromSmiles(smiles))


def test_one_generator_of_so_many_bits():
    assert morgan() is morgan()
    assert fingerprint("NCC(=O)O").GetNumBits() == BITS


def test_environments_of_two_bonds_count_and_no_farther():
    assert DataStructs.TanimotoSimilarity(fingerprint("NCC(=O)O"), fingerprint("OC(=O)CN")) == 1.0
    longer = fingerprint("C" * 8), fingerprint("C" * 9)
    assert DataStructs.TanimotoSimilarity(*longer) == 1.0  # the same environments, more of them
    assert DataStructs.TanimotoSimilarity(fingerprint("CCO"), fingerprint("CCN")) < 1.0
