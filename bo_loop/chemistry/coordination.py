"""How many donor atoms a metal ion usually has room for.

The numbers are those of the hydrated ions (Persson, Pure Appl. Chem. 2010, 82, 1901; for d⁸, d¹⁰
and heavy ions also Shannon, Acta Cryst. A 1976, 32, 751, and Greenwood and Earnshaw, Chemistry of
the Elements, 2nd ed. 1997), the larger one where two are common: 6 for Cu²⁺, whose fifth and sixth
donors are far away, 9 for every lanthanide, though water is 8 at the heavy end. Of oxo-cations the
places beside the oxo groups are counted: six about the waist of UO₂²⁺.
"""

from bo_loop.chemistry.ions import MetalIon

_IONS = {
    2: "Au+1",
    4: "Li+1 Be+2 Cu+1 Ag+1 Pd+2 Pt+2 Au+3 Ge+2 Sn+2 VO2+1 MoO2+2 WO2+2",
    5: "VO+2 TiO+2 MoO+3 TcO+3 ReO+3",
    6: "Na+1 Tl+1 Mg+2 Hg+2 NpO2+1 PuO2+1 AmO2+1 UO2+1 UO2+2 NpO2+2 PuO2+2 AmO2+2",
    8: "K+1 Rb+1 Cs+1 Ca+2 Sr+2 Pb+2 Eu+2 Sm+2 Yb+2 Sc+3 Bi+3 Zr+4 Hf+4 Nb+5 Ta+5",
    9: "Ba+2 Ra+2 Y+3 La+3 Ac+3",
    10: "Ce+4 Th+4 Pa+4 U+4 Np+4 Pu+4 Am+4",
}
_STATED = {ion: number for number, ions in _IONS.items() for ion in ions.split()}
_LANTHANIDES = "Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu"
_ACTINIDES = "Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr"
_F_BLOCK = frozenset(f"{_LANTHANIDES} {_ACTINIDES}".split())
_F_BLOCK_NUMBER = 9
_OTHERS = 6  # octahedral: most of the d block, Al, Ga, In, Tl(III), …


def usual_coordination(ion: MetalIon) -> int:
    """Return how many donor atoms of ligands an ion usually binds at most.

    Parameters
    ----------
    ion : MetalIon

    Returns
    -------
    int
        The number of the module's table; else 9 in the f block, 6 elsewhere.
    """
    others = _F_BLOCK_NUMBER if ion.element in _F_BLOCK else _OTHERS
    return _STATED.get(str(ion), others)
