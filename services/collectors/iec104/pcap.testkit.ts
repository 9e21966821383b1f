/** A classic pcap file of Ethernet frames, little-endian, as far as the recordings need it. */

const FILE_HEADER = 24
const PACKET_HEADER = 16
const ETHERNET_HEADER = 14
const TCP = 6

/** What one end sent by TCP, packet by packet; `sourcePort` or `destinationPort` chooses the direction. */
export function tcpPayloads(file: Uint8Array, isWanted: (sourcePort: number, destinationPort: number) => boolean): { readonly at: number; readonly bytes: Uint8Array }[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  if (view.getUint32(0, true) !== 0xa1b2c3d4) throw new Error('not a little-endian pcap file')
  const payloads: { at: number; bytes: Uint8Array }[] = []
  for (let start = FILE_HEADER; start < file.length;) {
    const captured = view.getUint32(start + 8, true)
    const at = view.getUint32(start, true) * 1_000 + view.getUint32(start + 4, true) / 1_000
    const ip = start + PACKET_HEADER + ETHERNET_HEADER
    const tcp = ip + (file[ip] & 0x0f) * 4
    const data = tcp + (file[tcp + 12] >> 4) * 4
    // The length that IP says: Ethernet fills short packets up.
    const end = ip + view.getUint16(ip + 2)
    if (file[ip + 9] === TCP && end > data && isWanted(view.getUint16(tcp), view.getUint16(tcp + 2))) payloads.push({ at, bytes: file.slice(data, end) })
    start += PACKET_HEADER + captured
  }
  return payloads
}
