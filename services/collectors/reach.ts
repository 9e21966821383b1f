/**
 * Where a collector may connect to. Looked at for every connection of the process as it is tried, with the address that the name has
 * led to at that moment: a name that changes its mind, a redirect and an address in a form of its own are caught alike, whatever library asks.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { BlockList, isIP, type Socket } from 'node:net'
import { constants } from 'node:os'

/** Never a meter's: the machine's own configuration services, no address at all, and everybody at once. */
const NEVER = ['169.254.0.0/16', '0.0.0.0/8', '224.0.0.0/4', '240.0.0.0/4', 'fe80::/10', 'ff00::/8', '::/128', 'fd00:ec2::254/128'] as const

export function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address, bits] = network.split('/') as [string, string]
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}
const never = blockListOf(NEVER)

/** IPv4 in the clothes of IPv6 is IPv4. */
const plain = (address: string): string => /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address

/** @param allowed empty: everything but what is never a meter's */
export function mayReach(address: string, allowed: readonly string[], list = blockListOf(allowed)): boolean {
  const [bare] = plain(address).split('%')
  const family = isIP(bare!) === 6 ? 'ipv6' : 'ipv4'
  if (isIP(bare!) === 0 || never.check(bare!, family)) return false
  return allowed.length === 0 || list.check(bare!, family)
}

/** From now on every connection of this process is held to it; the answer ends that. */
export function guardReach(allowed: readonly string[], onRefused: (address: string, port: number) => void): () => void {
  const list = blockListOf(allowed)
  const watch = (message: unknown) => {
    const { socket } = message as { socket: Socket }
    socket.on('connectionAttempt', (address: string, port: number) => {
      if (mayReach(address, allowed, list)) return
      onRefused(address, port)
      // Between this event and the system call Node looks at nothing else: the call answers as the system would without a right to it.
      const handle = (socket as Socket & { _handle: { connect(): number; connect6(): number } })._handle
      handle.connect = handle.connect6 = () => -constants.errno.EACCES
    })
  }
  subscribe('net.client.socket', watch)
  return () => void unsubscribe('net.client.socket', watch)
}
