"""How far apart two right answers may lie, and why.

Another processor has other BLAS kernels and another libm: it takes the same sums in another order.
A tolerance that one processor meets and the next misses is a fault of the test, so each leaves a
margin above what rounding does, and a test names the one it allows. Any other number stands in the
test with its reason beside it: a sampling error, an approximation, the decimals of a stated value.
pytest.approx without a number allows 1e-6, NumPy's assert_allclose 1e-7: enough for values that
are computed once by hand.
"""

ROUNDING = 1e-10
"""The same formula or sum in another order: 10⁴ terms of 2⁻⁵³ make 1e-12; a margin of 100."""

SOLVED = 1e-8
"""After a factorisation: rounding times a condition number of about 1e6; a margin of 100."""

OTHER_ROUTE = 1e-6
"""The same number by another algorithm that rounds at √2⁻⁵³ ≈ 1e-8: GPyTorch takes distances from
a matrix product, an inverse is updated row by row, a variance is a small difference; margin 100.
It is also the agreement between machines that bo_loop promises."""

DIFFERENCED = 1e-5
"""Central differences with steps h of about 1e-5: truncation h² times the third derivative, and
rounding of a fitted value (1e-12) over h."""
