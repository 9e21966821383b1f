import {
  AttributeIds, BrowsePath, ReadRequest, TimestampsToReturn, TranslateBrowsePathsToNodeIdsRequest, VariableIds,
  type ReadResponse, type TranslateBrowsePathsToNodeIdsResponse,
} from 'node-opcua'
import { call, type Line } from './calls.ts'
import { inSlices, type OperationLimits } from './limits.ts'
import type { OpcUaSettings } from './settings.ts'

const OBJECTS_FOLDER = 'i=85'
const HIERARCHICAL_REFERENCES = 'i=33'

/** A node of the server, or why there is none. */
export type ResolvedNode = { readonly nodeId: string } | { readonly refused: string }

/** Namespaces of the server by their index, which is only sure for the life of one session. */
export async function readNamespaces(line: Line): Promise<readonly string[]> {
  const { results } = await call<ReadResponse>(line, new ReadRequest({
    maxAge: 0, timestampsToReturn: TimestampsToReturn.Neither, nodesToRead: [{ nodeId: `i=${VariableIds.Server_NamespaceArray}`, attributeId: AttributeIds.Value }],
  }))
  const uris: unknown = results?.[0]?.value?.value
  return Array.isArray(uris) ? uris.map(String) : []
}

/**
 * Finds the nodes of paths: by their identifier in the namespace of the source, or by walking the browse names from the
 * folder of objects. Both are asked for anew in each session, because neither an index nor a number outlives a server.
 */
export async function resolveNodes(line: Line, { namespaceUri, nodes }: Pick<OpcUaSettings, 'namespaceUri' | 'nodes'>, paths: readonly string[], limits: OperationLimits): Promise<ResolvedNode[]> {
  const index = (await readNamespaces(line)).indexOf(namespaceUri)
  if (index < 0) throw new Error(`the server has no namespace ${namespaceUri}`)
  if (nodes === 'identifier') return paths.map((path) => ({ nodeId: `ns=${index};s=${path}` }))
  const resolved: ResolvedNode[] = []
  await inSlices(paths, limits.nodesPerTranslate, async (slice) => {
    const { results } = await call<TranslateBrowsePathsToNodeIdsResponse>(line, new TranslateBrowsePathsToNodeIdsRequest({
      browsePaths: slice.map((path) => new BrowsePath({
        startingNode: OBJECTS_FOLDER,
        relativePath: { elements: path.split('/').map((name) => ({ referenceTypeId: HIERARCHICAL_REFERENCES, isInverse: false, includeSubtypes: true, targetName: { namespaceIndex: index, name } })) },
      })),
    }))
    for (const { statusCode, targets } of results ?? []) {
      // Two nodes of one path would be a guess: none is taken.
      if (statusCode.isGoodish() && targets?.length === 1) resolved.push({ nodeId: targets[0].targetId.toString() })
      else resolved.push({ refused: statusCode.isGoodish() ? 'BadTooManyMatches' : statusCode.name })
    }
  })
  return resolved
}
