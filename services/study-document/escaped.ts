/** Names are not ours: as text or attribute in HTML and SVG. Characters that XML cannot hold at all are left out. */
export const escapedXml = (text: string): string => text.replace(FORBIDDEN, '').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g
