import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { referenceOf } from './entry.ts'
import type { Party } from './port.ts'

export interface References {
  /** Reference of a party, made when it is first written of. */
  of(party: Party): string
  /** Reference of a party that was written of. */
  known(party: Party): string | undefined
  /** Of a reason; each has its own. */
  ofReason(text: string): string
  /** Of a party and of every reason in entries about or by it. */
  erase(party: Party): number
  eraseUnusedSince(at: number): number
}

/** Who is meant by the references of the chain. Statements of a file that is open for writing. */
export function openReferences(database: DatabaseSync): References {
  const find = database.prepare('SELECT reference, name FROM person_reference WHERE kind = ? AND identity = ?')
  const add = database.prepare('INSERT INTO person_reference (reference, kind, identity, name, salt) VALUES (?, ?, ?, ?, ?)')
  const rename = database.prepare('UPDATE person_reference SET name = ? WHERE reference = ?')
  const drop = database.prepare('DELETE FROM person_reference WHERE reference = ?')
  const dropReasons = database.prepare('DELETE FROM person_reference WHERE reference IN (SELECT reason FROM entry WHERE subject = ?1 UNION SELECT reason FROM entry WHERE actor = ?1)')
  const dropUnused = database.prepare(`DELETE FROM person_reference WHERE reference NOT IN
    (SELECT actor FROM entry WHERE at >= ?1 AND actor IS NOT NULL UNION SELECT subject FROM entry WHERE at >= ?1 AND subject IS NOT NULL UNION SELECT reason FROM entry WHERE at >= ?1 AND reason IS NOT NULL)`)
  const make = (kind: string, identity: string, name: string | undefined): string => {
    const salt = randomBytes(16).toString('hex')
    const reference = referenceOf(salt, kind, identity)
    add.run(reference, kind, identity, name ?? null, salt)
    return reference
  }
  const row = ({ kind, id }: Party) => find.get(kind, id) as { reference: string; name: string | null } | undefined
  return {
    of(party) {
      const found = row(party)
      if (found === undefined) return make(party.kind, party.id, party.name)
      if (party.name !== undefined && party.name !== found.name) rename.run(party.name, found.reference)
      return found.reference
    },
    known: (party) => row(party)?.reference,
    ofReason: (text) => make('reason', text, undefined),
    erase(party) {
      const reference = row(party)?.reference
      return reference === undefined ? 0 : Number(dropReasons.run(reference).changes) + Number(drop.run(reference).changes)
    },
    eraseUnusedSince: (at) => Number(dropUnused.run(at).changes),
  }
}
