import { readFileSync } from 'node:fs'
import { instantiateKernel, type Kernel } from '#models/load-flow/kernel/kernel.ts'

const FILE = new URL('../../models/load-flow/kernel/kernel.wasm', import.meta.url)
let kernel: Kernel | undefined

/** The load-flow kernel of this thread, compiled at first use. */
export function loadFlowKernel(): Kernel {
  kernel ??= instantiateKernel(new WebAssembly.Module(readFileSync(FILE)))
  return kernel
}
