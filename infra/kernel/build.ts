/** Builds the load-flow kernel from its AssemblyScript source: `npm run build:kernel`. A test holds the committed bytes to it. */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const SOURCE = new URL('../../models/load-flow/kernel/assembly/index.ts', import.meta.url)
export const KERNEL = new URL('../../models/load-flow/kernel/kernel.wasm', import.meta.url)

export async function buildKernel(): Promise<Uint8Array> {
  let built: Uint8Array | undefined
  const source = await readFile(SOURCE, 'utf8')
  const { error, stderr } = await asc.main(
    ['index.ts', '--outFile', 'kernel.wasm', '-O3', '--converge', '--noAssert', '--runtime', 'stub', '--importMemory', '--lowMemoryLimit', '1024', '--memoryBase', '1024', '--enable', 'simd', '--enable', 'relaxed-simd'],
    {
      readFile: (name) => (name === 'index.ts' ? source : null),
      writeFile: (_name, contents) => void (built = contents as Uint8Array),
      listFiles: () => [],
    },
  )
  if (error !== null || built === undefined) throw new Error(`the kernel does not compile: ${stderr.toString()}`)
  return built
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(KERNEL, await buildKernel())
