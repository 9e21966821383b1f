"""Times Power Grid Model and pandapower on a network file and a batch of loads, one JSON object a line.

usage: peers.py NETWORK.json LOADS.f64 SCENARIOS ROUNDS VOLTAGES.f64
"""
import json
import sys
import time
import warnings
from importlib.metadata import version

import numpy as np
from power_grid_model import CalculationMethod, LoadGenType, PowerGridModel, initialize_array
from power_grid_model.utils import json_deserialize

network_file, loads_file, scenarios, rounds, voltages_file = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
with open(network_file) as file:
    text = file.read()
network = json_deserialize(text)
nodes = len(network["node"])
load_ids = network["sym_load"]["id"]
watts = np.fromfile(loads_file, dtype=np.float64).reshape(scenarios, len(load_ids))


def median(run, rounds=rounds):
    run()
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        run()
        times.append(time.perf_counter() - begun)
    return sorted(times)[rounds // 2]


def tell(name, seconds, steps):
    print(json.dumps({"name": name, "us": seconds * 1e6 / (steps * nodes)}), flush=True)


update = initialize_array("update", "sym_load", (scenarios, len(load_ids)))
update["id"] = load_ids
update["p_specified"] = watts
update["q_specified"] = 0.3 * watts
model = PowerGridModel(network)
print(json.dumps({"name": "peers", "versions": ", ".join(f"{name} {version(name)}" for name in ("power-grid-model", "pandapower", "numpy"))}), flush=True)
for method in (CalculationMethod.newton_raphson, CalculationMethod.iterative_current, CalculationMethod.linear):
    for threads in (-1, 2):
        if method == CalculationMethod.linear and threads == 2:
            continue
        run = lambda: model.calculate_power_flow(
            update_data={"sym_load": update}, calculation_method=method, error_tolerance=1e-8, threading=threads,
            output_component_types=["node", "line", "transformer"],
        )
        tell(f"{method.name}{'' if threads == -1 else ' two threads'}", median(run), scenarios)
result = model.calculate_power_flow(update_data={"sym_load": update}, calculation_method=CalculationMethod.newton_raphson, error_tolerance=1e-12, threading=-1)
result["node"]["u_pu"].astype(np.float64).tofile(voltages_file)

# The same network with the loads on one phase each, three wires.
asym_steps = max(10, scenarios // 10)
asym = {name: array for name, array in network.items() if name != "sym_load"}
loads = initialize_array("input", "asym_load", len(load_ids))
loads["id"], loads["node"], loads["status"], loads["type"] = load_ids, network["sym_load"]["node"], 1, LoadGenType.const_power
loads["p_specified"], loads["q_specified"] = 0, 0
asym["asym_load"] = loads
asym_update = initialize_array("update", "asym_load", (asym_steps, len(load_ids)))
asym_update["id"] = load_ids
p = np.zeros((asym_steps, len(load_ids), 3))
for load in range(len(load_ids)):
    p[:, load, load % 3] = watts[:asym_steps, load]
asym_update["p_specified"], asym_update["q_specified"] = p, 0.3 * p
asym_model = PowerGridModel(asym)
for method in (CalculationMethod.newton_raphson, CalculationMethod.iterative_current):
    run = lambda: asym_model.calculate_power_flow(
        update_data={"asym_load": asym_update}, symmetric=False, calculation_method=method, error_tolerance=1e-8, threading=-1,
        output_component_types=["node", "line", "transformer"],
    )
    tell(f"asymmetric {method.name}", median(run), asym_steps)
asym_result = asym_model.calculate_power_flow(update_data={"asym_load": asym_update}, symmetric=False, calculation_method=CalculationMethod.newton_raphson, error_tolerance=1e-12, threading=-1)
asym_result["node"]["u_pu"].astype(np.float64).tofile(voltages_file + ".asym")

import pandapower as pp

warnings.filterwarnings("ignore")
net = pp.create_empty_network(f_hz=50)
for one in network["node"]:
    pp.create_bus(net, vn_kv=one["u_rated"] / 1000)
for one in network["line"]:
    pp.create_line_from_parameters(net, one["from_node"], one["to_node"], 1, one["r1"], one["x1"], one["c1"] * 1e9, 0.4)
for one in network["transformer"]:
    pp.create_transformer_from_parameters(
        net, one["from_node"], one["to_node"], sn_mva=one["sn"] / 1e6, vn_hv_kv=one["u1"] / 1e3, vn_lv_kv=one["u2"] / 1e3, vk_percent=one["uk"] * 100,
        vkr_percent=one["pk"] / one["sn"] * 100, pfe_kw=one["p0"] / 1e3, i0_percent=one["i0"] * 100, shift_degree=330,
    )
pp.create_ext_grid(net, 0, vm_pu=1.02)
for k, one in enumerate(network["sym_load"]):
    pp.create_load(net, one["node"], p_mw=0, q_mvar=0)
steps = 20


def run_pandapower():
    for step in range(steps):
        net.load["p_mw"] = watts[step] / 1e6
        net.load["q_mvar"] = 0.3 * watts[step] / 1e6
        pp.runpp(net, trafo_model="pi", tolerance_mva=1e-6, max_iteration=30, init="results" if step else "dc", numba=True)


tell("pandapower Newton-Raphson at 1 W", median(run_pandapower, 5), steps)
