import type { DocumentIndex } from './document-index.ts'
import { fault, type Fault } from './fault.ts'

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** A message about a contract leaves this machine encrypted, or not at all. */
export function isSafeAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  return username === '' && password === '' && (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname)))
}

/** Contracts that cannot be carried out as they are written. */
export function flexibilityFaults(index: DocumentIndex): Fault[] {
  return index.list('flexibilityContracts').flatMap(({ path, value }): Fault[] => {
    const { id, validFrom, validTo, notices, deliveryPoints, hoursAYear, mostHoursAnActivation = 0 } = value
    const faults: Fault[] = []
    if (validTo !== undefined && Date.parse(validTo) <= Date.parse(validFrom)) faults.push(fault('PF_DISTRICT_INTERVAL', `${path}/validTo`, `Contract ${id}: the interval from ${validFrom} to ${validTo} is empty or inverted.`))
    if (notices.webhook !== undefined && !isSafeAddress(notices.webhook.url)) {
      faults.push(fault('PF_DISTRICT_MISFIT', `${path}/notices/webhook/url`, `Contract ${id}: "${notices.webhook.url}" is neither https nor on this machine.`, 'Write an https address without name or password in it.'))
    }
    const origin = notices.openAdr?.callbackOrigin
    if (origin !== undefined && (!isSafeAddress(origin) || new URL(origin).origin !== origin)) {
      faults.push(fault('PF_DISTRICT_MISFIT', `${path}/notices/openAdr/callbackOrigin`, `Contract ${id}: "${origin}" is no https origin, nor one of this machine.`, 'Write an origin without a path, such as https://node.example.'))
    }
    if (new Set(deliveryPoints).size < deliveryPoints.length) faults.push(fault('PF_DISTRICT_MISFIT', `${path}/deliveryPoints`, `Contract ${id} names a delivery point twice.`, 'Name each delivery point once: it would be counted twice.'))
    if (mostHoursAnActivation > hoursAYear) faults.push(fault('PF_DISTRICT_MISFIT', `${path}/mostHoursAnActivation`, `Contract ${id}: one activation of ${mostHoursAnActivation} h is longer than all of a year, ${hoursAYear} h.`))
    deliveryPoints.forEach((pointId, position) => {
      const point = index.find(pointId)
      if (point?.kind === 'deliveryPoints' && (point.value as { carrier?: string }).carrier !== 'electricity') {
        faults.push(fault('PF_DISTRICT_MISFIT', `${path}/deliveryPoints/${position}`, `Contract ${id}: "${pointId}" draws no electricity.`))
      }
    })
    return faults
  })
}
