"""The distribution of metal ions over their species against pH, as a chart."""

import matplotlib
from matplotlib.figure import Figure

from bo_loop.base.html import chart
from bo_loop.solution.distribution import Distribution

_SHOWN = 0.02  # a species that never holds this share is not drawn


def draw(found: Distribution) -> Figure:
    """Draw the share of each metal ion in its species, with bands where constants are drawn.

    Where a hydroxide may precipitate, the chart is shaded.

    Parameters
    ----------
    found : Distribution
    """
    figure, axes = chart(6.4, 3.8)
    axes.set_prop_cycle(color=matplotlib.colormaps["tab20"].colors)
    pH = found.speciation.pH
    for i, ion in enumerate(found.ions):
        style = ("-", "--", ":", "-.")[i % 4]
        for name, share in found.speciation.shares(ion).items():
            if share.max() >= _SHOWN:
                (line,) = axes.plot(pH, 100 * share, style, lw=1.8, label=name)
                if name in found.bands.get(ion, {}):
                    low, high = 100 * found.bands[ion][name]
                    axes.fill_between(pH, low, high, color=line.get_color(), alpha=0.18, lw=0)
        first = found.precipitates().get(ion)
        if first is not None:
            solid = found.hydroxides[ion].name
            over = found.saturation[ion] > 0
            label = f"{solid} may precipitate"
            axes.fill_between(pH, 0, 100, where=over, color="0.5", alpha=0.12, lw=0, label=label)
    axes.set(xlabel="pH", ylabel="share of the metal ion, %", xlim=(pH[0], pH[-1]), ylim=(0, 101))
    axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure
