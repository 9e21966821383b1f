import { describe, expect, test } from 'vitest'
import { SAMPLE_NETWORK } from '../sample-network.testkit.ts'
import { networkDiagram } from './network-diagram.ts'

const legend = { primary: 'primary', secondary: 'secondary', constrained: 'small', open: 'open' }
const count = (svg: string, part: string) => svg.split(part).length - 1

describe('the network as a drawing', () => {
  test('a mark is a thick stroke or a frame, and its number', () => {
    const [plain, marked] = [networkDiagram(SAMPLE_NETWORK, [], legend), networkDiagram(SAMPLE_NETWORK, [{ number: 7, on: 'link', id: 'R01' }, { number: 8, on: 'node', id: 'P05' }, { number: 9, on: 'node', id: 'P05' }], legend)]
    expect(count(marked, 'stroke-width="6"') - count(plain, 'stroke-width="6"')).toBe(1)
    expect(count(marked, 'stroke-width="3"') - count(plain, 'stroke-width="3"')).toBe(1)
    for (const number of ['>7<', '>8<', '>9<']) expect(marked).toContain(number)
  })

  test('every substation is named while names can be read; of many, those that something is said of', () => {
    for (const { name } of SAMPLE_NETWORK.nodes) expect(networkDiagram(SAMPLE_NETWORK, [], legend)).toContain(`>${name}<`)
    const many = { nodes: Array.from({ length: 60 }, (_, k) => ({ id: `n${k}`, name: `name ${k}.`, x: k % 8, y: Math.floor(k / 8), kind: 'secondary' as const })), links: [{ id: 'l', from: 'n0', to: 'n1', open: false }] }
    const drawn = networkDiagram(many, [{ number: 1, on: 'link', id: 'l' }], legend)
    expect(drawn.match(/name \d+\./g)).toEqual(['name 0.', 'name 1.'])
  })

  test('an open point has two bars, and a link to what is not drawn is left out', () => {
    const network = { nodes: SAMPLE_NETWORK.nodes.slice(0, 2), links: [{ id: 'a', from: 'PS', to: 'V01', open: true }, { id: 'b', from: 'PS', to: 'elsewhere', open: true }] }
    expect(count(networkDiagram(network, [], legend), 'stroke-width="2"/>') - count(networkDiagram({ ...network, links: [] }, [], legend), 'stroke-width="2"/>')).toBe(2)
  })

  test('names are text, and one place is enough', () => {
    const drawn = networkDiagram({ nodes: [{ id: 'x', name: '<script>"&', x: 3, y: 3, kind: 'secondary' }], links: [] }, [], legend)
    expect(drawn).toContain('&lt;script&gt;&quot;&amp;')
    expect(drawn).not.toMatch(/NaN|<script/)
    expect(networkDiagram({ nodes: [], links: [] }, [], legend)).not.toMatch(/NaN|Infinity/)
  })
})
