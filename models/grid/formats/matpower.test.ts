import { expect, test } from 'vitest'
import { readMatpower } from './matpower.ts'

const CASE = `function mpc = tiny   % a comment
mpc.version = '2';
mpc.baseMVA = 10;
mpc.bus = [ % two buses
  1 3 0 0 0 0 1 1 0 20 1 1.1 0.9;
  2 1 100 50, 0 0.5 1 1 0 20 1 1.1 0.9; 3 4 1 1 0 0 1 1 0 20 1 1.1 0.9
];
mpc.gen = [1 0 0 10 -10 1.02 10 1 10 0];
mpc.branch = [
  1 2 4 8 0 0 0 0 0 0 1 -360 360
  1 2 4 8 0 2 0 0 0.98 -30 0 -360 360
];
mpc.gencost = [2 0 0 3 0 20 0];
mpc.bus_name = { 'ten % loaded'; 'two' };
`
const CONVERSIONS = `[PQ, PV, REF, ...
  VA, BASE_KV] = idx_bus;
Vbase = mpc.bus(1, BASE_KV) * 1e3;      %% in Volts
Sbase = mpc.baseMVA * 1e6;
mpc.branch(:, [BR_R BR_X]) = mpc.branch(:, [BR_R BR_X]) / (Vbase^2 / Sbase);
mpc.bus(:, [PD, QD]) = mpc.bus(:, [PD, QD]) / 1e3;
`

test('ohms and kilowatts are converted where the case says so, comments and continuations do not matter', () => {
  const { network } = readMatpower(CASE + CONVERSIONS)
  expect(network.equivalentBranches[0]).toMatchObject({ id: '1-2', rPu: 4 / 40, xPu: 8 / 40, ratio: 1, fromClosed: true })
  expect(network.equivalentBranches[1]).toMatchObject({ id: '1-2-2', ratio: 0.98, shiftDeg: -30, ratedKva: 2000, fromClosed: false })
  expect(network.loads).toEqual([
    { id: 'load-2', bus: '2', closed: true, activeKw: 100, reactiveKvar: 50, kind: 'power' },
    { id: 'load-3', bus: '3', closed: false, activeKw: 1, reactiveKvar: 1, kind: 'power' },
  ])
  expect(network.shunts).toEqual([{ id: 'shunt-2', bus: '2', closed: true, activeKw: 0, reactiveKvar: -500 }])
  expect(network.sources).toEqual([{ id: 'slack-1', bus: '1', closed: true, voltagePu: 1.02, angleDeg: 0 }])
})

test('a power factor splits loads given in apparent power; limits that are infinite are none, and the last generator of a bus holds it', () => {
  const text = CASE.replace('2 1 100', '2 2 100').replace('mpc.gen = [', 'mpc.gen = [2 1 0 Inf -Inf 1.03 10 1 10 0; 2 1 0 5 -5 1.01 10 1 10 0; ')
  const { network, faults } = readMatpower(text + CONVERSIONS + 'pf = 0.85;\nmpc.bus(:, QD) = mpc.bus(:, PD) * sin(acos(pf));\nmpc.bus(:, PD) = mpc.bus(:, PD) * pf;\n')
  expect(network.loads[0]).toMatchObject({ activeKw: 85 })
  expect(network.loads[0].reactiveKvar).toBeCloseTo(100 * Math.sqrt(1 - 0.85 ** 2), 9)
  expect(network.generators).toEqual([{ id: 'gen-2', bus: '2', closed: true, activeKw: 2000, voltagePu: 1.01 }])
  expect(faults.map(({ code }) => code)).toEqual(['PF_GRID_SOURCES'])
})

test('every fault at once, each with its line', () => {
  const broken = CASE.replace('2 1 100 50', '2 7 100 fifty').replace('1 2 4 8 0 0 0 0 0 0 1 -360 360', '1 9 4 8 0') + 'mpc.bus(2, PD) = 3 * sqrt(2);\n'
  expect(() => readMatpower(broken)).toThrow(/line 6.*"2 7 100 fifty.*is not a row of numbers[\s\S]*line 10.*5 columns[\s\S]*line 15.*sqrt\(2\).*is not read/)
  expect(() => readMatpower(CASE.replace('1 3 0', '1 1 0').replace('1 2 4 8 0 0', '1 9 4 8 0 0'))).toThrow(/no bus 9[\s\S]*No bus has type 3/)
  expect(() => readMatpower('mpc.version = 2;')).toThrow(/baseMVA[\s\S]*mpc\.bus[\s\S]*mpc\.branch/)
})
