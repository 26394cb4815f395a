"""`docs/hardware/budget.md`: levels, currents, sleep, life, and every figure with its source."""

from collections.abc import Iterator

from hw.checks import budget, levels, wake
from hw.checks.circuit import RAIL_VOLTS, parallel
from hw.checks.figures import Figures
from hw.kicad.netlist import Netlist


def milli(amperes: float) -> str:
    """Amperes as text, in the unit that reads best."""
    if amperes >= 1:
        return f"{amperes:.2f} A"
    return f"{amperes * 1e3:.1f} mA" if amperes >= 1e-4 else f"{amperes * 1e6:.1f} µA"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _below(where: str, volts: float, name: str, limit: float) -> str:
    return _row(where, f"{volts:.2f} V", f"{name} {limit:.2f} V", f"{abs(limit - volts):.2f} V")


def _levels(netlist: Netlist, battery: Netlist, figures: Figures) -> Iterator[str]:
    key = levels.key_levels(netlist, figures, "KEY_ROW1", "KEY_COL1")
    yield "## Levels"
    yield ""
    yield "| where | worst case | limit | margin |"
    yield "|---|---|---|---|"
    yield _below("one key pressed (row low)", key.pressed, "VIL", figures.pi_vil_max)
    yield _below("two keys of a column pressed (both rows low)", key.pair, "VIL", figures.pi_vil_max)
    yield _below("key at rest, Pi still pulling down at boot", key.at_rest, "VIH", figures.pi_vih_min)
    margin = milli(figures.pi_gpio_max - key.fault_amperes)
    yield _row(
        "two keys of a row, were their columns driven against each other",
        milli(key.fault_amperes),
        milli(figures.pi_gpio_max),
        margin,
    )
    contact = "card switch or Code button closed, through its Schottky diode"
    yield _below(contact, levels.closed_volts(battery, figures, "CARD_SWITCH"), "VIL", figures.pi_vil_max)
    yield ""


def _i2c(version: str, netlist: Netlist, figures: Figures) -> str:
    pulls = [ohms for _, ohms in levels.i2c_pull_ups(netlist, "/OLED_SDA")]
    ohms = parallel([*pulls, figures.pi_i2c_pull_up])
    amperes = (RAIL_VOLTS["+3V3"] - figures.i2c_low) / ohms
    rise = 0.8473 * ohms * figures.i2c_farads
    own = " ‖ ".join(f"{value / 1e3:g} k" for value in sorted([figures.pi_i2c_pull_up, *pulls]))
    current = f"{milli(amperes)} of {milli(figures.i2c_sink_max)}"
    return _row(version, own, f"{ohms:.0f} ohm", current, f"{rise * 1e9:.0f} of {figures.i2c_rise_max * 1e9:.0f} ns")


def _buses(desk: Netlist, battery: Netlist, figures: Figures) -> Iterator[str]:
    yield "## I2C pull-ups"
    yield ""
    yield "One pull-up on purpose: the Pi's own. The modules' come on top and are counted."
    yield ""
    yield "| version | pull-ups side by side | together | current of a low | rise at 100 pF |"
    yield "|---|---|---|---|---|"
    yield _i2c("desk", desk, figures)
    yield _i2c("battery", battery, figures)
    yield ""


def _loads(title: str, loads: list[budget.Load]) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield "| consumer | current |"
    yield "|---|---|"
    for load in loads:
        yield f"| {load.name} | {milli(load.amperes)} |"
    yield f"| **together** | **{milli(budget.total(loads))}** |"
    yield ""


def _limits(netlist: Netlist, figures: Figures) -> Iterator[str]:
    yield "## Limits"
    yield ""
    yield "| what | worst case | allowed | used |"
    yield "|---|---|---|---|"
    for limit in budget.limits(netlist, figures):
        share = limit.amperes / limit.allowed
        yield f"| {limit.name} | {milli(limit.amperes)} | {milli(limit.allowed)} | {share:.0%} |"
    yield ""


def _wake(netlist: Netlist, figures: Figures) -> Iterator[str]:
    pulse = wake.pulse(netlist, figures, "Q2")
    if pulse is None:
        return
    size = f"{pulse.seconds * 1e3:.0f} ms and {pulse.volts:.1f} V"
    yield "## Waking"
    yield ""
    yield f"A closing contact gives ON one pulse of {size} at the lowest cell voltage"
    yield f"(over {figures.latch_pulse_volts:.0f} V is asked); {pulse.rest:.1f} s after it opens it can wake again."
    lost, step = wake.lost_volts(netlist, figures, "Q2"), wake.charger_step(netlist, figures, "Q2")
    yield f"At 50 °C the diode's leakage takes at most {lost:.2f} V from a contact at rest, which is counted in."
    yield f"A charger that is plugged in with a card left in moves the base by {step:.2f} V: it stays dark (under"
    yield f"{figures.base_silent_volts:.1f} V nothing happens)."
    yield "Both were simulated too, corner by corner: `tests/hw/test_hw_spice.py`."
    yield ""


def _life(netlist: Netlist, figures: Figures) -> Iterator[str]:
    life = budget.life(netlist, figures)
    yield "## Battery life"
    yield ""
    use = f"{figures.sessions_a_day:.0f} sessions a day of {figures.session_seconds:.0f} s"
    yield f"{use}, card left in the slot (the worse case):"
    yield ""
    yield "| a day takes from the cell | mAh |"
    yield "|---|---|"
    yield f"| sessions | {life.session_ah * 1e3:.1f} |"
    yield f"| asleep, {milli(life.sleep_amperes)} | {life.sleep_ah * 1e3:.2f} |"
    yield f"| the cell itself | {life.self_discharge_ah * 1e3:.1f} |"
    yield ""
    usable = figures.cell_capacity * figures.cell_usable
    counted = f"Of {figures.cell_capacity * 1e3:.0f} mAh, {usable * 1e3:.0f} mAh are counted on"
    yield f"{counted}: **about {life.days:.0f} days**; unused, {life.shelf_days / 30.4:.0f} months."
    yield ""


def _figures(figures: Figures) -> Iterator[str]:
    yield "## Figures and their sources"
    yield ""
    yield "| figure | value | basis | source |"
    yield "|---|---|---|---|"
    for name, figure in figures.entries.items():
        yield f"| {name} | {figure.value:g} {figure.unit} | {figure.basis} | {figure.source} |"
    yield ""


def as_markdown(desk: Netlist, battery: Netlist, figures: Figures) -> str:
    """The whole page."""
    lines = ["# Levels, currents and battery life", ""]
    lines += [
        "Computed from the netlists and from `hw/data/figures.toml` by `hw/make.py`. Nothing here was measured by us.",
        "",
    ]
    lines += _levels(desk, battery, figures)
    lines += _buses(desk, battery, figures)
    lines += _loads("3.3 V, worst case", budget.loads_3v3(battery, figures))
    lines += _loads("5 V, worst case", budget.loads_5v(figures))
    lines += _limits(battery, figures)
    lines += _loads("Asleep, from the cell", budget.sleep_loads(battery, figures, card_left_in=True))
    lines += _wake(battery, figures)
    lines += _life(battery, figures)
    lines += _figures(figures)
    return "\n".join(lines)
