import {
  AttributeIds, BrowseDirection, BrowseNextRequest, BrowseRequest, DataType, NodeClass, NodeIdType, Range, ReadRequest, TimestampsToReturn, VariantArrayType,
  type BrowseNextResponse, type BrowseResponse, type BrowseResult, type DataValue, type ReadResponse, type ReferenceDescription,
} from 'node-opcua'
import { call, type Line } from './calls.ts'
import { numberOf, sourceTimeOf } from './data-value.ts'
import { inSlices, type OperationLimits } from './limits.ts'
import { readNamespaces } from './resolve.ts'

const OBJECTS_FOLDER = 'i=85'
const HIERARCHICAL_REFERENCES = 'i=33'
const HAS_PROPERTY = 'i=46'
const NODE_CLASSES = NodeClass.Object | NodeClass.Variable
const ALL_FIELDS = 63
const REFERENCES_PER_ANSWER = 1_000

export interface BrowseLimits {
  /** Steps below the folder of objects. */
  readonly depth: number
  readonly nodes: number
}

export interface BrowsedVariable {
  /** Browse names from below the folder of objects to the variable. */
  readonly path: readonly string[]
  /** True if all names of the path are of the namespace of the node. */
  readonly isOneNamespace: boolean
  readonly nodeId: string
  /** The text of a text identifier. */
  readonly identifier: string | undefined
  readonly namespaceUri: string
  readonly dataType: string
  /** A single number or yes/no: what can be a measurement point. */
  readonly isScalarNumber: boolean
  /** As the server writes it; undefined where it says none. */
  readonly unit: string | undefined
  readonly range: readonly [low: number, high: number] | undefined
  readonly description: string | undefined
  readonly value: number | string | null
  readonly status: string
  readonly at: number | null
  readonly hasHistory: boolean
}

export interface Browsed {
  readonly variables: readonly BrowsedVariable[]
  readonly nodesSeen: number
  /** Why it is not everything; undefined if it is. */
  readonly stopped: string | undefined
}

interface Place { readonly nodeId: string, readonly path: readonly string[], readonly namespaces: readonly number[] }
interface Found extends Place { readonly reference: ReferenceDescription, unitNode: string | undefined, rangeNode: string | undefined }

/**
 * Walks the address space below the folder of objects, level after level, each node once whatever circles there are, and
 * reads what is said of each variable. The server's own nodes are left out.
 */
export async function browseVariables(line: Line, limits: OperationLimits, { depth, nodes }: BrowseLimits): Promise<Browsed> {
  const namespaces = await readNamespaces(line)
  const seen = new Set<string>([OBJECTS_FOLDER])
  const found: Found[] = []
  const byId = new Map<string, Found>()
  let stopped: string | undefined
  let level: Place[] = [{ nodeId: OBJECTS_FOLDER, path: [], namespaces: [] }]
  for (let step = 0; level.length > 0; step++) {
    if (step >= depth) {
      stopped ??= `nodes more than ${depth} steps below the folder of objects were not looked at`
      break
    }
    const next: Place[] = []
    await eachReference(line, limits, level, (parent, reference) => {
      const nodeId = reference.nodeId.toString()
      const name = reference.browseName.name ?? ''
      if (reference.referenceTypeId.toString() === HAS_PROPERTY || reference.referenceTypeId.toString() === `ns=0;${HAS_PROPERTY}`) {
        const owner = byId.get(parent.nodeId)
        if (owner !== undefined && name === 'EngineeringUnits') owner.unitNode = nodeId
        if (owner !== undefined && name === 'EURange') owner.rangeNode = nodeId
        return
      }
      // Nodes of the standard namespace describe the server; what hangs below them and is its own would be found elsewhere too.
      if (reference.nodeId.namespace === 0 || seen.has(nodeId)) return
      if (seen.size > nodes) {
        stopped = `only the first ${nodes} nodes were looked at`
        return
      }
      seen.add(nodeId)
      const place: Place = { nodeId, path: [...parent.path, name], namespaces: [...parent.namespaces, reference.browseName.namespaceIndex] }
      next.push(place)
      if (reference.nodeClass === NodeClass.Variable) {
        const one: Found = { ...place, reference, unitNode: undefined, rangeNode: undefined }
        found.push(one)
        byId.set(nodeId, one)
      }
    })
    level = next
  }
  return { variables: await describeVariables(line, limits, found, namespaces), nodesSeen: seen.size - 1, stopped }
}

/** Every reference of the nodes, in as many answers as the server cuts them into. */
async function eachReference(line: Line, limits: OperationLimits, places: readonly Place[], take: (parent: Place, reference: ReferenceDescription) => void): Promise<void> {
  await inSlices(places, limits.nodesPerBrowse, async (slice) => {
    const { results } = await call<BrowseResponse>(line, new BrowseRequest({
      requestedMaxReferencesPerNode: REFERENCES_PER_ANSWER,
      nodesToBrowse: slice.map(({ nodeId }) => ({
        nodeId, browseDirection: BrowseDirection.Forward, referenceTypeId: HIERARCHICAL_REFERENCES, includeSubtypes: true, nodeClassMask: NODE_CLASSES, resultMask: ALL_FIELDS,
      })),
    }))
    let open = takeAll(results, slice, take)
    while (open.length > 0) {
      const further: typeof open = []
      // A server keeps few continuation points: those it gave are followed before new ones are asked for, one at a time.
      for (const { place, continuationPoint } of open) {
        const { results: more } = await call<BrowseNextResponse>(line, new BrowseNextRequest({ releaseContinuationPoints: false, continuationPoints: [continuationPoint] }))
        further.push(...takeAll(more, [place], take))
      }
      open = further
    }
  })
}

function takeAll(results: readonly BrowseResult[] | null, places: readonly Place[], take: (parent: Place, reference: ReferenceDescription) => void): { place: Place, continuationPoint: Buffer }[] {
  return (results ?? []).flatMap(({ references, continuationPoint }, index) => {
    for (const reference of references ?? []) take(places[index], reference)
    return continuationPoint !== null && continuationPoint !== undefined && continuationPoint.length > 0 ? [{ place: places[index], continuationPoint }] : []
  })
}

async function describeVariables(line: Line, limits: OperationLimits, found: readonly Found[], namespaces: readonly string[]): Promise<BrowsedVariable[]> {
  const read = async (nodesToRead: readonly { nodeId: string, attributeId: AttributeIds }[]): Promise<DataValue[]> => {
    const values: DataValue[] = []
    await inSlices(nodesToRead, limits.nodesPerRead, async (slice) => {
      const { results } = await call<ReadResponse>(line, new ReadRequest({ maxAge: 0, timestampsToReturn: TimestampsToReturn.Source, nodesToRead: [...slice] }))
      values.push(...results!)
    })
    return values
  }
  const of = (attributeId: AttributeIds): Promise<DataValue[]> => read(found.map(({ nodeId }) => ({ nodeId, attributeId })))
  const property = async (key: 'unitNode' | 'rangeNode'): Promise<Map<Found, unknown>> => {
    const owners = found.filter((one) => one[key] !== undefined)
    const values = await read(owners.map((one) => ({ nodeId: one[key]!, attributeId: AttributeIds.Value })))
    return new Map(owners.map((one, index) => [one, values[index].value?.value as unknown]))
  }
  const values = await of(AttributeIds.Value)
  const dataTypes = await of(AttributeIds.DataType)
  const descriptions = await of(AttributeIds.Description)
  const historizing = await of(AttributeIds.Historizing)
  const units = await property('unitNode')
  const ranges = await property('rangeNode')
  return found.map((one, index): BrowsedVariable => {
    const { nodeId } = one.reference
    const { value: variant, statusCode } = values[index]
    const isArray = variant !== undefined && variant !== null && variant.arrayType !== VariantArrayType.Scalar
    const number = numberOf(values[index])
    const declared = (dataTypes[index].value?.value as { namespace: number, value: unknown } | undefined)
    const dataType = declared?.namespace === 0 && typeof declared.value === 'number' ? (DataType[declared.value] ?? `i=${declared.value}`) : String(declared ?? 'unknown')
    const unit = units.get(one)
    const range = ranges.get(one)
    const at = sourceTimeOf(values[index])
    return {
      path: one.path, isOneNamespace: one.namespaces.every((each) => each === nodeId.namespace), nodeId: nodeId.toString(),
      identifier: nodeId.identifierType === NodeIdType.STRING ? String(nodeId.value) : undefined,
      namespaceUri: namespaces[nodeId.namespace] ?? '', dataType,
      isScalarNumber: !isArray && (NUMBER_TYPES.has(dataType) || (number !== undefined && !Number.isNaN(number))),
      unit: (unit as { displayName?: { text?: string | null } } | undefined)?.displayName?.text ?? undefined,
      range: range instanceof Range ? [range.low, range.high] : undefined,
      description: (descriptions[index].value?.value as { text?: string | null } | undefined)?.text ?? undefined,
      value: isArray ? `${(variant.value as ArrayLike<unknown>).length} values` : number === undefined ? textOf(variant?.value) : Number.isNaN(number) ? null : number,
      status: statusCode.name, at: Number.isNaN(at) ? null : at, hasHistory: historizing[index].value?.value === true,
    }
  })
}

/** A few words of a value that is no number: it is only looked at. */
const textOf = (value: unknown): string => (value instanceof Uint8Array ? `${value.length} bytes` : String(value).slice(0, LONGEST_TEXT))
const LONGEST_TEXT = 200

const NUMBER_TYPES = new Set(['Boolean', 'SByte', 'Byte', 'Int16', 'UInt16', 'Int32', 'UInt32', 'Int64', 'UInt64', 'Float', 'Double', 'Number', 'Integer', 'UInteger'])
