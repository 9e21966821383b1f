import protobuf from 'protobufjs/minimal.js'
import { DATA_TYPE } from './payload.ts'

const tagOf = (field: number, wire: number): number => field * 8 + wire

/** The only command that is ever sent: please tell anew what you are. */
export function rebirthCommand(now: number): Uint8Array {
  const metric = protobuf.Writer.create()
    .uint32(tagOf(1, 2)).string('Node Control/Rebirth')
    .uint32(tagOf(3, 0)).uint64(now)
    .uint32(tagOf(4, 0)).uint32(DATA_TYPE.boolean)
    .uint32(tagOf(14, 0)).bool(true)
    .finish()
  return protobuf.Writer.create().uint32(tagOf(1, 0)).uint64(now).uint32(tagOf(2, 2)).bytes(metric).finish()
}

/** Whether this host listens; edge nodes that name it as their primary host keep their values while it does not. */
export const hostState = (online: boolean, at: number): string => JSON.stringify({ online, timestamp: at })
