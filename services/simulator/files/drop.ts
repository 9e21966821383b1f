import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { District, Source } from '#models/district/schema.ts'
import { localOffset } from '#models/units/local-time.ts'
import { batchOf } from '../delivery.ts'
import type { Field } from '../field.ts'
import { toWire, wiredPoints } from '../outlet.ts'
import type { Ledger, WiredPoint } from '../outlet.ts'
import type { LocalDay } from '../truth/calendar.ts'

/**
 * The grid operator's daily export of the meters of consenting dwellings. A file holds one block after the other; a block
 * is a line of column names, a line of metadata, `Horodate;Valeur`, and its rows. Stamps are local time with offset, at
 * the END of the interval: "Pas en minutes" is 30 for the load curve, 1440 for the daily maximum (a local day, also where
 * it has 23 or 25 hours), and empty for a register, whose stamp is the moment of reading.
 */
const COLUMNS = 'Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite;Pas en minutes'

const KINDS: Readonly<Record<string, { type: string; physical: string; unit: string; stepMinutes: number | undefined }>> = {
  'load-curve': { type: 'Courbe de charge', physical: 'Energie active', unit: 'W', stepMinutes: 30 },
  'index': { type: 'Index', physical: 'Energie active', unit: 'Wh', stepMinutes: undefined },
  'max-power': { type: 'Puissance maximale', physical: 'Puissance apparente', unit: 'VA', stepMinutes: 1_440 },
}

/** Days back within which a delivery may still be due. */
const LATEST_DAYS = 3

export interface Drop {
  /** Writes every file that became due after `from` up to and with `to`; the number of files. */
  deliver(from: number, to: number): Promise<number>
}

export function createDrop({ field, district, source, folder, ledger }: { field: Field; district: District; source: Source; folder: string; ledger: Ledger }): Drop {
  const points = wiredPoints(field, district, source)
  const { days } = field.truth

  const stamp = (at: number): string => {
    const offset = localOffset(at, district.timeZone)
    const minutes = Math.abs(offset) / 60_000
    const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
    return `${new Date(at + offset).toISOString().slice(0, 19)}${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`
  }
  const date = (at: number): string => stamp(at).slice(0, 10).split('-').reverse().join('/')

  const block = (wired: WiredPoint, day: LocalDay): string => {
    const { type, physical, unit, stepMinutes } = KINDS[wired.channel]
    const { at, values } = field.series(wired.one, day.start, day.end)
    const convert = toWire(wired, unit)
    const rows = Array.from(at, (start, row) => {
      const end = stepMinutes === undefined ? start : stepMinutes === 1_440 ? day.end : start + stepMinutes * 60_000
      ledger.note(source.id, wired.one.point.id, start, values[row], 0)
      return `${stamp(end)};${Math.round(convert(values[row]))}`
    })
    return [COLUMNS, `${wired.device.address};${type};${date(day.start)};${date(day.end)};${physical};Consommation;Comptage Brut;${unit};${stepMinutes ?? ''}`, 'Horodate;Valeur', ...rows].join('\n')
  }

  return {
    async deliver(from, to) {
      const due = new Map<string, string[]>()
      const today = days.at(to).epochDay
      const first = days.at(from).epochDay - LATEST_DAYS
      for (let epochDay = first; epochDay <= today; epochDay++) {
        const day = days.day(epochDay)
        for (const wired of points) {
          const at = wired.one.delivery.deliveredAt(day)
          if (!(at > from && at <= to)) continue
          const isLate = at > days.day(epochDay + 2).start
          const name = `enedis-${stamp(day.start).slice(0, 10)}-lot${String(batchOf(String(wired.device.address))).padStart(2, '0')}${isLate ? '-retard' : ''}.csv`
          const blocks = due.get(name)
          if (blocks === undefined) due.set(name, [block(wired, day)])
          else blocks.push(block(wired, day))
        }
      }
      if (due.size > 0) await mkdir(folder, { recursive: true })
      for (const [name, blocks] of due) {
        // Whoever watches the folder sees a file only when it is whole.
        const part = join(folder, `.${name}.part`)
        await writeFile(part, `${blocks.join('\n')}\n`)
        await rename(part, join(folder, name))
      }
      return due.size
    },
  }
}
