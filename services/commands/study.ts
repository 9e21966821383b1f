import { readEnvironment, type Environment } from '#services/config/environment.ts'
import { studyParts, type StudyParts } from '#services/reinforcement/study-parts.ts'
import { newStudy } from './new-study.ts'
import { openStudyReader } from '#services/studies/study-store.ts'
import { listStudies, rerunStudy, showStudy, verifyStudy } from './kept-studies.ts'
import { WrongArguments } from './wrong-arguments.ts'

export type StudyCommandParts = Pick<StudyParts, 'runStudy' | 'studyDocuments'>

const COMMANDS = { list: listStudies, show: showStudy, verify: verifyStudy, rerun: rerunStudy } as const

/** `penfeld study FOLDER ...` makes one; `penfeld study WORD ...` is about those that are kept, which are read here and written by the service alone. */
export const studyCommand = (parts: StudyCommandParts, environmentOf: () => Environment = readEnvironment) => async (args: string[], write: (line: string) => void): Promise<number> => {
  const [word, ...rest] = args
  if (word === undefined) throw new WrongArguments('Give the folder of a district, or say what: list, show, verify or rerun.')
  const environment = environmentOf()
  if (!Object.hasOwn(COMMANDS, word)) return newStudy(args, write, { ...parts, environment })
  const kept = openStudyReader(environment.dataFolder)
  try {
    return await COMMANDS[word as keyof typeof COMMANDS](rest, write, { ...parts, environment, kept })
  } finally {
    kept.close()
  }
}

export const study = studyCommand(studyParts)
