/** Names are not ours: as text or attribute in HTML and SVG. */
export const escapedXml = (text: string): string => printable(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** Without the characters that XML cannot hold in any way. */
export const printable = (text: string): string => text.replace(FORBIDDEN, '')

const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g
