import type { DatabaseSync } from 'node:sqlite'
import type { HolderLinks, LinkOrigin, LinkRecord } from './links-port.ts'

interface LinkRow { link_id: number; person_id: number; holder: string; from_at: number; to_at: number | null; origin: string; granted_by: number | null; granted_at: number; ends_at: number | null; parent_link: number | null }

const orNull = (at: number): number | null => (Number.isFinite(at) ? at : null)
const recordOf = (row: LinkRow): LinkRecord => ({
  linkId: row.link_id, personId: row.person_id, holder: row.holder, from: row.from_at, to: row.to_at ?? Infinity, origin: row.origin as LinkOrigin,
  grantedBy: row.granted_by, grantedAt: row.granted_at, endsAt: row.ends_at ?? Infinity, parentLink: row.parent_link,
})

/** A delegation stands on the link it was made from: without that one it is over, whatever its own date says. */
const IN_FORCE = `SELECT one.* FROM holder_link one LEFT JOIN holder_link parent ON parent.link_id = one.parent_link
  WHERE one.ended_at IS NULL AND (one.ends_at IS NULL OR one.ends_at > ?1)
  AND (one.parent_link IS NULL OR (parent.link_id IS NOT NULL AND parent.ended_at IS NULL AND (parent.ends_at IS NULL OR parent.ends_at > ?1)))`
const ORDER = 'ORDER BY one.holder, one.from_at, one.link_id'

export function holderLinks(database: DatabaseSync, realNow: () => number): HolderLinks {
  const save = database.prepare('INSERT INTO holder_link (person_id, holder, from_at, to_at, origin, granted_by, granted_at, ends_at, parent_link) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *')
  const one = database.prepare(`${IN_FORCE} AND one.link_id = ?2`)
  const ofPerson = database.prepare(`${IN_FORCE} AND one.person_id = ?2 ${ORDER}`)
  const delegated = database.prepare(`${IN_FORCE} AND parent.person_id = ?2 ${ORDER}`)
  const all = database.prepare(`${IN_FORCE} ${ORDER}`)
  const end = database.prepare('UPDATE holder_link SET ended_at = ?1, ended_by = ?2 WHERE ended_at IS NULL AND (link_id = ?3 OR parent_link = ?3)')
  const withdraw = database.prepare('UPDATE access_code SET withdrawn_at = ? WHERE parent_link = ? AND redeemed_at IS NULL AND withdrawn_at IS NULL')

  return {
    add: ({ personId, holder, from, to, origin, grantedBy, endsAt, parentLink }) =>
      recordOf(save.get(personId, holder, from, orNull(to), origin, grantedBy, realNow(), orNull(endsAt), parentLink) as unknown as LinkRow),
    link(linkId) {
      const row = one.get(realNow(), linkId) as LinkRow | undefined
      return row && recordOf(row)
    },
    of: (personId) => (ofPerson.all(realNow(), personId) as unknown as LinkRow[]).map(recordOf),
    delegatedBy: (personId) => (delegated.all(realNow(), personId) as unknown as LinkRow[]).map(recordOf),
    all: () => (all.all(realNow()) as unknown as LinkRow[]).map(recordOf),
    end(linkId, by) {
      if (one.get(realNow(), linkId) === undefined) return false
      end.run(realNow(), by, linkId)
      withdraw.run(realNow(), linkId)
      return true
    },
  }
}
