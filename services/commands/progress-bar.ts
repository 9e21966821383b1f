const BAR = 30

/** How far something has come: a bar at a terminal, a line every tenth elsewhere. */
export function progressBar(name: string): (share: number) => void {
  let told = -1
  return (share) => {
    const percent = Math.floor(share * 100)
    if (process.stdout.isTTY) {
      const full = Math.round(share * BAR)
      process.stdout.write(`\r${name} [${'#'.repeat(full)}${'.'.repeat(BAR - full)}] ${percent} %`)
    } else if (percent >= told + 10) {
      told = percent
      process.stdout.write(`${name} ${percent} %\n`)
    }
  }
}
