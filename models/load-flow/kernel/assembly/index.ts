/**
 * The fixed point of ../../fixed-point.ts over eight scenarios side by side, in WebAssembly SIMD. Built by `npm run build:kernel`;
 * the committed kernel.wasm must be what this source gives. It loads nothing and keeps nothing: all it knows lies in the memory
 * that the caller lays out (../layout.ts), named by the header below.
 *
 * A block of values of eight scenarios ("lanes") of one bus is 128 bytes: eight real parts, then eight imaginary parts.
 */

// Places of the header, in 4-byte words; the same list stands in ../layout.ts.
// @ts-ignore: decorator
@inline const SIZE = 0, SLOTS = 1, BUSES = 2, BRANCHES = 3, STEPS = 4, MAX_ITERATIONS = 5, WARM = 6, SOURCE_END_COUNT = 7
// @ts-ignore: decorator
@inline const START = 8, ROW = 9, LOWER = 10, INVERSE = 11, SOURCE = 12, NO_LOAD = 13, SLOT_OF_BUS = 14, CLOCK = 15, BRANCH = 16, SOURCE_ENDS = 17, SHUNT = 18
// @ts-ignore: decorator
@inline const VOLTAGE = 19, SUM = 20, LOAD = 21, PARTS = 22, BEFORE = 41
// @ts-ignore: decorator
@inline const IN_KW = 23, IN_KVAR = 24, IN_CURRENT_KW = 25, IN_CURRENT_KVAR = 26, IN_IMPEDANCE_KW = 27, IN_IMPEDANCE_KVAR = 28
// @ts-ignore: decorator
@inline const OUT_VOLTAGE = 29, OUT_ANGLE = 30, OUT_CURRENT_FROM = 31, OUT_CURRENT_TO = 32
// @ts-ignore: decorator
@inline const OUT_KW_FROM = 33, OUT_KVAR_FROM = 34, OUT_KW_TO = 35, OUT_KVAR_TO = 36, OUT_LOADING = 37, OUT_TOTALS = 38, OUT_SETTLED = 39, OUT_ITERATIONS = 40
/** Byte places of the numbers behind the words. */
// @ts-ignore: decorator
@inline const TOLERANCE_SQUARE = 192, BASE_KVA = 200, ATAN_SERIES = 208, ROOT_SERIES = 256

// @ts-ignore: decorator
@inline const LANES: i32 = 8
// @ts-ignore: decorator
@inline const BLOCK: usize = 128
// @ts-ignore: decorator
@inline const IM: usize = 64
// @ts-ignore: decorator
@inline const BRANCH_BYTES: usize = 96

// @ts-ignore: decorator
@inline
function word(header: usize, place: i32): i32 {
  return load<i32>(header + (<usize>place << 2))
}
// @ts-ignore: decorator
@inline
function pointer(header: usize, place: i32): usize {
  return <usize>load<u32>(header + (<usize>place << 2))
}

/**
 * Solves `STEPS` scenarios of every lane one after the other. With WARM each starts from the two before it in its lane, on the line
 * through them; else from the voltage without load.
 */
export function solveSteps(header: usize): void {
  const steps = word(header, STEPS)
  const warm = word(header, WARM) != 0
  for (let step = 0; step < steps; step++) {
    if (!warm) startWithoutLoad(header, 0xff)
    gatherLoads(header, step)
    const settled = settle(header, step, warm)
    if (settled != 0xff) blank(header, ~settled & 0xff)
    writeVoltages(header, step)
    if (pointer(header, OUT_LOADING)) writeLoadings(header, step)
    if (pointer(header, OUT_CURRENT_FROM) | pointer(header, OUT_KW_FROM) | pointer(header, OUT_TOTALS)) writeBranches(header, step)
    // Nothing starts from a scenario that did not settle.
    if (settled != 0xff) startWithoutLoad(header, ~settled & 0xff)
  }
}

/** The voltage without load into the lanes of the mask, ideal sources included. */
export function startWithoutLoad(header: usize, mask: i32): void {
  const slots = word(header, SLOTS)
  let from = pointer(header, NO_LOAD)
  let to = pointer(header, VOLTAGE)
  let before = pointer(header, BEFORE)
  for (let slot = 0; slot < slots; slot++, from += 16, to += BLOCK, before += BLOCK) {
    const re = v128.load64_splat(from)
    const im = v128.load64_splat(from, 8)
    for (let o: usize = 0; o < IM; o += 16) {
      const chosen = laneMask(mask, <i32>(o >> 3))
      v128.store(to + o, v128.bitselect(re, v128.load(to + o), chosen))
      v128.store(to + o, v128.bitselect(im, v128.load(to + o, IM), chosen), IM)
      v128.store(before + o, v128.bitselect(re, v128.load(before + o), chosen))
      v128.store(before + o, v128.bitselect(im, v128.load(before + o, IM), chosen), IM)
    }
  }
}

/** NaN into the lanes of the mask: what did not settle is shown nowhere. */
function blank(header: usize, mask: i32): void {
  const slots = word(header, SLOTS)
  let to = pointer(header, VOLTAGE)
  for (let slot = 0; slot < slots; slot++, to += BLOCK) {
    for (let lane = 0; lane < LANES; lane++) if ((mask >> lane) & 1) store<f64>(to + (<usize>lane << 3), NaN)
  }
}

/** Eight values of one bus or branch, one a lane, from rows that lie `stride` bytes apart. */
// @ts-ignore: decorator
@inline
function gather(from: usize, stride: usize, to: usize, factor: v128): void {
  let place = from
  let pair = v128.load64_zero(place)
  place += stride
  v128.store(to, f64x2.mul(v128.load_lane<u64>(place, pair, 1), factor), 0)
  place += stride
  pair = v128.load64_zero(place)
  place += stride
  v128.store(to, f64x2.mul(v128.load_lane<u64>(place, pair, 1), factor), 16)
  place += stride
  pair = v128.load64_zero(place)
  place += stride
  v128.store(to, f64x2.mul(v128.load_lane<u64>(place, pair, 1), factor), 32)
  place += stride
  pair = v128.load64_zero(place)
  place += stride
  v128.store(to, f64x2.mul(v128.load_lane<u64>(place, pair, 1), factor), 48)
}

// @ts-ignore: decorator
@inline
function scatter(to: usize, stride: usize, pair: v128): void {
  v128.store_lane<u64>(to, pair, 0)
  v128.store_lane<u64>(to + stride, pair, 1)
}

function gatherLoads(header: usize, step: i32): void {
  const buses = word(header, BUSES)
  const slotOfBus = pointer(header, SLOT_OF_BUS)
  const stride = <usize>(word(header, STEPS) * buses) << 3
  const row = <usize>(step * buses) << 3
  const activeKw = pointer(header, IN_KW) + row
  const reactiveKvar = pointer(header, IN_KVAR) + row
  const loads = pointer(header, LOAD)
  const factor = f64x2.splat(1 / load<f64>(header, BASE_KVA))
  for (let bus = 0; bus < buses; bus++) {
    const to = loads + <usize>load<u32>(slotOfBus + (<usize>bus << 2))
    const place = <usize>bus << 3
    gather(activeKw + place, stride, to, factor)
    gather(reactiveKvar + place, stride, to + IM, factor)
  }
  const parts = pointer(header, PARTS)
  if (parts == 0) return
  const currentKw = pointer(header, IN_CURRENT_KW) + row
  const currentKvar = pointer(header, IN_CURRENT_KVAR) + row
  const impedanceKw = pointer(header, IN_IMPEDANCE_KW) + row
  const impedanceKvar = pointer(header, IN_IMPEDANCE_KVAR) + row
  for (let bus = 0; bus < buses; bus++) {
    // Three blocks a slot: constant power, current, impedance.
    const offset = <usize>load<u32>(slotOfBus + (<usize>bus << 2))
    const to = parts + offset * 3
    const place = <usize>bus << 3
    memory.copy(to, loads + offset, BLOCK)
    gather(currentKw + place, stride, to + BLOCK, factor)
    gather(currentKvar + place, stride, to + BLOCK + IM, factor)
    gather(impedanceKw + place, stride, to + 2 * BLOCK, factor)
    gather(impedanceKvar + place, stride, to + 2 * BLOCK + IM, factor)
  }
}

/** Power of loads with parts at the present voltage. */
function loadsAtVoltage(header: usize): void {
  const slots = word(header, SLOTS)
  let part = pointer(header, PARTS)
  let to = pointer(header, LOAD)
  let voltage = pointer(header, VOLTAGE)
  for (let slot = 0; slot < slots; slot++, part += 3 * BLOCK, to += BLOCK, voltage += BLOCK) {
    for (let o: usize = 0; o < IM; o += 16) {
      const re = v128.load(voltage + o)
      const im = v128.load(voltage + o, IM)
      const square = f64x2.relaxed_madd(im, im, f64x2.mul(re, re))
      const size = f64x2.sqrt(square)
      v128.store(to + o, f64x2.add(v128.load(part + o), f64x2.relaxed_madd(square, v128.load(part + o, 256), f64x2.mul(size, v128.load(part + o, 128)))))
      v128.store(to + o, f64x2.add(v128.load(part + o, IM), f64x2.relaxed_madd(square, v128.load(part + o, 320), f64x2.mul(size, v128.load(part + o, 192)))), IM)
    }
  }
}

/** Iterates until every lane has settled. Returns the mask of settled lanes. */
function settle(header: usize, step: i32, warm: bool): i32 {
  const steps = word(header, STEPS)
  const maxIterations = word(header, MAX_ITERATIONS)
  const parts = pointer(header, PARTS)
  const settledOut = pointer(header, OUT_SETTLED) + <usize>step
  const iterationsOut = pointer(header, OUT_ITERATIONS) + (<usize>step << 1)
  let settled = 0
  for (let iteration = 1; iteration <= maxIterations && settled != 0xff; iteration++) {
    if (parts != 0) loadsAtVoltage(header)
    if (iteration == 1 && warm) forwardAhead(header)
    else forwardHere(header)
    if (iteration == 1) {
      backwardUnchecked(header)
      continue
    }
    const fresh = ~backwardChecked(header, settled) & ~settled & 0xff
    settled |= fresh
    for (let lane = 0; lane < LANES; lane++) {
      if (((fresh >> lane) & 1) == 0) continue
      store<u16>(iterationsOut + (<usize>(lane * steps) << 1), <u16>iteration)
    }
  }
  for (let lane = 0; lane < LANES; lane++) {
    store<u8>(settledOut + <usize>(lane * steps), <u8>((settled >> lane) & 1))
    if (((settled >> lane) & 1) == 0) store<u16>(iterationsOut + (<usize>(lane * steps) << 1), <u16>maxIterations)
  }
  if (parts != 0) loadsAtVoltage(header)
  return settled
}

/** Current at one pair of lanes, less what is pushed on to the first row of the column: conj(s / v) and elimination in one pass. */
// @ts-ignore: decorator
@inline
function forwardPair(voltage: usize, before: usize, power: usize, sum: usize, target: usize, lr: v128, li: v128, ahead: bool, offset: usize): void {
  let re = v128.load(voltage + offset)
  let im = v128.load(voltage + offset + IM)
  if (ahead) {
    const re1 = re
    const im1 = im
    re = f64x2.sub(f64x2.add(re, re), v128.load(before + offset))
    im = f64x2.sub(f64x2.add(im, im), v128.load(before + offset + IM))
    v128.store(before + offset, re1)
    v128.store(before + offset + IM, im1)
  }
  const p = v128.load(power + offset)
  const q = v128.load(power + offset + IM)
  const inverse = f64x2.div(f64x2.splat(1), f64x2.relaxed_madd(im, im, f64x2.mul(re, re)))
  const xr = f64x2.relaxed_nmadd(f64x2.relaxed_madd(q, im, f64x2.mul(p, re)), inverse, v128.load(sum + offset))
  const xi = f64x2.relaxed_nmadd(f64x2.relaxed_nmadd(q, re, f64x2.mul(p, im)), inverse, v128.load(sum + offset + IM))
  v128.store(sum + offset, xr)
  v128.store(sum + offset + IM, xi)
  v128.store(target + offset, f64x2.sub(v128.load(target + offset), f64x2.relaxed_nmadd(li, xi, f64x2.mul(lr, xr))))
  v128.store(target + offset + IM, f64x2.sub(v128.load(target + offset + IM), f64x2.relaxed_madd(li, xr, f64x2.mul(lr, xi))))
}

// @ts-ignore: decorator
@inline
function pushPair(sum: usize, target: usize, lr: v128, li: v128, offset: usize): void {
  const xr = v128.load(sum + offset)
  const xi = v128.load(sum + offset + IM)
  v128.store(target + offset, f64x2.sub(v128.load(target + offset), f64x2.relaxed_nmadd(li, xi, f64x2.mul(lr, xr))))
  v128.store(target + offset + IM, f64x2.sub(v128.load(target + offset + IM), f64x2.relaxed_madd(li, xr, f64x2.mul(lr, xi))))
}

function forwardHere(header: usize): void {
  forward(header, false)
}

/** From where the two scenarios before point to. */
function forwardAhead(header: usize): void {
  forward(header, true)
}

/** `SUM` holds the source currents and ends as L^-1 of the currents. */
// @ts-ignore: decorator
@inline
function forward(header: usize, ahead: bool): void {
  const size = word(header, SIZE)
  const row = pointer(header, ROW)
  const lower = pointer(header, LOWER)
  const sums = pointer(header, SUM)
  let start = pointer(header, START)
  let voltage = pointer(header, VOLTAGE)
  let before = pointer(header, BEFORE)
  let power = pointer(header, LOAD)
  let sum = sums
  // A column without rows pushes into a block of its own behind the last slot.
  const nowhere = sums + <usize>word(header, SLOTS) * BLOCK
  let entry: u32 = 0
  for (let p = 0; p < size; p++, voltage += BLOCK, before += BLOCK, power += BLOCK, sum += BLOCK) {
    start += 4
    const end = load<u32>(start)
    let target = nowhere
    let lr = f64x2.splat(0)
    let li = f64x2.splat(0)
    if (entry < end) {
      target = sums + <usize>load<u32>(row + (<usize>entry << 2))
      lr = v128.load64_splat(lower + (<usize>entry << 4))
      li = v128.load64_splat(lower + (<usize>entry << 4), 8)
      entry++
    }
    forwardPair(voltage, before, power, sum, target, lr, li, ahead, 0)
    forwardPair(voltage, before, power, sum, target, lr, li, ahead, 16)
    forwardPair(voltage, before, power, sum, target, lr, li, ahead, 32)
    forwardPair(voltage, before, power, sum, target, lr, li, ahead, 48)
    for (; entry < end; entry++) {
      target = sums + <usize>load<u32>(row + (<usize>entry << 2))
      lr = v128.load64_splat(lower + (<usize>entry << 4))
      li = v128.load64_splat(lower + (<usize>entry << 4), 8)
      pushPair(sum, target, lr, li, 0)
      pushPair(sum, target, lr, li, 16)
      pushPair(sum, target, lr, li, 32)
      pushPair(sum, target, lr, li, 48)
    }
  }
}

/** Takes L^T and D from one pair of lanes, compares with the voltage before, stores the new one. Returns the lanes that mismatch. */
// @ts-ignore: decorator
@inline
function backwardPair(
  sum: usize, voltage: usize, power: usize, parent: usize, lr: v128, li: v128, dr: v128, di: v128, sourceRe: v128, sourceIm: v128, tolerance: v128, hold: v128, checked: bool, offset: usize,
): v128 {
  const sr = v128.load(sum + offset)
  const si = v128.load(sum + offset + IM)
  const vr = v128.load(parent + offset)
  const vi = v128.load(parent + offset + IM)
  const xr = f64x2.sub(f64x2.relaxed_nmadd(di, si, f64x2.mul(dr, sr)), f64x2.relaxed_nmadd(li, vi, f64x2.mul(lr, vr)))
  const xi = f64x2.sub(f64x2.relaxed_madd(di, sr, f64x2.mul(dr, si)), f64x2.relaxed_madd(li, vr, f64x2.mul(lr, vi)))
  v128.store(sum + offset, sourceRe)
  v128.store(sum + offset + IM, sourceIm)
  return compareAndStore(xr, xi, voltage, power, tolerance, hold, checked, offset)
}

// @ts-ignore: decorator
@inline
function compareAndStore(xr: v128, xi: v128, voltage: usize, power: usize, tolerance: v128, hold: v128, checked: bool, offset: usize): v128 {
  if (!checked) {
    v128.store(voltage + offset, xr)
    v128.store(voltage + offset + IM, xi)
    return i64x2.splat(0)
  }
  const re = v128.load(voltage + offset)
  const im = v128.load(voltage + offset + IM)
  const p = v128.load(power + offset)
  const q = v128.load(power + offset + IM)
  const stepRe = f64x2.sub(xr, re)
  const stepIm = f64x2.sub(xi, im)
  const missing = f64x2.mul(f64x2.relaxed_madd(q, q, f64x2.mul(p, p)), f64x2.relaxed_madd(stepIm, stepIm, f64x2.mul(stepRe, stepRe)))
  const allowed = f64x2.mul(tolerance, f64x2.relaxed_madd(im, im, f64x2.mul(re, re)))
  v128.store(voltage + offset, v128.bitselect(re, xr, hold))
  v128.store(voltage + offset + IM, v128.bitselect(im, xi, hold))
  // "not <=" rather than ">": a NaN is a mismatch.
  return v128.not(f64x2.le(missing, allowed))
}

/** All bits of the pair of lanes that begins at `lane`, where the mask has them. */
// @ts-ignore: decorator
@inline
function laneMask(mask: i32, lane: i32): v128 {
  return i64x2.replace_lane(i64x2.splat(-<i64>((mask >> lane) & 1)), 1, -<i64>((mask >> (lane + 1)) & 1))
}

/** The first step only brings the new loads in: whether they fit is seen at the second. */
function backwardUnchecked(header: usize): void {
  backward(header, 0, false)
}

function backwardChecked(header: usize, settled: i32): i32 {
  return backward(header, settled, true)
}

/** Voltages from L^-1 i; lanes that settled before keep theirs. Returns the mask of lanes with a mismatch. */
// @ts-ignore: decorator
@inline
function backward(header: usize, settled: i32, checked: bool): i32 {
  const size = word(header, SIZE)
  const row = pointer(header, ROW)
  const lower = pointer(header, LOWER)
  const starts = pointer(header, START)
  const voltages = pointer(header, VOLTAGE)
  const last = <usize>(size - 1)
  let voltage = voltages + last * BLOCK
  let sum = pointer(header, SUM) + last * BLOCK
  let power = pointer(header, LOAD) + last * BLOCK
  let inverse = pointer(header, INVERSE) + last * 16
  let source = pointer(header, SOURCE) + last * 16
  const tolerance = f64x2.splat(load<f64>(header, TOLERANCE_SQUARE))
  const hold0 = laneMask(settled, 0)
  const hold1 = laneMask(settled, 2)
  const hold2 = laneMask(settled, 4)
  const hold3 = laneMask(settled, 6)
  let off0 = i64x2.splat(0)
  let off1 = i64x2.splat(0)
  let off2 = i64x2.splat(0)
  let off3 = i64x2.splat(0)
  // A column without rows takes nothing from any finite block: its own.
  for (let p = size - 1; p >= 0; p--, voltage -= BLOCK, sum -= BLOCK, power -= BLOCK, inverse -= 16, source -= 16) {
    const begin = load<u32>(starts + (<usize>p << 2))
    const end = load<u32>(starts + (<usize>p << 2), 4)
    const dr = v128.load64_splat(inverse)
    const di = v128.load64_splat(inverse, 8)
    const sourceRe = v128.load64_splat(source)
    const sourceIm = v128.load64_splat(source, 8)
    let parent = voltage
    let lr = f64x2.splat(0)
    let li = f64x2.splat(0)
    if (end == begin + 1) {
      parent = voltages + <usize>load<u32>(row + (<usize>begin << 2))
      lr = v128.load64_splat(lower + (<usize>begin << 4))
      li = v128.load64_splat(lower + (<usize>begin << 4), 8)
    } else if (end > begin) {
      wideColumn(sum, voltages, row, lower, begin, end, dr, di)
      // What is left is x itself: no further factor, no further parent.
      off0 = v128.or(off0, finish(sum, voltage, power, sourceRe, sourceIm, tolerance, hold0, checked, 0))
      off1 = v128.or(off1, finish(sum, voltage, power, sourceRe, sourceIm, tolerance, hold1, checked, 16))
      off2 = v128.or(off2, finish(sum, voltage, power, sourceRe, sourceIm, tolerance, hold2, checked, 32))
      off3 = v128.or(off3, finish(sum, voltage, power, sourceRe, sourceIm, tolerance, hold3, checked, 48))
      continue
    }
    off0 = v128.or(off0, backwardPair(sum, voltage, power, parent, lr, li, dr, di, sourceRe, sourceIm, tolerance, hold0, checked, 0))
    off1 = v128.or(off1, backwardPair(sum, voltage, power, parent, lr, li, dr, di, sourceRe, sourceIm, tolerance, hold1, checked, 16))
    off2 = v128.or(off2, backwardPair(sum, voltage, power, parent, lr, li, dr, di, sourceRe, sourceIm, tolerance, hold2, checked, 32))
    off3 = v128.or(off3, backwardPair(sum, voltage, power, parent, lr, li, dr, di, sourceRe, sourceIm, tolerance, hold3, checked, 48))
  }
  return i64x2.bitmask(off0) | (i64x2.bitmask(off1) << 2) | (i64x2.bitmask(off2) << 4) | (i64x2.bitmask(off3) << 6)
}

/** x = D^-1 sum - L^T v of a column with several rows, left in `sum`. */
function wideColumn(sum: usize, voltages: usize, row: usize, lower: usize, begin: u32, end: u32, dr: v128, di: v128): void {
  for (let o: usize = 0; o < IM; o += 16) {
    const sr = v128.load(sum + o)
    const si = v128.load(sum + o, IM)
    let xr = f64x2.relaxed_nmadd(di, si, f64x2.mul(dr, sr))
    let xi = f64x2.relaxed_madd(di, sr, f64x2.mul(dr, si))
    for (let entry = begin; entry < end; entry++) {
      const parent = voltages + <usize>load<u32>(row + (<usize>entry << 2))
      const lr = v128.load64_splat(lower + (<usize>entry << 4))
      const li = v128.load64_splat(lower + (<usize>entry << 4), 8)
      const vr = v128.load(parent + o)
      const vi = v128.load(parent + o, IM)
      xr = f64x2.sub(xr, f64x2.relaxed_nmadd(li, vi, f64x2.mul(lr, vr)))
      xi = f64x2.sub(xi, f64x2.relaxed_madd(li, vr, f64x2.mul(lr, vi)))
    }
    v128.store(sum + o, xr)
    v128.store(sum + o, xi, IM)
  }
}

// @ts-ignore: decorator
@inline
function finish(sum: usize, voltage: usize, power: usize, sourceRe: v128, sourceIm: v128, tolerance: v128, hold: v128, checked: bool, offset: usize): v128 {
  const xr = v128.load(sum + offset)
  const xi = v128.load(sum + offset + IM)
  v128.store(sum + offset, sourceRe)
  v128.store(sum + offset + IM, sourceIm)
  return compareAndStore(xr, xi, voltage, power, tolerance, hold, checked, offset)
}

/**
 * Angle of v from t = im / (|v| + re), the tangent of half of it; larger ones are halved until the series of atan serves. An angle of
 * exactly pi has no such t and comes as NaN.
 */
function wideAngle(re: v128, im: v128, size: v128): v128 {
  let t = f64x2.div(im, f64x2.add(size, re))
  let factor = f64x2.splat(2)
  while (v128.any_true(f64x2.gt(f64x2.abs(t), f64x2.splat(NARROW)))) {
    t = f64x2.div(t, f64x2.add(f64x2.splat(1), f64x2.sqrt(f64x2.relaxed_madd(t, t, f64x2.splat(1)))))
    factor = f64x2.add(factor, factor)
  }
  return f64x2.mul(factor, f64x2.mul(t, atanSeries(f64x2.mul(t, t))))
}

/** Tangents below this are served by the series alone: what is cut off of it is below 1e-16. */
// @ts-ignore: decorator
@inline const NARROW = 0.06

/** atan(t) / t from s = t^2, for |t| < NARROW. */
// @ts-ignore: decorator
@inline
function atanSeries(s: v128): v128 {
  let series = f64x2.splat(1.0 / 13)
  series = f64x2.relaxed_nmadd(series, s, f64x2.splat(1.0 / 11))
  series = f64x2.relaxed_nmadd(series, s, f64x2.splat(1.0 / 9))
  series = f64x2.relaxed_nmadd(series, s, f64x2.splat(1.0 / 7))
  series = f64x2.relaxed_nmadd(series, s, f64x2.splat(1.0 / 5))
  series = f64x2.relaxed_nmadd(series, s, f64x2.splat(1.0 / 3))
  return f64x2.relaxed_nmadd(series, s, f64x2.splat(1))
}

// @ts-ignore: decorator
@inline
function tangent(voltage: usize, offset: usize): v128 {
  return f64x2.div(v128.load(voltage + offset + IM), v128.load(voltage + offset))
}

/** One pair in any direction: two divisions and roots. */
function writeWide(voltage: usize, sizeOut: usize, angleOut: usize, stride: usize, turn: v128): void {
  const re = v128.load(voltage)
  const im = v128.load(voltage, IM)
  const size = f64x2.sqrt(f64x2.relaxed_madd(im, im, f64x2.mul(re, re)))
  scatter(sizeOut, stride, size)
  scatter(angleOut, stride, f64x2.add(turn, wideAngle(re, im, size)))
}

/**
 * Sizes and angles of a block whose angles are all narrow: one division a pair gives both, by the series of atan(t) / t and of
 * sqrt(1 + t^2) in s = t^2. Their factors lie in memory, where one load brings each to all pairs.
 */
// @ts-ignore: decorator
@inline
function writeNarrow(header: usize, voltage: usize, t0: v128, t1: v128, t2: v128, t3: v128, sizeOut: usize, angleOut: usize, stride: usize, turn: v128): void {
  const s0 = f64x2.mul(t0, t0)
  const s1 = f64x2.mul(t1, t1)
  const s2 = f64x2.mul(t2, t2)
  const s3 = f64x2.mul(t3, t3)
  let factor = v128.load64_splat(header, ATAN_SERIES)
  let x0 = factor
  let x1 = factor
  let x2 = factor
  let x3 = factor
  for (let place = header + ATAN_SERIES + 8; place < header + ROOT_SERIES; place += 8) {
    factor = v128.load64_splat(place)
    x0 = f64x2.relaxed_madd(x0, s0, factor)
    x1 = f64x2.relaxed_madd(x1, s1, factor)
    x2 = f64x2.relaxed_madd(x2, s2, factor)
    x3 = f64x2.relaxed_madd(x3, s3, factor)
  }
  scatter(angleOut, stride, f64x2.add(turn, f64x2.relaxed_madd(t0, f64x2.mul(x0, s0), t0)))
  scatter(angleOut + 2 * stride, stride, f64x2.add(turn, f64x2.relaxed_madd(t1, f64x2.mul(x1, s1), t1)))
  scatter(angleOut + 4 * stride, stride, f64x2.add(turn, f64x2.relaxed_madd(t2, f64x2.mul(x2, s2), t2)))
  scatter(angleOut + 6 * stride, stride, f64x2.add(turn, f64x2.relaxed_madd(t3, f64x2.mul(x3, s3), t3)))
  factor = v128.load64_splat(header, ROOT_SERIES)
  x0 = factor
  x1 = factor
  x2 = factor
  x3 = factor
  for (let place = header + ROOT_SERIES + 8; place < header + ROOT_SERIES + 48; place += 8) {
    factor = v128.load64_splat(place)
    x0 = f64x2.relaxed_madd(x0, s0, factor)
    x1 = f64x2.relaxed_madd(x1, s1, factor)
    x2 = f64x2.relaxed_madd(x2, s2, factor)
    x3 = f64x2.relaxed_madd(x3, s3, factor)
  }
  let re = v128.load(voltage)
  scatter(sizeOut, stride, f64x2.relaxed_madd(re, f64x2.mul(x0, s0), re))
  re = v128.load(voltage, 16)
  scatter(sizeOut + 2 * stride, stride, f64x2.relaxed_madd(re, f64x2.mul(x1, s1), re))
  re = v128.load(voltage, 32)
  scatter(sizeOut + 4 * stride, stride, f64x2.relaxed_madd(re, f64x2.mul(x2, s2), re))
  re = v128.load(voltage, 48)
  scatter(sizeOut + 6 * stride, stride, f64x2.relaxed_madd(re, f64x2.mul(x3, s3), re))
}

function writeVoltages(header: usize, step: i32): void {
  const buses = word(header, BUSES)
  const slotOfBus = pointer(header, SLOT_OF_BUS)
  const voltages = pointer(header, VOLTAGE)
  const clock = pointer(header, CLOCK)
  const stride = <usize>(word(header, STEPS) * buses) << 3
  const rowOffset = <usize>(step * buses) << 3
  const angles = pointer(header, OUT_ANGLE)
  let sizeOut = pointer(header, OUT_VOLTAGE) + rowOffset
  let angleOut = angles + rowOffset
  if (angles == 0) {
    for (let bus = 0; bus < buses; bus++, sizeOut += 8) {
      const voltage = voltages + <usize>load<u32>(slotOfBus + (<usize>bus << 2))
      let lane: usize = 0
      for (let o: usize = 0; o < IM; o += 16, lane += 2 * stride) {
        const re = v128.load(voltage + o)
        const im = v128.load(voltage + o, IM)
        scatter(sizeOut + lane, stride, f64x2.sqrt(f64x2.relaxed_madd(im, im, f64x2.mul(re, re))))
      }
    }
    return
  }
  for (let bus = 0; bus < buses; bus++, sizeOut += 8, angleOut += 8) {
    const voltage = voltages + <usize>load<u32>(slotOfBus + (<usize>bus << 2))
    const turn = v128.load64_splat(clock + (<usize>bus << 3))
    const t0 = tangent(voltage, 0)
    const t1 = tangent(voltage, 16)
    const t2 = tangent(voltage, 32)
    const t3 = tangent(voltage, 48)
    // A negative real part or a NaN gives no narrow tangent of a positive one either: the smallest real part says so.
    const widest = f64x2.max(f64x2.max(f64x2.abs(t0), f64x2.abs(t1)), f64x2.max(f64x2.abs(t2), f64x2.abs(t3)))
    const lowest = f64x2.min(f64x2.min(v128.load(voltage), v128.load(voltage, 16)), f64x2.min(v128.load(voltage, 32), v128.load(voltage, 48)))
    if (v128.any_true(v128.or(f64x2.gt(widest, f64x2.splat(NARROW)), f64x2.le(lowest, f64x2.splat(0))))) {
      for (let o: usize = 0, lane: usize = 0; o < IM; o += 16, lane += 2 * stride) writeWide(voltage + o, sizeOut + lane, angleOut + lane, stride, turn)
    } else writeNarrow(header, voltage, t0, t1, t2, t3, sizeOut, angleOut, stride, turn)
  }
}

/** Square of the larger loading of both ends of a branch, 1 at the rating. */
// @ts-ignore: decorator
@inline
function loadingSquare(branch: usize, from: usize, to: usize, byPower: bool, offset: usize): v128 {
  const fr = v128.load(from + offset)
  const fi = v128.load(from + offset + IM)
  const tr = v128.load(to + offset)
  const ti = v128.load(to + offset + IM)
  const ftG = v128.load64_splat(branch, 24)
  const ftB = v128.load64_splat(branch, 32)
  const ffG = v128.load64_splat(branch, 8)
  const ffB = v128.load64_splat(branch, 16)
  const ifr = f64x2.add(f64x2.relaxed_nmadd(ffB, fi, f64x2.mul(ffG, fr)), f64x2.relaxed_nmadd(ftB, ti, f64x2.mul(ftG, tr)))
  const ifi = f64x2.add(f64x2.relaxed_madd(ffB, fr, f64x2.mul(ffG, fi)), f64x2.relaxed_madd(ftB, tr, f64x2.mul(ftG, ti)))
  const ttG = v128.load64_splat(branch, 40)
  const ttB = v128.load64_splat(branch, 48)
  const itr = f64x2.add(f64x2.relaxed_nmadd(ftB, fi, f64x2.mul(ftG, fr)), f64x2.relaxed_nmadd(ttB, ti, f64x2.mul(ttG, tr)))
  const iti = f64x2.add(f64x2.relaxed_madd(ftB, fr, f64x2.mul(ftG, fi)), f64x2.relaxed_madd(ttB, tr, f64x2.mul(ttG, ti)))
  let atFrom = f64x2.mul(v128.load64_splat(branch, 72), f64x2.relaxed_madd(ifi, ifi, f64x2.mul(ifr, ifr)))
  let atTo = f64x2.mul(v128.load64_splat(branch, 80), f64x2.relaxed_madd(iti, iti, f64x2.mul(itr, itr)))
  if (byPower) {
    atFrom = f64x2.mul(atFrom, f64x2.relaxed_madd(fi, fi, f64x2.mul(fr, fr)))
    atTo = f64x2.mul(atTo, f64x2.relaxed_madd(ti, ti, f64x2.mul(tr, tr)))
  }
  // f64x2.max keeps a NaN: what is not known is not below its rating.
  return f64x2.max(atFrom, atTo)
}

/** Loading of every branch in percent of its rating, by current or by power: the larger of both ends, with one root for the two. */
function writeLoadings(header: usize, step: i32): void {
  const branches = word(header, BRANCHES)
  const voltages = pointer(header, VOLTAGE)
  const stride = <usize>(word(header, STEPS) * branches) << 3
  let branch = pointer(header, BRANCH)
  let out = pointer(header, OUT_LOADING) + (<usize>(step * branches) << 3)
  const percent = f64x2.splat(100)
  for (let k = 0; k < branches; k++, branch += BRANCH_BYTES, out += 8) {
    const from = voltages + <usize>load<u32>(branch)
    const to = voltages + <usize>load<u32>(branch, 4)
    if (load<f64>(branch, 88) == 0) {
      scatter(out, stride, f64x2.mul(percent, f64x2.sqrt(loadingSquare(branch, from, to, false, 0))))
      scatter(out + 2 * stride, stride, f64x2.mul(percent, f64x2.sqrt(loadingSquare(branch, from, to, false, 16))))
      scatter(out + 4 * stride, stride, f64x2.mul(percent, f64x2.sqrt(loadingSquare(branch, from, to, false, 32))))
      scatter(out + 6 * stride, stride, f64x2.mul(percent, f64x2.sqrt(loadingSquare(branch, from, to, false, 48))))
    } else {
      scatter(out, stride, f64x2.mul(percent, f64x2.sqrt(loadingSquare(branch, from, to, true, 0))))
      scatter(out + 2 * stride, stride, f64x2.mul(percent, f64x2.sqrt(loadingSquare(branch, from, to, true, 16))))
      scatter(out + 4 * stride, stride, f64x2.mul(percent, f64x2.sqrt(loadingSquare(branch, from, to, true, 32))))
      scatter(out + 6 * stride, stride, f64x2.mul(percent, f64x2.sqrt(loadingSquare(branch, from, to, true, 48))))
    }
  }
}

/**
 * Currents and powers of all branches, and the sums over the network. A branch is 96 bytes: byte offsets of the blocks of its two
 * ends, six admittances (ff, ft, tt; real and imaginary), the ampere of 1 pu at both ends, the squares of 1 pu over the rating at both
 * ends, and 1 where the rating is a power.
 */
function writeBranches(header: usize, step: i32): void {
  const branches = word(header, BRANCHES)
  const voltages = pointer(header, VOLTAGE)
  const stride = <usize>(word(header, STEPS) * branches) << 3
  const base = f64x2.splat(load<f64>(header, BASE_KVA))
  const wantsCurrents = pointer(header, OUT_CURRENT_FROM) != 0
  const wantsPowers = pointer(header, OUT_KW_FROM) != 0
  const totals = pointer(header, OUT_TOTALS)
  let branch = pointer(header, BRANCH)
  let place = <usize>(step * branches) << 3
  const currentFrom = pointer(header, OUT_CURRENT_FROM)
  const currentTo = pointer(header, OUT_CURRENT_TO)
  const kwFrom = pointer(header, OUT_KW_FROM)
  const kvarFrom = pointer(header, OUT_KVAR_FROM)
  const kwTo = pointer(header, OUT_KW_TO)
  const kvarTo = pointer(header, OUT_KVAR_TO)
  const loss = pointer(header, SUM) + <usize>word(header, SLOTS) * BLOCK
  if (totals) memory.fill(loss, 0, BLOCK)
  for (let k = 0; k < branches; k++, branch += BRANCH_BYTES, place += 8) {
    const from = voltages + <usize>load<u32>(branch)
    const to = voltages + <usize>load<u32>(branch, 4)
    const ffG = v128.load64_splat(branch, 8)
    const ffB = v128.load64_splat(branch, 16)
    const ftG = v128.load64_splat(branch, 24)
    const ftB = v128.load64_splat(branch, 32)
    const ttG = v128.load64_splat(branch, 40)
    const ttB = v128.load64_splat(branch, 48)
    const fromA = v128.load64_splat(branch, 56)
    const toA = v128.load64_splat(branch, 64)
    let lane = place
    for (let o: usize = 0; o < IM; o += 16, lane += 2 * stride) {
      const fr = v128.load(from + o)
      const fi = v128.load(from + o, IM)
      const tr = v128.load(to + o)
      const ti = v128.load(to + o, IM)
      const ifr = f64x2.add(f64x2.relaxed_nmadd(ffB, fi, f64x2.mul(ffG, fr)), f64x2.relaxed_nmadd(ftB, ti, f64x2.mul(ftG, tr)))
      const ifi = f64x2.add(f64x2.relaxed_madd(ffB, fr, f64x2.mul(ffG, fi)), f64x2.relaxed_madd(ftB, tr, f64x2.mul(ftG, ti)))
      const itr = f64x2.add(f64x2.relaxed_nmadd(ftB, fi, f64x2.mul(ftG, fr)), f64x2.relaxed_nmadd(ttB, ti, f64x2.mul(ttG, tr)))
      const iti = f64x2.add(f64x2.relaxed_madd(ftB, fr, f64x2.mul(ftG, fi)), f64x2.relaxed_madd(ttB, tr, f64x2.mul(ttG, ti)))
      if (wantsCurrents) {
        scatter(currentFrom + lane, stride, f64x2.mul(fromA, f64x2.sqrt(f64x2.relaxed_madd(ifi, ifi, f64x2.mul(ifr, ifr)))))
        scatter(currentTo + lane, stride, f64x2.mul(toA, f64x2.sqrt(f64x2.relaxed_madd(iti, iti, f64x2.mul(itr, itr)))))
      }
      if (!wantsPowers && !totals) continue
      const pf = f64x2.mul(base, f64x2.relaxed_madd(fi, ifi, f64x2.mul(fr, ifr)))
      const pt = f64x2.mul(base, f64x2.relaxed_madd(ti, iti, f64x2.mul(tr, itr)))
      if (totals) {
        // A branch that nothing feeds is NaN, and loses nothing.
        const lost = f64x2.add(pf, pt)
        v128.store(loss + o, f64x2.add(v128.load(loss + o), v128.and(lost, f64x2.eq(lost, lost))))
      }
      if (!wantsPowers) continue
      scatter(kwFrom + lane, stride, pf)
      scatter(kwTo + lane, stride, pt)
      scatter(kvarFrom + lane, stride, f64x2.mul(base, f64x2.relaxed_nmadd(fr, ifi, f64x2.mul(fi, ifr))))
      scatter(kvarTo + lane, stride, f64x2.mul(base, f64x2.relaxed_nmadd(tr, iti, f64x2.mul(ti, itr))))
    }
  }
  if (totals) writeTotals(header, step, loss)
}

/** Delivered by the sources (active, reactive), drawn by loads, lost: value [(lane * STEPS + step) * 4 + k]. */
function writeTotals(header: usize, step: i32, loss: usize): void {
  const steps = word(header, STEPS)
  const buses = word(header, BUSES)
  const voltages = pointer(header, VOLTAGE)
  const loads = pointer(header, LOAD)
  const slotOfBus = pointer(header, SLOT_OF_BUS)
  const shunt = pointer(header, SHUNT)
  const ends = pointer(header, SOURCE_ENDS)
  const endCount = word(header, SOURCE_END_COUNT)
  const base = load<f64>(header, BASE_KVA)
  for (let lane = 0; lane < LANES; lane++) {
    const l = <usize>lane << 3
    let lossKw = load<f64>(loss + l)
    let loadKw = 0.0
    let injectionKw = 0.0
    let injectionKvar = 0.0
    // A bus is 24 bytes: shunt conductance and susceptance, and 1 where a source stands; an unfed bus has a NaN voltage.
    for (let bus = 0; bus < buses; bus++) {
      const block = <usize>load<u32>(slotOfBus + (<usize>bus << 2))
      const re = load<f64>(voltages + block + l)
      const im = load<f64>(voltages + block + l, IM)
      const square = re * re + im * im
      if (square != square) continue
      const properties = shunt + <usize>bus * 24
      const shuntKw = load<f64>(properties) * square * base
      const kw = load<f64>(loads + block + l) * base
      loadKw += kw
      lossKw += shuntKw
      if (load<f64>(properties, 16) == 0) continue
      injectionKw += kw + shuntKw
      injectionKvar += (load<f64>(loads + block + l, IM) - load<f64>(properties, 8) * square) * base
    }
    // Branch ends at sources, 40 bytes: offsets of own and other end, then own and transfer admittance.
    for (let k = 0; k < endCount; k++) {
      const end = ends + <usize>k * 40
      const own = voltages + <usize>load<u32>(end) + l
      const other = voltages + <usize>load<u32>(end, 4) + l
      const re = load<f64>(own)
      const im = load<f64>(own, IM)
      const g = load<f64>(end, 8)
      const b = load<f64>(end, 16)
      const tg = load<f64>(end, 24)
      const tb = load<f64>(end, 32)
      const ir = g * re - b * im + tg * load<f64>(other) - tb * load<f64>(other, IM)
      const ii = g * im + b * re + tg * load<f64>(other, IM) + tb * load<f64>(other)
      const kw = (re * ir + im * ii) * base
      if (kw != kw) continue
      injectionKw += kw
      injectionKvar += (im * ir - re * ii) * base
    }
    const out = pointer(header, OUT_TOTALS) + (<usize>(lane * steps + step) << 5)
    store<f64>(out, injectionKw)
    store<f64>(out, injectionKvar, 8)
    store<f64>(out, loadKw, 16)
    store<f64>(out, lossKw, 24)
  }
}
